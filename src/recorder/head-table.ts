import { joinVerdicts } from '../core/status-machine.ts';
import { vouchForHeads } from '../db/meta-values.ts';
import type { Database, Statement } from '../db/native.ts';
import type { HeadRow } from '../db/schema.ts';
import { HeadDraft } from './head-draft.ts';
import { isNextOf, newestVerdict } from './machine-heads.ts';
import { placesFor, RowInserter } from './row-inserter.ts';

/**
 * A check belongs to the time before its result: results of slots this much older than a checkpoint are still expected
 * after it, ms. Older ones are saved at once, so a larger number only means a longer replay.
 */
const REPLAY_MARGIN_MS = 15_000;

const CHECKPOINT_EVERY_MS = 5 * 60_000;

/** Rows a reader must be willing to read through to find the newest results: at least this many, or this many a monitor. */
const CHECKPOINT_ROWS = 5000;
const CHECKPOINT_ROWS_PER_MONITOR = 3;

const COLUMNS = 'monitor, slot, interval_ms, status, reason, since, status_code, duration_us, last_status, machine';

/** Heads saved in one transaction when all of them are due: that of thousands at once would hold all others up. */
const SAVED_AT_ONCE = 500;
const SAVED_IN_TRANSACTIONS = 50;

/** Saving all heads, spread over several transactions. */
interface Checkpoint {
  /** From where a replay has to begin when it is complete: results from there on may be newer than what was saved. */
  readonly replayFrom: number;
  /** Monitors whose heads are still to be saved. */
  readonly queue: readonly number[];
  readonly atOnce: number;
  /** Rows recorded since it began. */
  readonly rows: number;
}

/** What the heads need beside the database. */
export interface HeadTableOptions {
  /** Wall-clock time, ms. */
  readonly now: number;
  /** Results of slots before this one are not in the journal, so their heads are saved at once. */
  readonly seam: { readonly slot: number };
}

/**
 * The newest verdict of every monitor, in memory, as far as it is committed. Changes go to a draft that becomes the truth
 * only when its transaction was committed; one that failed leaves no trace. Saved on a change of status, whenever a result
 * comes elsewhere than one interval after the one before it, and now and then: see `vouchForHeads`.
 */
export class HeadTable {
  readonly #database: Database;
  readonly #seam: { readonly slot: number };
  /** By the key of the monitor: looked up and replaced for every check, which in a map costs more than the rest of it. */
  readonly #heads: (HeadRow | undefined)[] = [];
  /** By the key of the monitor too. */
  readonly #isSaved: boolean[] = [];
  readonly #isChanged: boolean[] = [];
  /** Monitors whose saved heads do not lead to their newest results: left by a program that did not see to that. */
  readonly #astray = new Set<number>();
  #count = 0;
  readonly #rows: RowInserter;
  readonly #saveReplayFrom: Statement<[string]>;
  #replayFrom: number;
  #checkpointAt: number;
  #checkpoint: Checkpoint | undefined;
  #rowsSinceCheckpoint = 0;
  #isExpired = false;

