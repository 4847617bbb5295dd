import type { Health, Readiness } from '../api/health.ts';
import type { Clock } from '../core/clock.ts';
import { toError } from '../core/errors.ts';
import type { Reader } from '../query/reader.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { Queues } from './queues.ts';

/** A scheduler that has not looked at the clock for so long is not working, ms. It looks twice a second. */
const SCHEDULER_SILENT_MS = 5000;
const ANSWER_WITHIN_MS = 2000;

/** What a server does its work with. */
interface Parts {
  readonly queues: Queues;
  readonly recorder: Recorder;
  readonly reader: Reader;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
}

/** Whether queue, database and scheduler of a server do their work. */
export function readinessOf({ queues, recorder, reader, scheduler, clock }: Parts): Readiness {
  return {
    queue: () => healthOf(() => queues.describe()),
    database: () => healthOf(() => databaseHealth(recorder, () => reader.ask('monitors', { now: clock.now() }))),
    scheduler: () => Promise.resolve(schedulerHealth(scheduler, clock)),
  };
}

/** What does not work, in words; empty when all is well. Within about two seconds, whatever is down. */
export async function whatIsNotWell({ queue, database, scheduler }: Readiness): Promise<string> {
  const parts = { queue, database, scheduler };
  const words = await Promise.all(
    Object.entries(parts).map(async ([part, ask]) => {
      const { ok, detail } = await ask();
      return ok ? '' : `${part}: ${detail}`;
    }),
  );
  return words.filter((word) => word !== '').join('; ');
}

async function databaseHealth(recorder: Recorder, ask: () => Promise<unknown>): Promise<string> {
  await ask();
  const { error, buffered, lost } = recorder.health();
  if (error !== null) throw new Error(`cannot be written: ${error.message}; ${buffered} results wait, ${lost} lost`);
  return lost === 0 ? `${buffered} results waiting` : `${buffered} results waiting, ${lost} lost`;
}

function schedulerHealth(scheduler: Scheduler, clock: Clock): Health {
  const { lastTick, monitors } = scheduler.state;
  if (lastTick === null) return { ok: false, detail: 'not started' };
  const silent = clock.monotonic() - lastTick;
  return { ok: silent < SCHEDULER_SILENT_MS, detail: `${monitors} monitors, looked ${Math.round(silent)} ms ago` };
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
