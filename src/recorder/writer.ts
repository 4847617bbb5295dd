import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { AppError } from '../core/errors.ts';
import type { StorageSettings } from '../core/history/retention.ts';
import type { GroupSettings } from '../core/history/objective.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import { secretsOf } from '../core/monitor/secrets.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { PushMemory } from '../core/push-report.ts';
import { Redactor } from '../core/redactor.ts';
import type { TraceSeed } from '../core/trace-id.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import type { Database } from '../db/native.ts';
import { databaseError } from '../db/open-errors.ts';
import { BlindWatch } from './blind-watch.ts';
import { troubleTables, type TroubleTables } from './end-incident.ts';
import { FoldWatch } from './fold-watch.ts';
import { FoldedTables } from './folded-tables.ts';
import type { FlushReport, FlushRequest, RecordReceipt } from './flush.ts';
import { EvidenceTable } from './evidence-table.ts';
import { GroupTable } from './group-table.ts';
import { HeadTable } from './head-table.ts';
import { JournalTable } from './journal-table.ts';
import { KeptFor } from './kept-for.ts';
import { LateBlocks } from './late-blocks.ts';
import { LocationTable } from './location-table.ts';
import { MonitorTable, type SyncReport } from './monitor-table.ts';
import { NeighbourSearch } from './neighbour-search.ts';
import { OpenTrouble } from './open-trouble.ts';
import { PushTable } from './push-table.ts';
import { ResultRecording, type Work } from './result-recording.ts';
import { Seam } from './seam.ts';
import { SpanTable } from './span-table.ts';
import { TroubleRecording } from './trouble-recording.ts';
import { Upkeep, type UpkeepReport, type UpkeepRequest } from './upkeep.ts';

/** How much of history is kept; as usual, and however large it gets, when left out. */
export type WriterOptions = Partial<Pick<StorageSettings, 'retention' | 'maxSize'>>;

/** The one writer of history: results in, one transaction out. Synchronous, so it lives in a thread of its own. */
export class Writer {
  readonly #database: Database;
  readonly #monitors: MonitorTable;
  readonly #groups: GroupTable;
  readonly #locations: LocationTable;
  readonly #journal: JournalTable;
  readonly #heads: HeadTable;
  readonly #push: PushTable;
  readonly #seam: Seam;
  readonly #watch = new FoldWatch();
  readonly #folded: FoldedTables;
  readonly #keptFor: KeptFor;
  readonly #tables: TroubleTables;
  readonly #blind: BlindWatch;
  readonly #open: OpenTrouble;
  readonly #recording: ResultRecording;
  readonly #upkeep: Upkeep;
  readonly #inode: bigint;
  #redactor = new Redactor([]);
  /** What the trace ids of this database's checks are made from. */
  readonly traceSeed: TraceSeed;

