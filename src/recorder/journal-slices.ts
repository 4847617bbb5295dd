import type { KeptResult } from '../core/history/kept-result.ts';
import type { JournalRow } from '../db/schema.ts';
import { keptOfJournalRow } from '../db/journal-result.ts';
import type { Database, Statement } from '../db/native.ts';
import { LATE_SHIFT, ODD, type MonitorRange, type RowKey } from './hour-rows.ts';

/** Rows of the journal after one slot up to another, which is the last of them, ms since the epoch. */
export interface Slice {
  readonly after: number;
  readonly upTo: number;
}

/** So many keys of monitors, and so many ms, can be told apart by one character. */
export const SLICE_SPAN = 1_000_000;

/** What a slice is read by. */
interface Bounds extends Slice, MonitorRange {}

/** Reads the journal in slices, each in a time that its number of rows bounds. */
export class JournalSlices {
  readonly #oldest: Statement<[number], number>;
  readonly #slotAt: Statement<[number, number, number], number>;
  readonly #packed: Statement<[Bounds], Buffer | null>;
  readonly #row: Statement<[number, number, number], JournalRow>;
  readonly #delete: Statement<[number]>;

  constructor(database: Database) {
    this.#oldest = database
      .prepare<[number], number>('SELECT slot FROM journal WHERE slot >= ? ORDER BY slot LIMIT 1')
      .pluck();
    this.#slotAt = database
      .prepare<[number, number, number], number>(
        'SELECT slot FROM journal WHERE slot > ? AND slot < ? ORDER BY slot LIMIT 1 OFFSET ?',
      )
      .pluck();
    // See `HourRows`: all numbers of a slice in one text. A number that is too large for a character makes the row odd.
    this.#packed = database
      .prepare<[Bounds], Buffer | null>(`
      SELECT CAST(group_concat(CASE
        WHEN status = 'up' AND reason IS NULL AND message IS NULL THEN
          char(slot - @after, monitor - @first, location, interval_ms, status_code + 1,
            iif(late_ms > -${LATE_SHIFT}, late_ms + ${LATE_SHIFT}, -1), duration_us + 1, dns_us + 1, connect_us + 1,
            tls_us + 1, wait_us + 1, body_us + 1, family, attempt, traced)
        ELSE char(slot - @after, monitor - @first, location, ${ODD}) END, '') AS BLOB)
      FROM journal
      WHERE slot > @after AND slot <= @upTo AND monitor BETWEEN @first AND @last`)
      .pluck();
    this.#row = database.prepare('SELECT * FROM journal WHERE slot = ? AND monitor = ? AND location = ?');
    this.#delete = database.prepare('DELETE FROM journal WHERE slot < ?');
  }

  /** The oldest slot from a moment on; `undefined` when there is none. */
  oldestSlot(from: number): number | undefined {
    return this.#oldest.get(from);
  }

  /** The slot of the last of the next so many rows, before `end` and within the span that characters can tell apart. */
  slotOfNext(rows: number, { after, end }: { readonly after: number; readonly end: number }): number {
    const limit = Math.min(end, after + SLICE_SPAN);
    return this.#slotAt.get(after, limit, rows - 1) ?? limit - 1;
  }

  /** The rows of some monitors in a slice, as `HourRows` takes them with the slot the slice comes after; `null`: none. */
  packed({ after, upTo }: Slice, { first, last }: MonitorRange): Buffer | null {
    return this.#packed.get({ after, upTo, first, last }) ?? null;
  }

  /** One row. */
  result({ slot, monitor, location }: RowKey): KeptResult | undefined {
    const row = this.#row.get(slot, monitor, location);
    return row === undefined ? undefined : keptOfJournalRow(row);
  }

  /** Removes the rows of slots before this one, within a transaction of the caller. */
  removeBefore(slot: number): void {
    this.#delete.run(slot);
  }
}