  constructor(database: Database, { now, seam }: HeadTableOptions) {
    this.#database = database;
    this.#seam = seam;
    this.#rows = new RowInserter(database, { insert: `INSERT OR REPLACE INTO heads (${COLUMNS})`, row: placesFor(10) });
    this.#saveReplayFrom = database.prepare(`
      INSERT INTO meta (name, value) VALUES ('replay_from', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
    const saved = database.prepare<[], { value: string }>("SELECT value FROM meta WHERE name = 'replay_from'").get();
    this.#replayFrom = saved === undefined ? Math.floor(now) - REPLAY_MARGIN_MS : Number(saved.value);
    if (saved === undefined) this.#saveReplayFrom.run(String(this.#replayFrom));
    this.#checkpointAt = now;
    this.#restore(database);
  }

  /** The heads as they are committed. */
  all(): readonly HeadRow[] {
    return this.#heads.filter((head) => head !== undefined);
  }

  newestSlotOf(monitor: number): number | undefined {
    return this.#heads[monitor]?.slot;
  }

  draft(): HeadDraft {
    return new HeadDraft(this.#heads, this.#isChanged);
  }

  /** Writes what must not wait, and when it is time some of the others; the last call before the transaction is committed. */
  write(draft: HeadDraft, rows: number, now: number): CheckpointNote {
    const checkpoint = this.#checkpointFor(draft, rows, now);
    const from = Math.max(this.#replayFrom, checkpoint?.replayFrom ?? -Infinity, this.#seam.slot);
    for (const monitor of draft.changed) {
      const head = this.#heads[monitor];
      if (head !== undefined && (head.slot < from || draft.isUrgent(monitor))) this.#saveRow(head);
    }
    const saved = checkpoint?.queue.slice(0, checkpoint.atOnce) ?? [];
    for (const monitor of saved) this.#saveRow(this.#heads[monitor]);
    this.#rows.settle();
    if (saved.length === checkpoint?.queue.length) this.#saveReplayFrom.run(String(checkpoint.replayFrom));
    return { checkpoint, saved, now };
  }

  /** Makes a draft the truth; called when its transaction was committed. */
  accept(draft: HeadDraft, note: CheckpointNote, rows: number): void {
    for (const monitor of draft.changed) this.#isSaved[monitor] = false;
    this.#count += draft.added;
    draft.end();
    this.#rowsSinceCheckpoint += rows;
    const { checkpoint, saved, now } = note;
    if (checkpoint === undefined) return;
    for (const monitor of saved) this.#isSaved[monitor] = true;
    const queue = checkpoint.queue.slice(saved.length);
    this.#isExpired = false;
    this.#checkpoint = { ...checkpoint, queue, rows: checkpoint.rows + rows };
    if (queue.length > 0) return;
    this.#rowsSinceCheckpoint = this.#checkpoint.rows;
    this.#checkpoint = undefined;
    this.#replayFrom = checkpoint.replayFrom;
    this.#checkpointAt = now;
  }

  /** Takes back what a draft changed; called when its transaction failed. */
  revert(draft: HeadDraft): void {
    this.#rows.discard();
    draft.undo();
  }

  /** Sees to it that the saved heads lead to the newest results, and says so: for one who writes results through drafts alone. */
  vouch(): void {
    const run = this.#database.transaction(() => {
      this.#rows.discard();
      for (const monitor of this.#astray) this.#saveRow(this.#heads[monitor]);
      this.#rows.settle();
      vouchForHeads(this.#database);
    });
    run.immediate();
    for (const monitor of this.#astray) this.#isSaved[monitor] = true;
    this.#astray.clear();
  }

  /** Makes the next write save all heads at once. */
  expire(): void {
    this.#isExpired = true;
  }

  /**
   * Saves up to so many heads whose newest result lies before a moment, in a transaction of its own; false when there are
   * none. The journal may lose its rows before that moment once there are none.
   */
  saveBefore(slot: number, most: number): boolean {
    const old: number[] = [];
    for (const head of this.#heads) {
      if (head !== undefined && head.slot < slot && !this.#isSaved[head.monitor]) old.push(head.monitor);
      if (old.length === most) break;
    }
    if (old.length === 0) return false;
    const run = this.#database.transaction(() => {
      this.#rows.discard();
      for (const monitor of old) this.#saveRow(this.#heads[monitor]);
      this.#rows.settle();
    });
    run.immediate();
    for (const monitor of old) this.#isSaved[monitor] = true;
    return true;
  }

  /** The checkpoint under way, or a new one when it is time. */
  #checkpointFor(draft: HeadDraft, rows: number, now: number): Checkpoint | undefined {
    if (!this.#isExpired) {
      if (this.#checkpoint !== undefined) return this.#checkpoint;
      if (!this.#isCheckpointDue(this.#rowsSinceCheckpoint + rows, now)) return undefined;
    }
    const changed = new Set(draft.changed);
    // In the order of their rows, so that each page is written once.
    const queue = this.all()
      .map(({ monitor }) => monitor)
      .filter((monitor) => !this.#isSaved[monitor] || changed.has(monitor));
    const atOnce = Math.max(SAVED_AT_ONCE, Math.ceil(queue.length / SAVED_IN_TRANSACTIONS));
    return {
      replayFrom: Math.floor(now) - REPLAY_MARGIN_MS,
      queue,
      atOnce: this.#isExpired ? queue.length : atOnce,
      rows: 0,
    };
  }

  #isCheckpointDue(rows: number, now: number): boolean {
    if (rows >= Math.max(CHECKPOINT_ROWS, CHECKPOINT_ROWS_PER_MONITOR * this.#count)) return true;
    // The clock was set back: everything would count as old until it has caught up.
    if (now < this.#checkpointAt) return true;
    return now - this.#checkpointAt >= CHECKPOINT_EVERY_MS;
  }

  #saveRow(head: HeadRow | undefined): void {
    if (head === undefined) return;
    const { values } = this.#rows;
    const at = this.#rows.add();
    values[at] = head.monitor;
    values[at + 1] = head.slot;
    values[at + 2] = head.interval_ms;
    values[at + 3] = head.status;
    values[at + 4] = head.reason;
    values[at + 5] = head.since;
    values[at + 6] = head.status_code;
    values[at + 7] = head.duration_us;
    values[at + 8] = head.last_status;
    values[at + 9] = head.machine;
  }

  /** Saved heads, brought up to date with the part of the journal that is newer. */
  #restore(database: Database): void {
    for (const head of database.prepare<[], HeadRow>(`SELECT ${COLUMNS} FROM heads`).all()) {
      this.#heads[head.monitor] = head;
      this.#isSaved[head.monitor] = true;
      this.#count += 1;
    }
    const newer = database.prepare<[number], Tail>(`
      SELECT monitor, slot, interval_ms, status, reason, status_code, duration_us FROM journal
      WHERE slot >= ? ORDER BY slot`);
    for (const row of newer.all(this.#replayFrom)) {
      const known = this.#heads[row.monitor];
      if (known === undefined || known.slot > row.slot) continue;
      const head = broughtUpToDate(known, row);
      const isNear = head.slot === known.slot ? head.interval_ms === known.interval_ms : isNextOf(known, head);
      if (!isNear) this.#astray.add(row.monitor);
      this.#heads[row.monitor] = head;
      this.#isSaved[row.monitor] = false;
    }
  }
}

/** Which heads a write saved, of which checkpoint. */
export interface CheckpointNote {
  readonly checkpoint: Checkpoint | undefined;
  readonly saved: readonly number[];
  readonly now: number;
}

/** What a newer result tells of its monitor. */
type Tail = Pick<HeadRow, 'monitor' | 'slot' | 'interval_ms' | 'status' | 'reason' | 'status_code' | 'duration_us'>;

/**
 * A saved head after one more result of the journal. What that did to the status was saved when it was recorded, together
 * with what the machine remembers: here nothing is judged, so that nothing can happen twice.
 */
function broughtUpToDate(known: HeadRow, row: Tail): HeadRow {
  const verdict = { slot: row.slot, interval: row.interval_ms, status: row.status, reason: row.reason };
  const { interval, status, reason } = known.slot === row.slot ? joinVerdicts(newestVerdict(known), verdict) : verdict;
  const { status_code, duration_us } = known.slot === row.slot ? known : row;
  const last_status = status === known.status ? null : status;
  return { ...known, slot: row.slot, interval_ms: interval, reason, status_code, duration_us, last_status };
}
