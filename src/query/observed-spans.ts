import type { Reason } from '../core/reasons.ts';
import type { ObservedSpans, Span } from '../core/spans.ts';
import type { Status } from '../core/status.ts';
import { standsUntil, type TimeRange } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { maintenanceOf, maintenanceOfAll } from './maintenance-periods.ts';
import { monitorSpans } from './monitor-spans.ts';
import { newestOfAll } from './newest-of-all.ts';
import { newestOf, type Newest } from './newest.ts';

/** From so many monitors on the spans of all are read at once, which costs less than those of each. */
const MANY = 200;

/**
 * What is known of how monitors stood within a range, in the order of the monitors: of each the span in force when the
 * range begins and all that begin within it, and its maintenance. `now` is ms since the epoch. Within a snapshot of the caller.
 */
export function observedSpans(
  database: Database,
  monitors: readonly MonitorRow[],
  range: TimeRange,
  now: number,
): ObservedSpans[] {
  if (monitors.length < MANY) {
    return monitors.map((monitor) => ({
      spans: monitorSpans(database, monitor.key, range),
      until: observedUntil(monitor, newestOf(database, monitor.key), now),
      maintenance: maintenanceOf(database, monitor.key, range),
    }));
  }
  const newest = newestOfAll(database);
  const spans = allSpans(database, range);
  const maintenance = maintenanceOfAll(database, range);
  return monitors.map((monitor) => ({
    spans: spans.get(monitor.key) ?? [],
    until: observedUntil(monitor, newest.get(monitor.key), now),
    maintenance: maintenance.get(monitor.key) ?? [],
  }));
}

function observedUntil({ timeout_ms }: MonitorRow, newest: Newest | undefined, now: number): number {
  if (newest === undefined) return now;
  return standsUntil({ slot: newest.slot, interval: newest.interval_ms, timeout: timeout_ms }, now);
}

/** The spans of all monitors, those that were removed included, by their keys. */
function allSpans(database: Database, { from, to }: TimeRange): Map<number, Span[]> {
  // Rows as arrays: for thousands of rows the driver makes those in a fraction of the time objects take.
  const found = database
    .prepare<[{ from: number; to: number }]>(
      `SELECT spans.monitor, spans.start, spans.status, spans.reason
       FROM monitors CROSS JOIN spans ON spans.monitor = monitors.key AND spans.start < @to AND spans.start >= coalesce(
         (SELECT max(start) FROM spans WHERE monitor = monitors.key AND start <= @from), @from)
       ORDER BY monitors.key, spans.start`,
    )
    .raw()
    .all({ from, to }) as [number, number, Status, Reason | null][];
  const spans = new Map<number, Span[]>();
  for (const [key, start, status, reason] of found) {
    const known = spans.get(key);
    if (known === undefined) spans.set(key, [{ start, status, reason }]);
    else known.push({ start, status, reason });
  }
  return spans;
}
