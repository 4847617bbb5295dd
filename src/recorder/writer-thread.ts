import { workerData } from 'node:worker_threads';
import type { GroupSettings } from '../core/history/objective.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import type { NotifySettings } from '../core/notify/settings.ts';
import type { PushMemory } from '../core/push-report.ts';
import type { TraceSeed } from '../core/trace-id.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite } from '../db/native.ts';
import { openForWriting, type OpenedDatabase } from '../db/open.ts';
import { answerCalls } from '../db/thread-methods.ts';
import type { MigrationReport } from '../db/migrator.ts';
import type { FlushReport, FlushRequest } from './flush.ts';
import type { SyncReport } from './monitor-table.ts';
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
let opened: { readonly file: OpenedDatabase; readonly writer: Writer } | undefined;

const methods: WriterThreadMethods = {
  open: async ({ now, secrets }) => {
    const driver = await loadSqlite();
    const file = openForWriting(path, { driver, migrations: shippedMigrations(), now, exclusive: true });
    const writer = new Writer(file.database, now, options);
    writer.hide(secrets);
    opened = { file, writer };
    return { migration: file.report, traceSeed: writer.traceSeed, ...writer.takeUp(now) };
  },
  sync: ({ monitors, secrets, now, groups }) => writer().sync(monitors, secrets, now, groups),
  flush: (request) => writer().flush(request),
  upkeep: (request) => writer().upkeep(request),
  pushMemory: () => writer().pushMemory(),
  plan: () => planner(),
  settle: () => planner(),
  act: () => planner(),
  noteTest: () => planner(),
  noteReport: () => planner(),
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

/** Stands here until there is a planner. */
function planner(): never {
  throw new Error('nothing is planned yet');
}
