import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { GroupSettings } from '../core/history/objective.ts';
import type { StorageSettings } from '../core/history/retention.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import { secretsOf } from '../core/monitor/secrets.ts';
import { NO_NOTIFY, type NotifySettings } from '../core/notify/settings.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { PushMemory, PushWrite } from '../core/push-report.ts';
import type { TraceSeed } from '../core/trace-id.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import { startThread, type Thread } from '../db/thread.ts';
import { threadEntry } from '../db/thread-entry.ts';
import type { FlushReport, RecordReceipt } from './flush.ts';
import { GROUP_COMMIT_LIMITS, GroupCommit, type GroupCommitLimits, type RecorderHealth } from './group-commit.ts';
import type { SyncReport } from './monitor-table.ts';
import { tellingOf, type Telling } from './telling.ts';
import { UPKEEP_TIMES, UpkeepLoop, type FoldingHealth, type UpkeepTimes } from './upkeep-loop.ts';
import { Urgency } from './urgency.ts';
import type { OpeningReport, WriterThreadData, WriterThreadMethods } from './writer-thread.ts';

const CLOSE_DEADLINE_MS = 8000;

/** What the recorder needs. */
export interface RecorderOptions {
  /** The database file; it and its folder are made when they are missing. */
  readonly path: string;
  /** How long history is kept; as usual when left out. */
  readonly retention?: StorageSettings['retention'];
  /** How large the file may become, bytes; as large as retention makes it when left out or `null`. */
  readonly maxSize?: StorageSettings['maxSize'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each transaction that was committed. Must not throw. */
  readonly onFlush?: (report: FlushReport) => void;
  /** Told of checks that what was recorded asks for. Must not throw. */
  readonly onOrders?: (orders: readonly CheckOrder[]) => void;
  /** Told that there are new rows in the outbox. Must not throw. */
  readonly onEvents?: () => void;
  readonly limits?: Partial<GroupCommitLimits>;
  readonly upkeep?: Partial<UpkeepTimes>;
  /** How long closing may wait for a database that cannot be written, ms; 8 s when left out. */
  readonly closeDeadlineMs?: number;
}

/** How recording and folding fare. */
export interface HistoryHealth extends RecorderHealth {
  readonly folding: FoldingHealth;
}

/** The one that writes history. */
export interface Recorder extends Telling {
  /** What the trace ids of this database's checks are made from. */
  readonly traceSeed: TraceSeed;
  /** What checks were asked for when the database was opened: confirmations under way, and monitors that are down. */
  readonly openingOrders: readonly CheckOrder[];
  /**
   * Makes the database know the monitors configured now, before results of theirs come, and what holds for groups of them
   * as a whole. `secrets` are kept out of the addresses it stores. One that vanished keeps its history and continues it
   * when it returns. `notify` says who is told of what from now on. Throws `db_…`.
   */
  syncMonitors(
    monitors: readonly Monitor[],
    secrets?: readonly string[],
    groups?: readonly GroupSettings[],
    notify?: NotifySettings,
  ): Promise<SyncReport>;
  /**
   * Resolves when these results are committed together with all they changed. Never rejects: while the database cannot
   * be written results wait in memory, and what had to be given up is counted in the receipt. `push` is written in the
   * same transaction.
   */
  record(results: readonly CheckResult[], push?: PushWrite): Promise<RecordReceipt>;
  /** What is kept of monitors whose jobs report by themselves. Throws `db_…`. */
  pushMemory(): Promise<PushMemory>;
  health(): HistoryHealth;
  /** Writes what waits, empties the WAL and lets go of the file; within its deadline and 2 s, whatever the database does. */
  close(): Promise<void>;
}

/**
 * Opens the database for the one server that may write to it and starts the writer thread: SQLite blocks while it works,
 * and the event loop here times probes. Throws `AppError`s with codes `db_…` and `native_module_missing`.
 */
export async function openRecorder(options: RecorderOptions): Promise<Recorder> {
  const { clock, logger } = options;
  const { path, retention, maxSize } = options;
  const writer = new WriterLink({ path, ...(retention && { retention }), ...(maxSize && { maxSize }) }, clock);
  const { migration, traceSeed, orders, events } = await writer.open();
  const limits = { ...GROUP_COMMIT_LIMITS, ...options.limits };
  const urgency = new Urgency(limits.busyWaitMs);
  urgency.learn(orders);
  const tell = (news: Pick<FlushReport, 'orders' | 'events'>): void => {
    urgency.learn(news.orders);
    if (news.orders.length > 0) options.onOrders?.(news.orders);
    if (news.events > 0) options.onEvents?.();
  };
  tell({ orders: [], events });
  // What was committed last may not have been answered: there may be events of which nobody knows.
  writer.onReopened = ({ orders: asked }) => tell({ orders: asked, events: 1 });
  if (migration.applied.length > 0) logger.info({ path: options.path, ...migration }, 'database brought up to date');
  const commits = new GroupCommit({
    flush: async (request) => (await writer.ready()).call('flush', { ...request, now: clock.now() }),
    onFlush: (report) => {
      logFlush(report, logger);
      options.onFlush?.(report);
      tell(report);
    },
    isUrgent: (results) => urgency.isUrgent(results),
    logger,
    limits,
  });
  const upkeep = new UpkeepLoop({
    work: async (forMs) => {
      const thread = await writer.ready();
      return thread.call('upkeep', { now: clock.now(), monotonic: clock.monotonic(), forMs });
    },
    logger,
    times: { ...UPKEEP_TIMES, ...options.upkeep },
  });
  const ready = (): Promise<Thread<WriterThreadMethods>> => writer.ready();
  return {
    ...tellingOf(ready, clock, () => options.onEvents?.()),
    traceSeed,
    openingOrders: orders,
    syncMonitors: async (monitors, secrets = [], groups = [], notify = NO_NOTIFY) => {
      writer.secrets = [...secrets, ...monitors.flatMap(secretsOf)];
      const wanted = { monitors, secrets, now: clock.now(), groups, notify };
      const report = await (await writer.ready()).call('sync', wanted);
      urgency.setMonitors(monitors);
      tell({ orders: [], events: report.events });
      return report;
    },
    record: (results, push) => commits.add(results, push),
    pushMemory: async () => (await writer.ready()).call('pushMemory', null),
    health: () => ({ ...commits.health(), folding: upkeep.health() }),
    close: async () => {
      const deadline = options.closeDeadlineMs ?? CLOSE_DEADLINE_MS;
      await Promise.all([commits.close(deadline), upkeep.close(deadline)]);
      await writer.close(logger);
    },
  };
}

function logFlush(report: FlushReport, logger: Logger): void {
  for (const transition of report.transitions) logger.info(transition, `${transition.monitor} is ${transition.to}`);
  const sum = (count: 'recorded' | 'duplicates' | 'ignored'): number =>
    report.receipts.reduce((total, receipt) => total + receipt[count], 0);
  const ignored = sum('ignored');
  if (ignored > 0) logger.warn({ ignored }, 'results were ignored: of unknown monitors, or older than what is kept');
  logger.debug({ recorded: sum('recorded'), duplicates: sum('duplicates'), tookMs: report.tookMs }, 'flushed');
}

/** The writer thread; a new one takes the place of one that died, and reads from the file what it had committed. */
class WriterLink {
  readonly #data: WriterThreadData;
  readonly #clock: Clock;
  #thread: Thread<WriterThreadMethods>;
  #opening: Promise<OpeningReport> | undefined;
  /** What a new thread has to know before it writes anything. */
  secrets: readonly string[] = [];
  /** Told what a new thread found. */
  onReopened: (report: OpeningReport) => void = () => undefined;

  constructor(data: WriterThreadData, clock: Clock) {
    this.#data = data;
    this.#clock = clock;
    this.#thread = this.#start();
  }

  async open(): Promise<OpeningReport> {
    try {
      return await this.#thread.call('open', { now: this.#clock.now(), secrets: this.secrets });
    } catch (thrown) {
      await this.#thread.terminate();
      throw thrown;
    }
  }

  async ready(): Promise<Thread<WriterThreadMethods>> {
    if (!this.#thread.alive && this.#opening === undefined) {
      this.#thread = this.#start();
      this.#opening = this.open().finally(() => {
        this.#opening = undefined;
      });
      this.onReopened(await this.#opening);
    }
    await this.#opening;
    return this.#thread;
  }

  async close(logger: Logger): Promise<void> {
    try {
      await withDeadline(this.#thread.call('close', { now: this.#clock.now() }), 2000);
    } catch (error) {
      logger.warn({ err: error }, 'the database was not closed cleanly; what was committed is safe');
    }
    await this.#thread.terminate();
  }

  #start(): Thread<WriterThreadMethods> {
    return startThread(threadEntry(import.meta.url, 'writer-thread'), 'writer', this.#data);
  }
}

async function withDeadline<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
