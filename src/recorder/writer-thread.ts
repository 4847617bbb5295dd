import { workerData } from 'node:worker_threads';
import type { GroupSettings } from '../core/history/objective.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import type { NotifySettings } from '../core/notify/settings.ts';
import type { PushMemory } from '../core/push-report.ts';
import type { TraceSeed } from '../core/trace-id.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import { writeMeta } from '../db/meta-values.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite } from '../db/native.ts';
import { openForWriting, type OpenedDatabase } from '../db/open.ts';
import { answerCalls } from '../db/thread-methods.ts';
import type { MigrationReport } from '../db/migrator.ts';
import type { FlushReport, FlushRequest } from './flush.ts';
import type { SyncReport } from './monitor-table.ts';
import { Planner } from './planner/planner.ts';
import type { TellingMethods } from './telling.ts';
import type { UpkeepReport, UpkeepRequest } from './upkeep.ts';
import { Writer, type WriterOptions } from './writer.ts';

/** What the writer thread is started with. */
export interface WriterThreadData extends WriterOptions {
  readonly path: string;
}

/** What opening the database came to. */
export interface OpeningReport {
  readonly migration: MigrationReport;
  readonly traceSeed: TraceSeed;
  /** Confirmations that were under way, and monitors that are down. */
  readonly orders: readonly CheckOrder[];
  /** How many rows opening added to the outbox. */
  readonly events: number;
}

/** What can be asked of the writer thread. */
// A type, not an interface: only a type has the index signature that ThreadMethods asks for.
export type WriterThreadMethods = TellingMethods & {
  readonly open: (argument: { readonly now: number; readonly secrets: readonly string[] }) => Promise<OpeningReport>;
  readonly sync: (argument: {
    readonly monitors: readonly Monitor[];
    readonly secrets: readonly string[];
    readonly now: number;
    readonly groups: readonly GroupSettings[];
    readonly notify: NotifySettings;
  }) => SyncReport;
  readonly flush: (argument: FlushRequest) => FlushReport;
  readonly upkeep: (argument: UpkeepRequest) => UpkeepReport;
  readonly pushMemory: (argument: null) => PushMemory;
  readonly close: (argument: { readonly now: number }) => void;
};

const { path, ...options } = workerData as WriterThreadData;
let opened: Opened | undefined;

interface Opened {
  readonly file: OpenedDatabase;
  readonly writer: Writer;
  readonly planner: Planner;
}

const methods: WriterThreadMethods = {
  open: async ({ now, secrets }) => {
    const driver = await loadSqlite();
    const file = openForWriting(path, { driver, migrations: shippedMigrations(), now, exclusive: true });
    const writer = new Writer(file.database, now, options);
    writer.hide(secrets);
    opened = {
      file,
      writer,
      planner: new Planner(file.database, { newestSlot: (monitor) => writer.newestSlotOf(monitor) }),
    };
    return { migration: file.report, traceSeed: writer.traceSeed, ...writer.takeUp(now) };
  },
  sync: ({ monitors, secrets, now, groups, notify }) => {
    const report = writer().sync(monitors, secrets, now, groups);
    if (opened !== undefined) writeMeta(opened.file.database, 'notify', JSON.stringify(notify));
    opened?.planner.reconfigured();
    return report;
  },
  flush: (request) => writer().flush(request),
  upkeep: (request) => writer().upkeep(request),
  pushMemory: () => writer().pushMemory(),
  plan: ({ now }) => planner().plan(now),
  settle: ({ reports, now }) => planner().settle(reports, now),
  act: ({ action, now }) => planner().act(action, now),
  noteTest: ({ test, now }) => planner().noteTest(test, now),
  noteReport: ({ report, now }) => planner().noteReport(report, now),
  close: ({ now }) => {
    try {
      opened?.writer.finish(now);
    } finally {
      opened?.file.close();
      opened = undefined;
    }
  },
};

answerCalls(methods);

function writer(): Writer {
  if (opened === undefined) throw new Error('the database was not opened yet');
  return opened.writer;
}

function planner(): Planner {
  if (opened === undefined) throw new Error('the database was not opened yet');
  return opened.planner;
}
