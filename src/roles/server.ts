import type { Logger } from 'pino';
import { buildApi } from '../api/app.ts';
import { listen } from '../api/listen.ts';
import type { TroubleDeps } from '../api/trouble-deps.ts';
import { isBehindProxy } from '../config/server-section.ts';
import type { Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import { toError } from '../core/errors.ts';
import type { BackupPlan } from '../core/history/retention.ts';
import { isProbed, isPush, type Monitor } from '../core/monitor/monitor.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import { ScheduledBackups } from '../db/scheduled-backups.ts';
import { networkOfFile } from '../net/network-settings.ts';
import { createNetwork } from '../net/network.ts';
import { PushWatch } from '../push/push-watch.ts';
import { openReader } from '../query/reader.ts';
import { openCheckProducer, type CheckProducer } from '../queue/check-producer.ts';
import type { Definitions } from '../queue/definitions.ts';
import { openResultConsumer } from '../queue/result-consumer.ts';
import { ResultProducer } from '../queue/result-producer.ts';
import { openRecorder, type Recorder } from '../recorder/recorder.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { Closers } from './closers.ts';
import { Heartbeat } from './heartbeat.ts';
import { openNotifying, type Notifying } from './notifying.ts';
import type { Queues } from './queues.ts';
import { readinessOf, whatIsNotWell } from './readiness.ts';

const RESULTS_GRACE_MS = 1500;

export interface ServerRoleDeps {
  readonly settings: Settings;
  /** What links in messages are signed with. */
  readonly secret: string;
  readonly queues: Queues;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly closers: Closers;
}

/** The role `server`, opened but not yet scheduling: it owns the database. */
export interface ServerRole {
  /** Takes over the monitors, and what is said beside them: into the database, to the workers, onto the schedule. */
  setMonitors(settings: Settings): Promise<void>;
  /** Begins to schedule and opens the port. Resolves with the address. */
  start(): Promise<string>;
}

/**
 * Opens recorder, reader, result consumer, scheduler and the watch over jobs that report by themselves.
 *
 * @throws AppError with a `db_…` code when the database cannot be used
 */
export async function openServerRole(deps: ServerRoleDeps): Promise<ServerRole> {
  const { settings, queues, secret, logger, clock, closers } = deps;
  const { path, retention, maxSize } = settings.storage;
  // The scheduler is opened later than what it gets its orders from.
  const opened: { scheduler?: Scheduler; notifying?: Notifying } = {};
  const onOrders = (orders: readonly CheckOrder[]): void => opened.scheduler?.order(orders);
  const onEvents = (): void => opened.notifying?.wake();
  const recorder = await openRecorder({ path, retention, maxSize, clock, logger, onOrders, onEvents });
  closers.push('recorder', () => recorder.close());
  const backups = settings.storage.backup === null ? undefined : scheduledBackups(deps, settings.storage.backup);
  const reader = await openReader(path);
  closers.push('reader', () => reader.close());
  const recheck = (monitors: readonly string[]): void => opened.scheduler?.checkNow(monitors);
  const notifying = openNotifying({ ...deps, recorder, reader, recheck });
  opened.notifying = notifying;

  const checks = openCheckProducer(queues.transport, clock);
  closers.push('check producer', () => checks.close());
  queues.onLoss(() => checks.forgetAll());
  const { promise: secretsAreKnown, resolve: tellSecrets } = whenTold();
  takeResults(deps, { checks, recorder, secretsAreKnown });
  const scheduler = openScheduler(deps, { checks, recorder });
  opened.scheduler = scheduler;
  const watch = await openWatch(deps, recorder);
  const readiness = readinessOf({ queues, recorder, reader, scheduler, notifying, clock });
  const outward = createNetwork({ clock, ...networkOfFile(settings.network) });
  const heartbeat = new Heartbeat({ network: outward, whatIsNotWell: () => whatIsNotWell(readiness), logger });
  closers.push('heartbeat', () => heartbeat.close());

  let current = settings;
  return {
    async setMonitors(next) {
      const { monitors, groups, secrets, server, network, notify } = next;
      current = next;
      await recorder.syncMonitors(monitors, secrets, groups, notify);
      tellSecrets();
      await publish(queues.definitions, monitors, logger);
      scheduler.setMonitors(monitors.filter(isProbed));
      watch.setMonitors(monitors.filter(isPush));
      outward.configure(networkOfFile(network));
      heartbeat.configure(server.heartbeat);
      notifying.configure(next);
    },
    async start() {
      const trouble: TroubleDeps = {
        act: (action) => recorder.act(action),
        testChannel: (channel) => notifying.test(channel),
        apiToken: settings.server.apiToken,
        behindProxy: () => isBehindProxy(current.server),
        linkSecret: secret,
      };
      const app = await buildApi({ reader, reports: watch, trouble, logger, clock, readiness });
      // Before the first report can come in: what the program before left behind has to be settled by then.
      watch.start();
      const listening = await listen(app, settings.server.listen);
      closers.push('api', () => listening.close());
      scheduler.start();
      notifying.start();
      backups?.start();
      heartbeat.start();
      return listening.url;
    },
  };
}

function scheduledBackups({ settings, clock, logger, closers }: ServerRoleDeps, plan: BackupPlan): ScheduledBackups {
  const backups = new ScheduledBackups({ path: settings.storage.path, plan, clock, logger });
  closers.push('backups', () => backups.close());
  return backups;
}

async function openWatch({ settings, clock, logger, closers }: ServerRoleDeps, recorder: Recorder): Promise<PushWatch> {
  const watch = new PushWatch({
    record: (results, write) => recorder.record(results, write),
    memory: await recorder.pushMemory(),
    clock,
    logger,
    location: settings.worker.location,
  });
  closers.push('push watch', () => watch.close());
  return watch;
}

/** Opens the scheduler; it goes on with the confirmations that were under way when the program before ended. */
function openScheduler(
  { settings, queues, logger, clock, closers }: ServerRoleDeps,
  { checks, recorder }: Pick<ResultsWay, 'checks' | 'recorder'>,
): Scheduler {
  const results = new ResultProducer(queues.transport, logger);
  closers.push('results producer of the scheduler', () => results.close(RESULTS_GRACE_MS));
  const { location } = settings.worker;
  const { definitions } = queues;
  const { traceSeed } = recorder;
  const scheduler = new Scheduler({ checks, results, definitions, clock, logger, traceSeed, location });
  closers.push('scheduler', () => scheduler.close());
  scheduler.order(recorder.openingOrders);
  return scheduler;
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
