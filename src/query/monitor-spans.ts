import type { Span } from '../core/spans.ts';
import type { TimeRange } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';

/** The spans of one monitor (by its key): the one in force when a range begins, and all that begin within it. */
export function monitorSpans(database: Database, monitor: number, { from, to }: TimeRange): Span[] {
  return database
    .prepare<[{ monitor: number; from: number; to: number }], Span>(
      `SELECT start, status, reason FROM spans
       WHERE monitor = @monitor AND start < @to AND start >= coalesce(
         (SELECT max(start) FROM spans WHERE monitor = @monitor AND start <= @from), @from)
       ORDER BY start`,
    )
    .all({ monitor, from, to });
}
