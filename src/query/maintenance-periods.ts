import { joinedRanges } from '../core/counted-spans.ts';
import type { TimeRange } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';

/** When one monitor (by its key) was in maintenance, as it came to pass: each stretch that touches a range, whole. */
export function maintenanceOf(database: Database, monitor: number, { from, to }: TimeRange): readonly TimeRange[] {
  const found = database
    .prepare<[number, number, number], TimeRange>(
      `SELECT start AS "from", "end" AS "to" FROM maintenance_periods
       WHERE monitor = ? AND start < ? AND "end" > ? ORDER BY start`,
    )
    .all(monitor, to, from);
  return found.length === 0 ? found : joinedRanges(found);
}

/** The same of all monitors, those that were removed included, by their keys; of those that were in maintenance. */
export function maintenanceOfAll(database: Database, { from, to }: TimeRange): ReadonlyMap<number, TimeRange[]> {
  // Rows as arrays: for thousands of rows the driver makes those in a fraction of the time objects take.
  const found = database
    .prepare<[number, number]>(
      'SELECT monitor, start, "end" FROM maintenance_periods WHERE start < ? AND "end" > ? ORDER BY monitor, start',
    )
    .raw()
    .all(to, from) as [number, number, number][];
  const periods = new Map<number, TimeRange[]>();
  for (const [key, start, end] of found) {
    const known = periods.get(key);
    if (known === undefined) periods.set(key, [{ from: start, to: end }]);
    else known.push({ from: start, to: end });
  }
  for (const [key, ranges] of periods) periods.set(key, joinedRanges(ranges));
  return periods;
}
