import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { AppError } from '../core/errors.ts';
import type { StorageSettings } from '../core/history/retention.ts';
import type { GroupSettings } from '../core/history/objective.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import { secretsOf } from '../core/monitor/secrets.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { PushMemory } from '../core/push-report.ts';
import { redactOutcome } from '../core/redact-outcome.ts';
import { Redactor } from '../core/redactor.ts';
import { leavesGap } from '../core/spans.ts';
import { joinVerdicts, sameVerdict, type Verdict } from '../core/status-machine.ts';
import type { TraceSeed } from '../core/trace-id.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import type { Database } from '../db/native.ts';
import { databaseError } from '../db/open-errors.ts';
import type { HeadRow, JournalRow } from '../db/schema.ts';
import { FoldWatch } from './fold-watch.ts';
import { FoldedTables } from './folded-tables.ts';
import type { FlushReport, FlushRequest, RecordReceipt, Transition } from './flush.ts';
import { EvidenceTable } from './evidence-table.ts';
import { GroupTable } from './group-table.ts';
import { HeadTable, verdictOf, type HeadDraft } from './head-table.ts';
import { journalRow } from './journal-row.ts';
import { JournalTable } from './journal-table.ts';
import { KeptFor } from './kept-for.ts';
import { LateBlocks } from './late-blocks.ts';
import { LocationTable } from './location-table.ts';
import { MonitorTable, type SyncReport } from './monitor-table.ts';
import { NeighbourSearch } from './neighbour-search.ts';
import { PushTable } from './push-table.ts';
import { evidenceOrNone, isRecordable } from './recordable.ts';
import { Seam } from './seam.ts';
import { SpanTable } from './span-table.ts';
import { Upkeep, type UpkeepReport, type UpkeepRequest } from './upkeep.ts';

type Fate = 'recorded' | 'duplicates' | 'ignored';

/** What one transaction works on. */
interface Work {
  readonly heads: HeadDraft;
  readonly transitions: Transition[];
  readonly blocks: LateBlocks;
  /** Rows for an hour that is being folded. */
  readonly late: JournalRow[];
}

/** How much of history is kept; as usual, and however large it gets, when left out. */
export type WriterOptions = Partial<Pick<StorageSettings, 'retention' | 'maxSize'>>;

