import type { TimeRange } from '../../core/uptime.ts';
import { keptOfJournalRow } from '../../db/journal-result.ts';
import type { Database, Statement } from '../../db/native.ts';
import type { JournalRow } from '../../db/schema.ts';
import { newestOf, slotAtOrBefore } from '../newest.ts';
import type { LocatedResult } from './kept-results.ts';

/** Of which monitor, and of which slots, ms since the epoch; not before the seam. */
export interface JournalQuestion extends TimeRange {
  readonly monitor: number;
}

type Step = { from: number; since: number; monitor: number; slots: number };

/**
 * The results of one monitor in the journal, newest first, some slots at a time: along its chain of slots, so the cost is
 * that of its own results, however many others there are.
 */
export class JournalWalk {
  readonly #statement: Statement<[Step], JournalRow>;
  readonly #monitor: number;
  readonly #since: number;
  #from: number | undefined;

  constructor(database: Database, { monitor, from, to }: JournalQuestion) {
    this.#monitor = monitor;
    this.#since = from;
    this.#from = firstSlot(database, { monitor, from, to });
    // Without ORDER BY a recursive query gives rows in the order it finds them, and stops when enough were taken.
    this.#statement = database.prepare(`
      WITH RECURSIVE chain (slot, step) AS (
        SELECT @from, 1
        UNION ALL
        SELECT (SELECT slot - coalesce(back_ms, interval_ms) FROM journal
                WHERE slot = chain.slot AND monitor = @monitor LIMIT 1), step + 1
        FROM chain WHERE chain.slot >= @since AND step < @slots
      )
      SELECT journal.* FROM chain CROSS JOIN journal ON journal.slot = chain.slot AND journal.monitor = @monitor
      WHERE chain.slot >= @since`);
  }

  get ended(): boolean {
    return this.#from === undefined;
  }

  /** The results of the next slots, at most so many; none of what lies before the range. */
  read(slots: number): LocatedResult[] {
    if (this.#from === undefined) return [];
    const rows = this.#statement.all({ from: this.#from, since: this.#since, monitor: this.#monitor, slots });
    const oldest = rows.at(-1);
    const next = oldest === undefined ? undefined : oldest.slot - (oldest.back_ms ?? oldest.interval_ms);
    this.#from = next !== undefined && next >= this.#since && slotsOf(rows) === slots ? next : undefined;
    return rows.map((row) => ({ location: row.location, result: keptOfJournalRow(row) }));
  }
}

/** All results of one monitor in the journal, newest first. */
export function journalResults(database: Database, question: JournalQuestion): LocatedResult[] {
  return new JournalWalk(database, question).read(Number.MAX_SAFE_INTEGER);
}

function firstSlot(database: Database, { monitor, from, to }: JournalQuestion): number | undefined {
  if (to <= from) return undefined;
  const newest = newestOf(database, monitor);
  if (newest === undefined || newest.slot < from) return undefined;
  const slot = slotAtOrBefore(database, { monitor, newest: newest.slot }, to - 1);
  return slot !== undefined && slot >= from ? slot : undefined;
}

function slotsOf(rows: readonly JournalRow[]): number {
  let slots = 0;
  for (const [index, row] of rows.entries()) if (row.slot !== rows[index - 1]?.slot) slots += 1;
  return slots;
}