  constructor(database: Database, now: number, options: WriterOptions = {}) {
    this.#database = database;
    this.#monitors = new MonitorTable(database);
    this.#groups = new GroupTable(database);
    this.#locations = new LocationTable(database);
    this.#journal = new JournalTable(database);
    this.#seam = new Seam(database);
    this.#heads = new HeadTable(database, { now, seam: this.#seam });
    this.#heads.vouch();
    this.#push = new PushTable(database);
    this.#folded = new FoldedTables(database);
    this.#keptFor = new KeptFor(database, options.retention);
    this.#tables = troubleTables(database);
    this.#blind = new BlindWatch(database, this.#tables);
    this.#open = new OpenTrouble({ monitors: this.#monitors, heads: this.#heads, tables: this.#tables });
    this.#recording = this.#newRecording();
    this.#upkeep = new Upkeep({
      database,
      tables: this.#folded,
      seam: this.#seam,
      watch: this.#watch,
      heads: this.#heads,
      keptFor: this.#keptFor,
      maxBytes: options.maxSize ?? null,
    });
    this.#inode = inodeOf(database.name);
    this.traceSeed = traceSeedOf(database);
  }

  /** Keeps these texts out of everything that is written from now on. */
  hide(secrets: Iterable<string>): void {
    this.#redactor = new Redactor(secrets);
  }

  /** Makes the database say what is configured: monitors, and what holds for groups of them. */
  sync(
    monitors: readonly Monitor[],
    secrets: readonly string[],
    now: number,
    groups: readonly GroupSettings[] = [],
  ): SyncReport {
    const work = this.#newWork(now);
    try {
      const run = this.#database.transaction(() => {
        this.#groups.sync(groups);
        const report = this.#monitors.sync(monitors, secrets, now);
        this.#open.endUnwatched(work.heads, now);
        return { report, note: this.#heads.write(work.heads, 0, now) };
      });
      const { report, note } = run.immediate();
      this.#heads.accept(work.heads, note, 0);
      this.#keptFor.reload();
      this.hide([...secrets, ...monitors.flatMap(secretsOf)]);
      return { ...report, events: this.#tables.outbox.takeCount() };
    } catch (thrown) {
      this.#undo(work);
      throw databaseError(thrown, this.#database.name);
    }
  }

  /** Writes results in one transaction: all of them or, when this throws, none; memory and file always agree. */
  flush({ batches, pushes = [], now }: FlushRequest): FlushReport {
    const started = performance.now();
    const work = this.#newWork(now);
    const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
    try {
      this.#refuseWhenMoved();
      const run = this.#database.transaction(() => {
        const receipts = batches.map((batch) => this.#recordBatch(batch, work));
        const context = { keyOf: (id: string) => this.#monitors.keyOf(id), redact: work.redact };
        for (const push of pushes) this.#push.write(push, context);
        work.blocks.write();
        this.#journal.settle();
        return { receipts, note: this.#heads.write(work.heads, rows, now) };
      });
      const { receipts, note } = run.immediate();
      this.#heads.accept(work.heads, note, rows);
      this.#watch.note(work.late);
      const tookMs = performance.now() - started;
      const { transitions } = work;
      return {
        receipts,
        transitions,
        orders: [...work.orders.values()],
        events: this.#tables.outbox.takeCount(),
        tookMs,
      };
    } catch (thrown) {
      this.#undo(work);
      throw databaseError(thrown, this.#database.name);
    }
  }

  /** Folds, removes what is too old, and whatever else is due, for a few milliseconds: see `Upkeep`. */
  upkeep(request: UpkeepRequest): UpkeepReport {
    try {
      this.#refuseWhenMoved();
      return this.#upkeep.work(request);
    } catch (thrown) {
      throw databaseError(thrown, this.#database.name);
    }
  }

  /** The newest slot of a monitor that has a result, by its key; as far as it is committed. */
  newestSlotOf(monitor: number): number | undefined {
    return this.#heads.newestSlotOf(monitor);
  }

  /** Goes on with what was under way when the program ended. `now`: wall-clock time, ms. */
  takeUp(now: number): { readonly orders: readonly CheckOrder[]; readonly events: number } {
    try {
      const orders = this.#database.transaction(() => this.#open.takeUp(now)).immediate();
      return { orders, events: this.#tables.outbox.takeCount() };
    } catch (thrown) {
      throw databaseError(thrown, this.#database.name);
    }
  }

  /** What a watch over jobs that report by themselves goes on from. */
  pushMemory(): PushMemory {
    try {
      return this.#push.read();
    } catch (thrown) {
      throw databaseError(thrown, this.#database.name);
    }
  }

  /** Saves all heads and empties the WAL into the file; the connection is the caller's to close. */
  finish(now: number): void {
    this.#heads.expire();
    this.flush({ batches: [], now });
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
  }

  #recordBatch(batch: readonly CheckResult[], work: Work): RecordReceipt {
    const receipt = { recorded: 0, duplicates: 0, ignored: 0, lost: 0 };
    for (const result of batch) receipt[this.#recording.record(result, work)] += 1;
    return receipt;
  }

  #newRecording(): ResultRecording {
    const journal = this.#journal;
    const seam = this.#seam;
    const spans = new SpanTable(this.#database);
    const evidence = new EvidenceTable(this.#database);
    return new ResultRecording({
      monitors: this.#monitors,
      locations: this.#locations,
      journal,
      spans,
      evidence,
      seam,
      watch: this.#watch,
      neighbours: new NeighbourSearch({ journal, spans, seam }),
      trouble: new TroubleRecording({ tables: this.#tables, journal, evidence }),
      blind: this.#blind,
    });
  }

  #newWork(now: number): Work {
    return {
      heads: this.#heads.draft(),
      transitions: [],
      orders: new Map(),
      blocks: this.#lateBlocks(now),
      late: [],
      redact: this.#redactor.redact,
      now,
    };
  }

  /** Makes memory agree with the file when a transaction failed. */
  #undo(work: Work): void {
    this.#heads.revert(work.heads);
    this.#journal.discard();
    this.#locations.reload();
    this.#monitors.reload();
    this.#blind.reload();
    this.#tables.outbox.takeCount();
  }

  #lateBlocks(now: number): LateBlocks {
    return new LateBlocks({
      tables: this.#folded,
      seam: this.#seam,
      isGone: (place, slot) => slot < this.#keptFor.resultsSince(place.monitor, now) || this.#folded.hasRollup(place),
    });
  }

  /** A file that was deleted or replaced still takes writes, which nobody would ever read. */
  #refuseWhenMoved(): void {
    if (inodeOf(this.#database.name) === this.#inode) return;
    throw new AppError('db_missing', `${this.#database.name} was deleted or replaced while it was in use`, {
      hint: 'Put it back, or restart Longwatch to begin a new one.',
    });
  }
}

function traceSeedOf(database: Database): TraceSeed {
  const made = randomBytes(16).toString('hex');
  database.prepare("INSERT INTO meta (name, value) VALUES ('trace_seed', ?) ON CONFLICT DO NOTHING").run(made);
  return String(database.prepare("SELECT value FROM meta WHERE name = 'trace_seed'").pluck().get());
}

function inodeOf(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? -1n;
}
