import type { KeptResult } from '../../core/history/kept-result.ts';
import type { Reason } from '../../core/reasons.ts';
import type { Status } from '../../core/status.ts';
import type { TimeRange } from '../../core/uptime.ts';
import type { Database, Statement } from '../../db/native.ts';
import { newestOf, slotAtOrBefore } from '../newest.ts';
import type { LocatedResult } from './kept-results.ts';

/** Of which monitor, and of which slots, ms since the epoch; not before the seam. */
export interface JournalQuestion extends TimeRange {
  readonly monitor: number;
  /** Its newest slot of all, when that is known already. */
  readonly newestSlot?: number | undefined;
}

/** As arrays: of objects the driver makes twenty properties each, of which another object would be made. */
type Row = [
  slot: number,
  location: number,
  interval: number,
  back: number | null,
  status: Status,
  reason: Reason | null,
  statusCode: number | null,
  late: number | null,
  duration: number | null,
  dns: number | null,
  connect: number | null,
  tls: number | null,
  wait: number | null,
  body: number | null,
  family: 4 | 6 | null,
  attempt: number | null,
  traced: number | null,
  message: string | null,
];

type Step = [from: number, monitor: number, since: number, slots: number, monitorAgain: number, sinceAgain: number];

/**
 * The results of one monitor in the journal, newest first, some slots at a time: along its chain of slots, so the cost is
 * that of its own results, however many others there are.
 */
export class JournalWalk {
  readonly #statement: Statement<Step>;
  readonly #monitor: number;
  readonly #since: number;
  #from: number | undefined;

  constructor(database: Database, question: JournalQuestion) {
    this.#monitor = question.monitor;
    this.#since = question.from;
    this.#from = firstSlot(database, question);
    // Without ORDER BY a recursive query gives rows in the order it finds them, and stops when enough were taken.
    this.#statement = database
      .prepare<Step>(
        `WITH RECURSIVE chain (slot, step) AS (
          SELECT ?, 1
          UNION ALL
          SELECT (SELECT slot - coalesce(back_ms, interval_ms) FROM journal
                  WHERE slot = chain.slot AND monitor = ? LIMIT 1), step + 1
          FROM chain WHERE chain.slot >= ? AND step < ?
        )
        SELECT journal.slot, location, interval_ms, back_ms, status, reason, status_code, late_ms, duration_us, dns_us,
          connect_us, tls_us, wait_us, body_us, family, attempt, traced, message
        FROM chain CROSS JOIN journal ON journal.slot = chain.slot AND journal.monitor = ?
        WHERE chain.slot >= ?`,
      )
      .raw();
  }

  get ended(): boolean {
    return this.#from === undefined;
  }

  /** The results of the next slots, at most so many; none of what lies before the range. */
  read(slots: number): LocatedResult[] {
    if (this.#from === undefined) return [];
    const [monitor, since] = [this.#monitor, this.#since];
    const rows = this.#statement.all(this.#from, monitor, since, slots, monitor, since) as Row[];
    const oldest = rows.at(-1);
    const next = oldest === undefined ? undefined : oldest[0] - (oldest[3] ?? oldest[2]);
    this.#from = next !== undefined && next >= since && slotsOf(rows) === slots ? next : undefined;
    return rows.map((row) => ({ location: row[1], result: keptResult(row) }));
  }
}

/** All results of one monitor in the journal, newest first. */
export function journalResults(database: Database, question: JournalQuestion): LocatedResult[] {
  return new JournalWalk(database, question).read(Number.MAX_SAFE_INTEGER);
}

function firstSlot(database: Database, { monitor, from, to, newestSlot }: JournalQuestion): number | undefined {
  if (to <= from) return undefined;
  const newest = newestSlot ?? newestOf(database, monitor)?.slot;
  if (newest === undefined || newest < from) return undefined;
  const slot = slotAtOrBefore(database, { monitor, newest }, to - 1);
  return slot !== undefined && slot >= from ? slot : undefined;
}

function slotsOf(rows: readonly Row[]): number {
  let slots = 0;
  for (const [index, [slot]] of rows.entries()) if (slot !== rows[index - 1]?.[0]) slots += 1;
  return slots;
}

function keptResult(row: Row): KeptResult {
  return {
    slot: row[0],
    intervalMs: row[2],
    status: row[4],
    reason: row[5],
    statusCode: row[6],
    lateMs: row[7],
    durationUs: row[8],
    dnsUs: row[9],
    connectUs: row[10],
    tlsUs: row[11],
    waitUs: row[12],
    bodyUs: row[13],
    family: row[14],
    attempt: row[15] ?? 1,
    traced: row[16] === 1,
    message: row[17],
  };
}
