import type { Health, Readiness } from '../api/health.ts';
import type { Clock } from '../core/clock.ts';
import { toError } from '../core/errors.ts';
import type { Reader } from '../query/reader.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { Notifying } from './notifying.ts';
import type { Queues } from './queues.ts';

/** A scheduler that has not looked at the clock for so long is not working, ms. It looks twice a second. */
const SCHEDULER_SILENT_MS = 5000;
const ANSWER_WITHIN_MS = 2000;

/** What a server does its work with. */
interface Parts {
  readonly queues: Pick<Queues, 'describe'>;
  readonly recorder: Pick<Recorder, 'health'>;
  readonly reader: Pick<Reader, 'ask'>;
  readonly scheduler: Pick<Scheduler, 'state'>;
  readonly notifying: Pick<Notifying, 'state'>;
  readonly clock: Clock;
}

/** Whether queue, database and scheduler of a server do their work, and whether people can be told. */
export function readinessOf({ queues, recorder, reader, scheduler, notifying, clock }: Parts): Readiness {
  return {
    queue: () => healthOf(() => queues.describe()),
    database: () => healthOf(() => databaseHealth(recorder, () => reader.ask('monitors', { now: clock.now() }))),
    scheduler: () => Promise.resolve(schedulerHealth(scheduler, clock)),
    notifications: () => Promise.resolve(notificationsHealth(notifying)),
  };
}

/** What does not work, in words; empty when all is well. Within about two seconds, whatever is down. */
export async function whatIsNotWell({ queue, database, scheduler, notifications }: Readiness): Promise<string> {
  const parts = { queue, database, scheduler, notifications };
  const words = await Promise.all(
    Object.entries(parts).map(async ([part, ask]) => {
      const { ok, detail } = await ask();
      return ok ? '' : `${part}: ${detail}`;
    }),
  );
  return words.filter((word) => word !== '').join('; ');
}

async function databaseHealth(recorder: Parts['recorder'], ask: () => Promise<unknown>): Promise<string> {
  await ask();
  const { error, buffered, lost } = recorder.health();
  if (error !== null) throw new Error(`cannot be written: ${error.message}; ${buffered} results wait, ${lost} lost`);
  return lost === 0 ? `${buffered} results waiting` : `${buffered} results waiting, ${lost} lost`;
}

function schedulerHealth(scheduler: Parts['scheduler'], clock: Clock): Health {
  const { lastTick, monitors } = scheduler.state;
  if (lastTick === null) return { ok: false, detail: 'not started' };
  const silent = clock.monotonic() - lastTick;
  return { ok: silent < SCHEDULER_SILENT_MS, detail: `${monitors} monitors, looked ${Math.round(silent)} ms ago` };
}

/** A channel that fails is no reason: that is told through another one. */
function notificationsHealth({ state }: Parts['notifying']): Health {
  const { channels, trouble, waiting, underWay, delivered } = state;
  if (channels === 0) return { ok: true, detail: 'no channels' };
  if (trouble !== '') return { ok: false, detail: trouble };
  return { ok: true, detail: `${waiting} waiting, ${underWay} under way, ${delivered} delivered` };
}

async function healthOf(ask: () => Promise<string>): Promise<Health> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Health>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, detail: 'no answer within 2 s' }), ANSWER_WITHIN_MS);
  });
  const answer = ask().then(
    (detail): Health => ({ ok: true, detail }),
    (thrown: unknown): Health => ({ ok: false, detail: toError(thrown).message }),
  );
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
