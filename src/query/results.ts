import { AppError } from '../core/errors.ts';
import type { Phases } from '../core/outcome.ts';
import type { Reason } from '../core/reasons.ts';
import { statusOk, type Status } from '../core/status.ts';
import { formatMoment } from '../core/time-window.ts';
import { traceIdOf } from '../core/trace-id.ts';
import type { Database, Statement } from '../db/native.ts';
import type { JournalRow } from '../db/schema.ts';
import { knownMonitors } from './known-monitors.ts';
import { newestOf, slotAtOrBefore } from './newest.ts';
import { inSnapshot } from './snapshot.ts';
import { traceSeedOf } from './trace-seed.ts';
import { milliseconds } from './units.ts';

/** The most results one answer holds, and how many when nothing is said. */
export const MOST_RESULTS = 1000;
export const USUAL_RESULTS = 100;

/** Slots read at a time, and the most read for one answer: an answer that looks for rare results may come short. */
const SLOTS_AT_A_TIME = 500;
const MOST_SLOTS = 20_000;

/** Which results are asked for. Times in ms since the epoch. */
export interface ResultsQuestion {
  readonly id: string;
  /** No result of a slot before this one. */
  readonly since?: number | undefined;
  /** No result of this slot or one after it. */
  readonly until?: number | undefined;
  /** 1 to 1000; 100 when left out. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the answer before. */
  readonly cursor?: string | undefined;
  /** Only results of these statuses; all when left out. */
  readonly status?: readonly Status[] | undefined;
}

/** One check's result. */
export interface ResultAnswer {
  /** When the check was due, RFC 3339. */
  readonly slot: string;
  readonly started_at: string | null;
  readonly late_ms: number | null;
  readonly status: Status;
  readonly ok: boolean | null;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly status_code: number | null;
  readonly duration_ms: number | null;
  readonly phases_ms: Phases;
  readonly location: string;
  /** The id of the trace (W3C Trace Context) that the request carried. */
  readonly trace_id: string | null;
}

/** Results, newest first. */
export interface ResultsAnswer {
  readonly results: ResultAnswer[];
  /** Asks for those before; `null` when there are none. Set even when this answer is short of its limit. */
  readonly next_cursor: string | null;
}

interface Place {
  readonly slot: number;
  readonly location: number;
}

type Row = JournalRow & { readonly location_name: string };
type Step = { from: number; since: number; monitor: number; slots: number };

/**
 * Which results has a monitor? Follows its chain of slots from the newest one back, so the cost is that of its own
 * results, however many others there are. Throws `monitor_not_found`, `bad_request` for a limit or cursor that is none.
 */
export function askResults(database: Database, question: ResultsQuestion): ResultsAnswer {
  return inSnapshot(database, () => findResults(database, question));
}

function findResults(database: Database, question: ResultsQuestion): ResultsAnswer {
  const limit = checkedLimit(question.limit);
  const after = question.cursor === undefined ? undefined : readCursor(question.cursor);
  const [monitor] = knownMonitors(database, question.id);
  const newest = monitor === undefined ? undefined : newestOf(database, monitor.key);
  if (newest === undefined) return { results: [], next_cursor: null };
  const chain = { monitor: newest.monitor, newest: newest.slot };
  const upTo = Math.min(after?.slot ?? Infinity, question.until === undefined ? Infinity : question.until - 1);
  const from = slotAtOrBefore(database, chain, upTo);
  if (from === undefined) return { results: [], next_cursor: null };
  const wanted = (row: Row): boolean =>
    (after === undefined || isBefore(row, after)) && (question.status?.includes(row.status) ?? true);
  const slots = Math.min(SLOTS_AT_A_TIME, limit + 1);
  const walk = new Walk(database, { monitor: newest.monitor, from, since: question.since ?? 0, slots });
  const rows: Row[] = [];
  while (rows.length <= limit && !walk.ended && walk.slots < MOST_SLOTS) rows.push(...walk.read().filter(wanted));
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : walk.ended ? undefined : walk.last;
  const seed = traceSeedOf(database);
  const traceId = ({ traced, slot }: Row): string | null =>
    traced === 1 && seed !== undefined ? traceIdOf(seed, question.id, slot) : null;
  return {
    results: page.map((row) => resultAnswer(row, traceId(row))),
    next_cursor: last === undefined ? null : writeCursor(last),
  };
}