/** The one writer of history: results in, one transaction out. Synchronous, so it lives in a thread of its own. */
export class Writer {
  readonly #database: Database;
  readonly #monitors: MonitorTable;
  readonly #groups: GroupTable;
  readonly #locations: LocationTable;
  readonly #journal: JournalTable;
  readonly #spans: SpanTable;
  readonly #heads: HeadTable;
  readonly #evidence: EvidenceTable;
  readonly #push: PushTable;
  readonly #seam: Seam;
  readonly #watch = new FoldWatch();
  readonly #folded: FoldedTables;
  readonly #keptFor: KeptFor;
  readonly #neighbours: NeighbourSearch;
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
    this.#spans = new SpanTable(database);
    this.#seam = new Seam(database);
    this.#heads = new HeadTable(database, { now, seam: this.#seam });
    this.#evidence = new EvidenceTable(database);
    this.#push = new PushTable(database);
    this.#folded = new FoldedTables(database);
    this.#keptFor = new KeptFor(database, options.retention);
    this.#neighbours = new NeighbourSearch({ journal: this.#journal, spans: this.#spans, seam: this.#seam });
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
    try {
      const run = this.#database.transaction(() => {
        this.#groups.sync(groups);
        return this.#monitors.sync(monitors, secrets, now);
      });
      const report = run.immediate();
      this.#keptFor.reload();
      this.hide([...secrets, ...monitors.flatMap(secretsOf)]);
      return report;
    } catch (thrown) {
      throw databaseError(thrown, this.#database.name);
    }
  }

  /** Writes results in one transaction: all of them or, when this throws, none; memory and file always agree. */
  flush({ batches, pushes = [], now }: FlushRequest): FlushReport {
    const started = performance.now();
    const work: Work = { heads: this.#heads.draft(), transitions: [], blocks: this.#lateBlocks(now), late: [] };
    const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
    try {
      this.#refuseWhenMoved();
      const run = this.#database.transaction(() => {
        const receipts = batches.map((batch) => this.#recordBatch(batch, work));
        const context = { keyOf: (id: string) => this.#monitors.keyOf(id), redact: this.#redactor.redact };
        for (const push of pushes) this.#push.write(push, context);
        work.blocks.write();
        this.#journal.settle();
        return { receipts, note: this.#heads.write(work.heads, rows, now) };
      });
      const { receipts, note } = run.immediate();
      this.#heads.accept(work.heads, note, rows);
      this.#watch.note(work.late);
      const tookMs = performance.now() - started;
      return { receipts, transitions: work.transitions, orders: [], events: 0, tookMs };
    } catch (thrown) {
      this.#heads.revert(work.heads);
      this.#journal.discard();
      this.#locations.reload();
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

  /** Goes on with what was under way when the program ended. `now`: wall-clock time, ms. */
  takeUp(now: number): { readonly orders: readonly CheckOrder[]; readonly events: number } {
    void now;
    return { orders: [], events: 0 };
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
    for (const result of batch) receipt[this.#record(result, work)] += 1;
    return receipt;
  }

  #record(given: CheckResult, work: Work): Fate {
    const monitor = this.#monitors.keyOf(given.monitor);
    if (monitor === undefined || !isRecordable(given)) return 'ignored';
    const result = redactOutcome(evidenceOrNone(given), this.#redactor.redact);
    const location = this.#locations.keyOf(result.location);
    if (location === undefined) return 'ignored';
    const head = work.heads.get(monitor);
    const row = journalRow(result, monitor, location);
    if (head !== undefined && result.slot <= head.slot) return this.#recordLate(result, row, head, work);
    if (head !== undefined && result.slot - head.slot !== result.interval) row.back_ms = result.slot - head.slot;
    if (row.slot >= this.#seam.slot) {
      this.#journal.append(row);
      if (row.slot < this.#watch.until) work.late.push(row);
    } else {
      const fate = work.blocks.add(row);
      if (fate !== 'recorded') return fate;
    }
    this.#evidence.keep(row, result);
    const gap = head !== undefined && leavesGap(verdictOf(head), result.slot);
    if (head !== undefined && !gap && head.status === row.status) {
      work.heads.advance(headRow(row, head.since));
      return 'recorded';
    }
    const verdict = verdictOf(row);
    const since =
      head === undefined
        ? this.#spans.insert(monitor, { previous: undefined, verdict, next: undefined })?.start
        : this.#spans.append(monitor, { verdict: verdictOf(head), since: head.since }, verdict);
    work.heads.change(headRow(row, since ?? verdict.slot));
    const from = gap || head === undefined ? 'unknown' : head.status;
    if (from !== verdict.status) work.transitions.push(transitionTo(result, verdict, from));
    return 'recorded';
  }

  /** A slot at or before the newest one: it may only fill time that no newer slot speaks for. */
  #recordLate(result: CheckResult, row: JournalRow, head: HeadRow, work: Work): Fate {
    const { monitor } = head;
    this.#journal.settle();
    const { previous, same, next } = this.#neighbours.around(result, head, work.blocks);
    if (previous !== undefined && result.slot - previous.slot !== result.interval) {
      row.back_ms = result.slot - previous.slot;
    }
    const fate = this.#keepLate(row, work);
    if (fate !== 'recorded') return fate;
    this.#evidence.keep(row, result);
    if (same === undefined && next !== undefined && next.slot >= this.#seam.slot) {
      this.#journal.relink(monitor, next.slot, result.slot);
    }
    const verdict = same === undefined ? verdictOf(row) : joinVerdicts(same, verdictOf(row));
    if (same !== undefined && sameVerdict(same, verdict)) return 'recorded';
    const span = this.#spans.insert(monitor, { previous, verdict, next });
    const since = span?.start ?? head.since;
    if (next !== undefined) {
      work.heads.change({ ...head, since });
      return 'recorded';
    }
    // The row that gave the slot its status stands for it.
    const { status_code, duration_us } = verdict.status === head.status ? head : row;
    const { slot, interval, status, reason } = verdict;
    work.heads.change({
      monitor,
      slot,
      interval_ms: interval,
      status,
      reason,
      since,
      status_code,
      duration_us,
      machine: null,
      last_status: null,
    });
    if (verdict.status !== head.status) work.transitions.push(transitionTo(result, verdict, head.status));
    return 'recorded';
  }

  /** Puts a row where results of its hour are: into the journal, or into a block. */
  #keepLate(row: JournalRow, work: Work): Fate {
    if (row.slot < this.#seam.slot) return work.blocks.add(row);
    if (!this.#journal.insert(row)) return 'duplicates';
    if (row.slot < this.#watch.until) work.late.push(row);
    return 'recorded';
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

function headRow(row: JournalRow, since: number): HeadRow {
  const { monitor, slot, interval_ms, status, reason, status_code, duration_us } = row;
  return {
    monitor,
    slot,
    interval_ms,
    status,
    reason,
    since,
    status_code,
    duration_us,
    machine: null,
    last_status: null,
  };
}

function transitionTo(result: CheckResult, verdict: Verdict, from: Transition['from']): Transition {
  return { monitor: result.monitor, at: verdict.slot, from, to: verdict.status, reason: verdict.reason };
}
