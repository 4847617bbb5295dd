import { AppError } from '../core/errors.ts';
import type { Phases } from '../core/outcome.ts';
import type { Reason } from '../core/reasons.ts';
import { statusOk, type Status } from '../core/status.ts';
import { formatMoment } from '../core/time-window.ts';
import { traceIdOf } from '../core/trace-id.ts';
import type { Database } from '../db/native.ts';
import type { LocatedResult } from './kept/kept-results.ts';
import { knownMonitors } from './known-monitors.ts';
import { readPage, type ResultRun } from './result-page.ts';
import { inSnapshot } from './snapshot.ts';
import { traceSeedOf } from './trace-seed.ts';
import { milliseconds } from './units.ts';

/** The most results one answer holds, and how many when nothing is said. */
export const MOST_RESULTS = 10_000;
export const USUAL_RESULTS = 100;

/** Which results are asked for. Times in ms since the epoch. */
export interface ResultsQuestion {
  readonly id: string;
  /** No result of a slot before this one. */
  readonly since?: number | undefined;
  /** No result of this slot or one after it. */
  readonly until?: number | undefined;
  /** 1 to 10,000; 100 when left out. Of runs, when they are grouped. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the answer before. Stays good while results move from the journal to blocks. */
  readonly cursor?: string | undefined;
  /** Only results of these statuses; all when left out. */
  readonly status?: readonly Status[] | undefined;
  /** Only results with one of these reasons. */
  readonly reason?: readonly Reason[] | undefined;
  /** Only results from these locations, by name. */
  readonly location?: readonly string[] | undefined;
  /** Whether a run of the same failure (status, reason, status code, location) in slot after slot is one entry. */
  readonly group?: boolean | undefined;
}

/** One check's result; or, of a question with `group`, a run of them, of which it is the newest. */
export interface ResultAnswer {
  /** When the check was due, RFC 3339. */
  readonly slot: string;
  /** The monitor's interval then. */
  readonly interval_ms: number;
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
  /** The version of the Internet Protocol of the address that was dialled last; `null` when none was. */
  readonly ip_version: 4 | 6 | null;
  /** Which try of its slot this was, from 1 up. */
  readonly attempt: number;
  /** The id of the trace (W3C Trace Context) that the request carried. */
  readonly trace_id: string | null;
  /** With `group`: how many results, and the slots of the oldest and the newest of them. */
  readonly count?: number;
  readonly first_slot?: string;
  readonly last_slot?: string;
}

/** Results, newest first. */
export interface ResultsAnswer {
  readonly results: ResultAnswer[];
  /**
   * Asks for those before; `null` when there are none. Set even when this answer is short of its limit. A run that is cut
   * by the end of a page goes on with the next one.
   */
  readonly next_cursor: string | null;
}

/**
 * Which results has a monitor? Costs what its own results cost, however many others there are. Throws
 * `monitor_not_found`, `bad_request` for a limit, a cursor or a location that is none.
 */
export function askResults(database: Database, question: ResultsQuestion): ResultsAnswer {
  return inSnapshot(database, () => findResults(database, question));
}

function findResults(database: Database, question: ResultsQuestion): ResultsAnswer {
  const limit = checkedLimit(question.limit);
  const [monitor] = knownMonitors(database, question.id);
  const locations = locationNames(database);
  const page = readPage(database, {
    monitor: monitor?.key ?? 0,
    from: question.since ?? 0,
    to: question.until ?? Infinity,
    limit,
    cursor: question.cursor,
    wanted: filterOf(question, locations),
    grouped: question.group === true,
  });
  const seed = traceSeedOf(database);
  const traceId = (slot: number): string | null => (seed === undefined ? null : traceIdOf(seed, question.id, slot));
  const results = page.runs.map((run) => {
    const { location, result } = run.newest;
    const answer = resultAnswer(run.newest, {
      location: locations.get(location) ?? '',
      traceId: result.traced ? traceId(result.slot) : null,
    });
    return question.group === true ? { ...answer, ...runAnswer(run) } : answer;
  });
  return { results, next_cursor: page.next };
}

function locationNames(database: Database): Map<number, string> {
  const rows = database.prepare('SELECT key, name FROM locations ORDER BY key').raw().all() as [number, string][];
  return new Map(rows);
}

function filterOf(
  { status, reason, location }: ResultsQuestion,
  locations: ReadonlyMap<number, string>,
): ((found: LocatedResult) => boolean) | undefined {
  if (status === undefined && reason === undefined && location === undefined) return undefined;
  const known = [...locations.values()];
  const unknown = location?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const hint = known.length === 0 ? 'There are no results yet.' : `There are: ${known.join(', ')}.`;
    throw new AppError('bad_request', `no result is from a location "${unknown}"`, { hint });
  }
  return ({ location: key, result }) =>
    (status?.includes(result.status) ?? true) &&
    (reason === undefined || (result.reason !== null && reason.includes(result.reason))) &&
    (location?.includes(locations.get(key) ?? '') ?? true);
}

function resultAnswer(
  { result }: LocatedResult,
  { location, traceId }: { readonly location: string; readonly traceId: string | null },
): ResultAnswer {
  const { slot, lateMs } = result;
  return {
    slot: formatMoment(slot),
    interval_ms: result.intervalMs,
    started_at: lateMs === null ? null : formatMoment(slot + lateMs),
    // A check cannot begin before it is due; only a clock that was set back makes it look so.
    late_ms: lateMs === null ? null : Math.max(0, lateMs),
    status: result.status,
    ok: statusOk(result.status),
    reason: result.reason,
    message: result.message,
    status_code: result.statusCode,
    duration_ms: milliseconds(result.durationUs),
    phases_ms: {
      dns: milliseconds(result.dnsUs),
      connect: milliseconds(result.connectUs),
      tls: milliseconds(result.tlsUs),
      wait: milliseconds(result.waitUs),
      body: milliseconds(result.bodyUs),
    },
    location,
    ip_version: result.family,
    attempt: result.attempt,
    trace_id: traceId,
  };
}

function runAnswer({ newest, count, firstSlot }: ResultRun): Pick<ResultAnswer, 'count' | 'first_slot' | 'last_slot'> {
  return { count, first_slot: formatMoment(firstSlot), last_slot: formatMoment(newest.result.slot) };
}

function checkedLimit(limit: number = USUAL_RESULTS): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_RESULTS) return limit;
  throw new AppError('bad_request', `limit must be a whole number from 1 to ${MOST_RESULTS}`);
}
