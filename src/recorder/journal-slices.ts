import type { KeptResult } from '../core/history/kept-result.ts';
import type { JournalRow } from '../db/schema.ts';
import { keptOfJournalRow } from '../db/journal-result.ts';
import type { Database, Statement } from '../db/native.ts';
import { LATE_SHIFT, ODD, type MonitorRange, type RowKey } from './hour-rows.ts';

/** Rows of the journal after one key up to another, which is the last of them. */
export interface Slice {
  readonly after: RowKey;
  readonly upTo: RowKey;
}

/** So many keys of monitors, and so many ms, can be told apart by one character. */
export const SLICE_SPAN = 1_000_000;

type RowKeyTuple = [slot: number, monitor: number, location: number];

/** Larger than any key of a monitor or location. */
const LAST = Number.MAX_SAFE_INTEGER;

/** Reads the journal in slices, each in a time that its number of rows bounds. */
export class JournalSlices {
  readonly #oldest: Statement<[number], number>;
  readonly #keyAt: Statement<[...RowKeyTuple, number, number], RowKey>;
  readonly #packed: Statement<[number, number, ...RowKeyTuple, ...RowKeyTuple, number, number], Buffer | null>;
  readonly #row: Statement<RowKeyTuple, JournalRow>;
  readonly #delete: Statement<[number]>;

  constructor(database: Database) {
    this.#oldest = database
      .prepare<[number], number>('SELECT slot FROM journal WHERE slot >= ? ORDER BY slot LIMIT 1')
      .pluck();
    this.#keyAt = database.prepare(`
      SELECT slot, monitor, location FROM journal WHERE (slot, monitor, location) > (?, ?, ?) AND slot < ?
      ORDER BY slot, monitor, location LIMIT 1 OFFSET ?`);
    // See `HourRows`: all numbers of a slice in one text. A number that is too large for a character makes the row odd.
    this.#packed = database
      .prepare<[number, number, ...RowKeyTuple, ...RowKeyTuple, number, number], Buffer | null>(`
      WITH base (slot, monitor) AS (SELECT ?, ?)
      SELECT CAST(group_concat(CASE
        WHEN status = 'up' AND reason IS NULL AND message IS NULL THEN
          char(journal.slot - base.slot, journal.monitor - base.monitor, location, interval_ms, status_code + 1,
            iif(late_ms > -${LATE_SHIFT}, late_ms + ${LATE_SHIFT}, -1), duration_us + 1, dns_us + 1, connect_us + 1,
            tls_us + 1, wait_us + 1, body_us + 1, family, attempt, traced)
        ELSE char(journal.slot - base.slot, journal.monitor - base.monitor, location, ${ODD}) END, '') AS BLOB)
      FROM base CROSS JOIN journal
      WHERE (journal.slot, journal.monitor, location) > (?, ?, ?)
        AND (journal.slot, journal.monitor, location) <= (?, ?, ?)
        AND journal.monitor BETWEEN ? AND ?`)
      .pluck();
    this.#row = database.prepare('SELECT * FROM journal WHERE slot = ? AND monitor = ? AND location = ?');
    this.#delete = database.prepare('DELETE FROM journal WHERE slot < ?');
  }

  /** The oldest slot from a moment on; `undefined` when there is none. */
  oldestSlot(from: number): number | undefined {
    return this.#oldest.get(from);
  }

  /** The key before all rows of a moment, to begin at. */
  beginningOf(moment: number): RowKey {
    return { slot: moment - 1, monitor: LAST, location: LAST };
  }

  /** The slice of the next so many rows, which ends before `end` and within the span that characters can tell apart. */
  sliceAfter(after: RowKey, end: number, rows: number): Slice {
    const limit = Math.min(end, after.slot + SLICE_SPAN);
    const last = this.#keyAt.get(after.slot, after.monitor, after.location, limit, rows - 1);
    return { after, upTo: last ?? this.beginningOf(limit) };
  }

  /** The rows of some monitors in a slice, as `HourRows` takes them with the slot the slice comes after; `null`: none. */
  packed({ after, upTo }: Slice, { first, last }: MonitorRange): Buffer | null {
    const bounds = [...tuple(after), ...tuple(upTo)] as const;
    return this.#packed.get(after.slot, first, ...bounds, first, last) ?? null;
  }

  /** One row. */
  result(key: RowKey): KeptResult | undefined {
    const row = this.#row.get(...tuple(key));
    return row === undefined ? undefined : keptOfJournalRow(row);
  }

  /** Removes the rows of slots before this one, within a transaction of the caller. */
  removeBefore(slot: number): void {
    this.#delete.run(slot);
  }
}

function tuple({ slot, monitor, location }: RowKey): RowKeyTuple {
  return [slot, monitor, location];
}
