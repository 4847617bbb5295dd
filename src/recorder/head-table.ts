import { joinVerdicts, type Verdict } from '../core/status-machine.ts';
import type { Database, Statement } from '../db/native.ts';
import type { HeadRow } from '../db/schema.ts';

/**
 * A check belongs to the time before its result: results of slots this much older than a checkpoint are still expected
 * after it, ms. Older ones are saved at once, so a larger number only means a longer replay.
 */
const REPLAY_MARGIN_MS = 15_000;

const CHECKPOINT_EVERY_MS = 5 * 60_000;

/** Rows a reader must be willing to read through to find the newest results: at least this many, or this many a monitor. */
const CHECKPOINT_ROWS = 5000;
const CHECKPOINT_ROWS_PER_MONITOR = 3;

const COLUMNS = 'monitor, slot, interval_ms, status, reason, since, status_code, duration_us';

/**
 * The newest verdict of every monitor, in memory, as far as it is committed. Changes go to a draft that becomes the truth
 * only when its transaction was committed; one that failed leaves no trace. Saved on a change of status and now and then.
 */
export class HeadTable {
  readonly #heads = new Map<number, HeadRow>();
  readonly #unsaved = new Set<number>();
  readonly #save: Statement;
  readonly #saveReplayFrom: Statement<[string]>;
  #replayFrom: number;
  #checkpointAt: number;
  #rowsSinceCheckpoint = 0;

  constructor(database: Database, now: number) {
    this.#save = database.prepare(`
      INSERT OR REPLACE INTO heads (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#saveReplayFrom = database.prepare(`
      INSERT INTO meta (name, value) VALUES ('replay_from', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
    const saved = database.prepare<[], { value: string }>("SELECT value FROM meta WHERE name = 'replay_from'").get();
    this.#replayFrom = saved === undefined ? Math.floor(now) - REPLAY_MARGIN_MS : Number(saved.value);
    if (saved === undefined) this.#saveReplayFrom.run(String(this.#replayFrom));
    this.#checkpointAt = now;
    this.#restore(database);
  }

  draft(): HeadDraft {
    return new HeadDraft(this.#heads);
  }

  /** Writes what must not wait, or everything when it is time; the last call before the transaction is committed. */
  write(draft: HeadDraft, rows: number, now: number): CheckpointNote {
    const due = this.#isCheckpointDue(this.#rowsSinceCheckpoint + rows, now);
    if (!due) {
      for (const head of draft.changed()) {
        if (draft.isUrgent(head) || head.slot < this.#replayFrom) this.#saveRow(head);
      }
      return { due, replayFrom: this.#replayFrom };
    }
    const replayFrom = Math.floor(now) - REPLAY_MARGIN_MS;
    const changed = [...draft.changed()];
    const others = [...this.#unsaved].filter((monitor) => !draft.has(monitor));
    for (const monitor of others) this.#saveRow(this.#heads.get(monitor));
    for (const head of changed) this.#saveRow(head);
    this.#saveReplayFrom.run(String(replayFrom));
    return { due, replayFrom };
  }

  /** Makes a draft the truth; called when its transaction was committed. */
  accept(draft: HeadDraft, note: CheckpointNote & { readonly rows: number; readonly now: number }): void {
    for (const head of draft.changed()) {
      this.#heads.set(head.monitor, head);
      this.#unsaved.add(head.monitor);
    }
    this.#rowsSinceCheckpoint += note.rows;
    if (!note.due) return;
    this.#unsaved.clear();
    this.#rowsSinceCheckpoint = 0;
    this.#replayFrom = note.replayFrom;
    this.#checkpointAt = note.now;
  }

  /** Makes the next write a checkpoint. */
  expire(): void {
    this.#rowsSinceCheckpoint = Infinity;
  }

  #isCheckpointDue(rows: number, now: number): boolean {
    if (rows >= Math.max(CHECKPOINT_ROWS, CHECKPOINT_ROWS_PER_MONITOR * this.#heads.size)) return true;
    // The clock was set back: everything would count as old until it has caught up.
    if (now < this.#checkpointAt) return true;
    return now - this.#checkpointAt >= CHECKPOINT_EVERY_MS;
  }

  #saveRow(head: HeadRow | undefined): void {
    if (head === undefined) return;
    const { monitor, slot, interval_ms, status, reason, since, status_code, duration_us } = head;
    this.#save.run(monitor, slot, interval_ms, status, reason, since, status_code, duration_us);
  }

  /** Saved heads, brought up to date with the part of the journal that is newer. */
  #restore(database: Database): void {
    for (const head of database.prepare<[], HeadRow>(`SELECT ${COLUMNS} FROM heads`).all()) {
      this.#heads.set(head.monitor, head);
    }
    const newer = database.prepare<[number], Omit<HeadRow, 'since'>>(`
      SELECT monitor, slot, interval_ms, status, reason, status_code, duration_us FROM journal
      WHERE slot >= ? ORDER BY slot`);
    for (const row of newer.all(this.#replayFrom)) {
      const known = this.#heads.get(row.monitor);
      if (known === undefined || known.slot > row.slot) continue;
      const verdict = known.slot === row.slot ? joinVerdicts(verdictOf(known), verdictOf(row)) : verdictOf(row);
      this.#heads.set(row.monitor, {
        ...(known.slot === row.slot ? known : { ...row, since: known.since }),
        interval_ms: verdict.interval,
        status: verdict.status,
        reason: verdict.reason,
      });
      this.#unsaved.add(row.monitor);
    }
  }
}

/** Whether a write was a checkpoint, and from where a replay would have to begin. */
export interface CheckpointNote {
  readonly due: boolean;
  readonly replayFrom: number;
}

/** Changes of heads within one transaction. */
export class HeadDraft {
  readonly #committed: ReadonlyMap<number, HeadRow>;
  readonly #changed = new Map<number, HeadRow>();
  readonly #urgent = new Set<number>();

  constructor(committed: ReadonlyMap<number, HeadRow>) {
    this.#committed = committed;
  }

  get(monitor: number): HeadRow | undefined {
    return this.#changed.get(monitor) ?? this.#committed.get(monitor);
  }

  has(monitor: number): boolean {
    return this.#changed.has(monitor);
  }

  /** A newer slot of the same status: may be saved later. */
  advance(head: HeadRow): void {
    this.#changed.set(head.monitor, head);
  }

  /** A change of status or of its beginning: is saved with the transaction. */
  change(head: HeadRow): void {
    this.#changed.set(head.monitor, head);
    this.#urgent.add(head.monitor);
  }

  changed(): Iterable<HeadRow> {
    return this.#changed.values();
  }

  isUrgent(head: HeadRow): boolean {
    return this.#urgent.has(head.monitor);
  }
}

/** The verdict a head stands for. */
export function verdictOf(head: Pick<HeadRow, 'slot' | 'interval_ms' | 'status' | 'reason'>): Verdict {
  return { slot: head.slot, interval: head.interval_ms, status: head.status, reason: head.reason };
}
