import { DAY_MS, dayOf, HOUR_MS, hourOf } from '../../core/history/history-key.ts';
import { unpackHours } from '../../core/history/packed-rollup.ts';
import type { TimeRange } from '../../core/uptime.ts';
import { daysUntilOf, foldedUntilOf } from '../../db/meta-values.ts';
import type { Database } from '../../db/native.ts';
import { firstPeriod, tierRows } from './tier-rows.ts';

/** How far back the tiers of one monitor's history reach within a range. Each is kept from there on without a hole. */
export interface Reach {
  /** Single results, from this hour on, ms since the epoch; the beginning of the range when none of them is gone. */
  readonly resultsFrom: number;
  /** Rollups of hours, from this day (UTC) on; days before it have one rollup each. */
  readonly hoursFrom: number;
}

/**
 * Sees how far back history reaches, by what is there: retention may have changed since, and a limit of the file's size
 * takes what it must. Holds because the oldest of a monitor goes first, and coarser tiers are kept as long or longer.
 */
export function reachOf(database: Database, monitor: number, range: TimeRange): Reach {
  const [first, last] = [dayOf(range.from), dayOf(range.to - 1)];
  const firstWithHours = firstPeriod(database, 'hours', { monitor, from: first, to: last });
  const daysUntil = daysUntilOf(database);
  const daysTo = Math.min(last, (firstWithHours ?? Infinity) - 1, daysUntil - 1);
  const onlyDays = first <= daysTo && firstPeriod(database, 'days', { monitor, from: first, to: daysTo }) !== undefined;
  const hoursFrom = onlyDays ? (firstWithHours ?? daysTo + 1) * DAY_MS : range.from;
  const seam = foldedUntilOf(database);
  const hour = firstWithHours === undefined ? undefined : firstHour(database, { monitor, range, day: firstWithHours });
  // Without any result in the range nothing of it can be gone.
  const untouched = onlyDays ? Math.max(hoursFrom, seam * HOUR_MS) : range.from;
  if (hour === undefined) return { hoursFrom, resultsFrom: untouched };
  const lastHour = Math.min(hourOf(range.to - 1), seam - 1);
  const firstBlock = hour > lastHour ? hour : firstPeriod(database, 'blocks', { monitor, from: hour, to: lastHour });
  if (firstBlock === hour) return { hoursFrom, resultsFrom: hoursFrom };
  return { hoursFrom, resultsFrom: (firstBlock ?? seam) * HOUR_MS };
}

/** The first hour of a range that has a rollup, given the first day that has some. */
function firstHour(
  database: Database,
  { monitor, range, day }: { readonly monitor: number; readonly range: TimeRange; readonly day: number },
): number | undefined {
  let found = Infinity;
  for (const { data } of tierRows(database, 'hours', { monitor, from: day, to: day })) {
    for (const hourOfDay of unpackHours(data).keys()) {
      const hour = day * 24 + hourOfDay;
      if (hour >= hourOf(range.from)) found = Math.min(found, hour);
    }
  }
  if (found < Infinity) return found;
  const last = dayOf(range.to - 1);
  const next = day < last ? firstPeriod(database, 'hours', { monitor, from: day + 1, to: last }) : undefined;
  return next === undefined ? undefined : firstHour(database, { monitor, range, day: next });
}
