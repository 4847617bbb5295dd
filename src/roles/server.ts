import type { Logger } from 'pino';
import { buildApi } from '../api/app.ts';
import type { Health } from '../api/health.ts';
import { listen } from '../api/listen.ts';
import type { Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import { toError } from '../core/errors.ts';
import type { BackupPlan } from '../core/history/retention.ts';
import { isProbed, isPush, type Monitor } from '../core/monitor/monitor.ts';
import { ScheduledBackups } from '../db/scheduled-backups.ts';
import { PushWatch } from '../push/push-watch.ts';
import { openReader } from '../query/reader.ts';
import { openCheckProducer, type CheckProducer } from '../queue/check-producer.ts';
import type { Definitions } from '../queue/definitions.ts';
import { openResultConsumer } from '../queue/result-consumer.ts';
import { ResultProducer } from '../queue/result-producer.ts';
import { openRecorder, type Recorder } from '../recorder/recorder.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { Closers } from './closers.ts';
import type { Queues } from './queues.ts';

const RESULTS_GRACE_MS = 1500;
/** A scheduler that has not looked at the clock for so long is not working, ms. It looks twice a second. */
const SCHEDULER_SILENT_MS = 5000;
const ANSWER_WITHIN_MS = 2000;

export interface ServerRoleDeps {
  readonly settings: Settings;
  readonly queues: Queues;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly closers: Closers;
}

/** The role `server`, opened but not yet scheduling: it owns the database. */
export interface ServerRole {
  /** Takes over the monitors, and what is said of their groups: into the database, to the workers, onto the schedule. */
  setMonitors(settings: Pick<Settings, 'monitors' | 'groups' | 'secrets'>): Promise<void>;
  /** Begins to schedule and opens the port. Resolves with the address. */
  start(): Promise<string>;
}

/**
 * Opens recorder, reader, result consumer, scheduler and the watch over jobs that report by themselves.
 *
 * @throws AppError with a `db_…` code when the database cannot be used
 */
export async function openServerRole(deps: ServerRoleDeps): Promise<ServerRole> {
  const { settings, queues, logger, clock, closers } = deps;
  const { path, retention, maxSize } = settings.storage;
  const recorder = await openRecorder({ path, retention, maxSize, clock, logger });
  closers.push('recorder', () => recorder.close());
  const backups = settings.storage.backup === null ? undefined : scheduledBackups(deps, settings.storage.backup);
  const reader = await openReader(path);
  closers.push('reader', () => reader.close());

  const checks = openCheckProducer(queues.transport, clock);
  closers.push('check producer', () => checks.close());
  queues.onLoss(() => checks.forgetAll());
  const { promise: secretsAreKnown, resolve: tellSecrets } = whenTold();
  takeResults(deps, { checks, recorder, secretsAreKnown });
  const missed = new ResultProducer(queues.transport, logger);
  closers.push('results producer of the scheduler', () => missed.close(RESULTS_GRACE_MS));
  const { definitions } = queues;
  const { location } = settings.worker;
  const { traceSeed } = recorder;
  const scheduler = new Scheduler({ checks, results: missed, definitions, clock, logger, traceSeed, location });
  closers.push('scheduler', () => scheduler.close());
  const watch = new PushWatch({
    record: (results, write) => recorder.record(results, write),
    memory: await recorder.pushMemory(),
    clock,
    logger,
    location,
  });
  closers.push('push watch', () => watch.close());

  return {
    async setMonitors({ monitors, groups, secrets }) {
      await recorder.syncMonitors(monitors, secrets, groups);
      tellSecrets();
      await publish(definitions, monitors, logger);
      scheduler.setMonitors(monitors.filter(isProbed));
      watch.setMonitors(monitors.filter(isPush));
    },
    async start() {
      const app = await buildApi({
        reader,
        reports: watch,
        logger,
        clock,
        readiness: {
          queue: () => healthOf(() => queues.describe()),
          database: () => healthOf(() => databaseHealth(recorder, () => reader.ask('monitors', { now: clock.now() }))),
          scheduler: () => Promise.resolve(schedulerHealth(scheduler, clock)),
        },
      });
      // Before the first report can come in: what the program before left behind has to be settled by then.
      watch.start();
      const listening = await listen(app, settings.server.listen);
      closers.push('api', () => listening.close());
      scheduler.start();
      backups?.start();
      return listening.url;
    },
  };
}

function scheduledBackups({ settings, clock, logger, closers }: ServerRoleDeps, plan: BackupPlan): ScheduledBackups {
  const backups = new ScheduledBackups({ path: settings.storage.path, plan, clock, logger });
  closers.push('backups', () => backups.close());
  return backups;
}

/** What results come by on their way into the database. */
interface ResultsWay {
  readonly checks: CheckProducer;
  readonly recorder: Recorder;
  readonly secretsAreKnown: Promise<void>;
}

/** Opens the consumer of results. Those of workers that ran on without a server wait until it knows what to keep secret. */
function takeResults({ queues, closers }: ServerRoleDeps, { checks, recorder, secretsAreKnown }: ResultsWay): void {
  const consumer = openResultConsumer(queues.transport, async (results) => {
    for (const { monitor, slot } of results) checks.settle(monitor, slot);
    await secretsAreKnown;
    await recorder.record(results);
  });
  closers.push('result consumer', async () => {
    if (queues.transport.kind === 'embedded') await consumer.drain(RESULTS_GRACE_MS);
    await consumer.close(RESULTS_GRACE_MS);
  });
}

/** A promise, and what resolves it. */
function whenTold(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((tell) => {
    resolve = tell;
  });
  return { promise, resolve };
}

/** Redis may be away: database and schedule must not wait for it, and what it lacks is written when it returns. */
async function publish(definitions: Definitions, monitors: readonly Monitor[], logger: Logger): Promise<void> {
  try {
    await definitions.publish(monitors.filter(({ enabled }) => enabled).filter(isProbed));
  } catch (thrown) {
    logger.warn(`the workers get the monitors as soon as the queue is back: ${toError(thrown).message}`);
  }
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
