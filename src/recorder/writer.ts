import { statSync } from 'node:fs';
import { AppError } from '../core/errors.ts';
import type { Monitor } from '../core/monitor.ts';
import type { CheckResult } from '../core/outcome.ts';
import { leavesGap } from '../core/spans.ts';
import { joinVerdicts, sameVerdict, statusOfOutcome, type Verdict } from '../core/status-machine.ts';
import type { Database } from '../db/native.ts';
import { databaseError } from '../db/open-errors.ts';
import type { HeadRow } from '../db/schema.ts';
import type { FlushReport, FlushRequest, RecordReceipt, Transition } from './flush.ts';
import { HeadTable, verdictOf, type HeadDraft } from './head-table.ts';
import { journalRow } from './journal-row.ts';
import { JournalTable } from './journal-table.ts';
import { LocationTable } from './location-table.ts';
import { MonitorTable, type SyncReport } from './monitor-table.ts';
import { isRecordable } from './recordable.ts';
import { SpanTable } from './span-table.ts';

type Fate = 'recorded' | 'duplicates' | 'ignored';

/** What one transaction works on. */
interface Work {
  readonly heads: HeadDraft;
  readonly transitions: Transition[];
}

/** The one writer of history: results in, one transaction out. Synchronous, so it lives in a thread of its own. */
export class Writer {
  readonly #database: Database;
  readonly #monitors: MonitorTable;
  readonly #locations: LocationTable;
  readonly #journal: JournalTable;
  readonly #spans: SpanTable;
  readonly #heads: HeadTable;
  readonly #inode: bigint;

  constructor(database: Database, now: number) {
    this.#database = database;
    this.#monitors = new MonitorTable(database);
    this.#locations = new LocationTable(database);
    this.#journal = new JournalTable(database);
    this.#spans = new SpanTable(database);
    this.#heads = new HeadTable(database, now);
    this.#inode = inodeOf(database.name);
  }

  sync(monitors: readonly Monitor[], secrets: readonly string[], now: number): SyncReport {
    try {
      return this.#monitors.sync(monitors, secrets, now);
    } catch (thrown) {
      throw databaseError(thrown, this.#database.name);
    }
  }

  /** Writes results in one transaction: all of them or, when this throws, none; memory and file always agree. */
  flush({ batches, now }: FlushRequest): FlushReport {
    const started = performance.now();
    const work: Work = { heads: this.#heads.draft(), transitions: [] };
    const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
    try {
      this.#refuseWhenMoved();
      const run = this.#database.transaction(() => {
        const receipts = batches.map((batch) => this.#recordBatch(batch, work));
        return { receipts, note: this.#heads.write(work.heads, rows, now) };
      });
      const { receipts, note } = run.immediate();
      this.#heads.accept(work.heads, { ...note, rows, now });
      return { receipts, transitions: work.transitions, tookMs: performance.now() - started };
    } catch (thrown) {
      this.#locations.reload();
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

  #record(result: CheckResult, work: Work): Fate {
    const monitor = this.#monitors.keyOf(result.monitor);
    if (monitor === undefined || !isRecordable(result)) return 'ignored';
    const head = work.heads.get(monitor);
    if (head !== undefined && result.slot <= head.slot) return this.#recordLate(result, head, work);
    const verdict = verdictOn(result);
    const row = journalRow(result, { monitor, location: this.#locations.keyOf(result.location) });
    row.back_ms = head === undefined || result.slot - head.slot === result.interval ? null : result.slot - head.slot;
    this.#journal.insert(row);
    const gap = head !== undefined && leavesGap(verdictOf(head), result.slot);
    const { status_code, duration_us } = row;
    const newest = { ...columnsOf(verdict), monitor, status_code, duration_us };
    if (head !== undefined && !gap && head.status === verdict.status) {
      work.heads.advance({ ...newest, since: head.since });
      return 'recorded';
    }
    const previous = head === undefined ? undefined : verdictOf(head);
    const span = this.#spans.insert(monitor, { previous, verdict, next: undefined });
    work.heads.change({ ...newest, since: span?.start ?? verdict.slot });
    const from = gap || head === undefined ? 'unknown' : head.status;
    if (from !== verdict.status) work.transitions.push(transitionTo(result, verdict, from));
    return 'recorded';
  }

  /** A slot at or before the newest one: it may only fill time that no newer slot speaks for. */
  #recordLate(result: CheckResult, head: HeadRow, work: Work): Fate {
    const { monitor } = head;
    const { previous, same, next } = this.#journal.neighbours(monitor, result.slot, head.slot);
    const row = journalRow(result, { monitor, location: this.#locations.keyOf(result.location) });
    if (previous !== undefined && result.slot - previous.slot !== result.interval) {
      row.back_ms = result.slot - previous.slot;
    }
    if (!this.#journal.insert(row)) return 'duplicates';
    if (same === undefined && next !== undefined) this.#journal.relink(monitor, next.slot, result.slot);
    const mine = verdictOn(result);
    const verdict = same === undefined ? mine : joinVerdicts(same, mine);
    if (same !== undefined && sameVerdict(same, verdict)) return 'recorded';
    const span = this.#spans.insert(monitor, { previous, verdict, next });
    const since = span?.start ?? head.since;
    if (next !== undefined) {
      work.heads.change({ ...head, since });
      return 'recorded';
    }
    const last =
      verdict.status === head.status ? head : { ...head, status_code: row.status_code, duration_us: row.duration_us };
    work.heads.change({ ...last, ...columnsOf(verdict), since });
    if (verdict.status !== head.status) work.transitions.push(transitionTo(result, verdict, head.status));
    return 'recorded';
  }

  /** A file that was deleted or replaced still takes writes, which nobody would ever read. */
  #refuseWhenMoved(): void {
    if (inodeOf(this.#database.name) === this.#inode) return;
    throw new AppError('db_missing', `${this.#database.name} was deleted or replaced while it was in use`, {
      hint: 'Put it back, or restart Longwatch to begin a new one.',
    });
  }
}

function inodeOf(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? -1n;
}

function verdictOn(result: CheckResult): Verdict {
  const { slot, interval, reason } = result;
  return { slot, interval, status: statusOfOutcome(result), reason };
}

function columnsOf(verdict: Verdict): Pick<HeadRow, 'slot' | 'interval_ms' | 'status' | 'reason'> {
  const { slot, interval, status, reason } = verdict;
  return { slot, interval_ms: interval, status, reason };
}

function transitionTo(result: CheckResult, verdict: Verdict, from: Transition['from']): Transition {
  return { monitor: result.monitor, at: verdict.slot, from, to: verdict.status, reason: verdict.reason };
}