/** Reads a monitor's rows along its chain, newest first, some slots at a time. */
class Walk {
  readonly #statement: Statement<[Step], Row>;
  readonly #monitor: number;
  readonly #since: number;
  readonly #atATime: number;
  #from: number | undefined;
  slots = 0;
  last: Row | undefined;

  constructor(
    database: Database,
    start: { readonly monitor: number; readonly from: number; readonly since: number; readonly slots: number },
  ) {
    this.#monitor = start.monitor;
    this.#since = start.since;
    this.#atATime = start.slots;
    this.#from = start.from;
    // Without ORDER BY a recursive query gives rows in the order it finds them, and stops when enough were taken.
    this.#statement = database.prepare(`
      WITH RECURSIVE chain (slot, step) AS (
        SELECT @from, 1
        UNION ALL
        SELECT (SELECT slot - coalesce(back_ms, interval_ms) FROM journal
                WHERE slot = chain.slot AND monitor = @monitor LIMIT 1), step + 1
        FROM chain WHERE chain.slot >= @since AND step < @slots
      )
      SELECT journal.*, locations.name AS location_name
      FROM chain
      CROSS JOIN journal ON journal.slot = chain.slot AND journal.monitor = @monitor
      CROSS JOIN locations ON locations.key = journal.location
      WHERE chain.slot >= @since`);
  }

  get ended(): boolean {
    return this.#from === undefined;
  }

  read(): Row[] {
    if (this.#from === undefined) return [];
    const rows = this.#statement.all({
      from: this.#from,
      since: this.#since,
      monitor: this.#monitor,
      slots: this.#atATime,
    });
    this.last = rows.at(-1) ?? this.last;
    const oldest = rows.at(-1);
    this.slots += this.#atATime;
    const next = oldest === undefined ? undefined : oldest.slot - (oldest.back_ms ?? oldest.interval_ms);
    const full = new Set(rows.map(({ slot }) => slot)).size === this.#atATime;
    this.#from = full && next !== undefined && next >= this.#since ? next : undefined;
    return rows;
  }
}

function resultAnswer(row: Row, traceId: string | null): ResultAnswer {
  return {
    slot: formatMoment(row.slot),
    started_at: row.late_ms === null ? null : formatMoment(row.slot + row.late_ms),
    // A check cannot begin before it is due; only a clock that was set back makes it look so.
    late_ms: row.late_ms === null ? null : Math.max(0, row.late_ms),
    status: row.status,
    ok: statusOk(row.status),
    reason: row.reason,
    message: row.message,
    status_code: row.status_code,
    duration_ms: milliseconds(row.duration_us),
    phases_ms: {
      dns: milliseconds(row.dns_us),
      connect: milliseconds(row.connect_us),
      tls: milliseconds(row.tls_us),
      wait: milliseconds(row.wait_us),
      body: milliseconds(row.body_us),
    },
    location: row.location_name,
    trace_id: traceId,
  };
}

/** Newest slot first, and within a slot by location. */
function isBefore(row: Place, place: Place): boolean {
  return row.slot < place.slot || (row.slot === place.slot && row.location > place.location);
}

function checkedLimit(limit: number = USUAL_RESULTS): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_RESULTS) return limit;
  throw new AppError('bad_request', `limit must be a whole number from 1 to ${MOST_RESULTS}`);
}

function writeCursor({ slot, location }: Place): string {
  return Buffer.from(`${slot}.${location}`).toString('base64url');
}

function readCursor(cursor: string): Place {
  const match = /^(\d{1,16})\.(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) {
    throw new AppError('bad_request', 'the cursor is not one that was given out', {
      hint: 'Pass next_cursor of the answer before, unchanged.',
    });
  }
  return { slot: Number(match[1]), location: Number(match[2]) };
}
