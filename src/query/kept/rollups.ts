import { DAY_MS, dayOf, HOUR_MS, hourOf } from '../../core/history/history-key.ts';
import { unpackHours, unpackRollup } from '../../core/history/packed-rollup.ts';
import { addToRollup, emptyRollup, mergeRollup, type Rollup } from '../../core/history/rollup.ts';
import type { TimeRange } from '../../core/uptime.ts';
import { daysUntilOf, foldedUntilOf } from '../../db/meta-values.ts';
import type { Database } from '../../db/native.ts';
import { journalResults } from './journal-results.ts';
import { tierRows } from './tier-rows.ts';

/**
 * The rollups of one monitor (by its key) of all hours that begin in a range, by the hour since the epoch, all locations
 * together; an hour without results has none. Hours that are not folded yet are computed from the journal. Within a
 * snapshot of the caller. What is older than the retention of hours is not there: {@link dayRollups}.
 */
export function hourRollups(database: Database, monitor: number, range: TimeRange): Map<number, Rollup> {
  const seam = foldedUntilOf(database);
  const [first, end] = [Math.ceil(range.from / HOUR_MS), Math.ceil(range.to / HOUR_MS)];
  const rollups = foldedHours(database, monitor, { first, end: Math.min(end, seam) });
  const fresh = { monitor, from: Math.max(first, seam) * HOUR_MS, to: end * HOUR_MS };
  for (const { result } of journalResults(database, fresh)) addToRollup(rollupAt(rollups, hourOf(result.slot)), result);
  return rollups;
}

/**
 * The rollups of one monitor of all days (UTC) that begin in a range, by the day since the epoch, as {@link hourRollups}.
 * Days that are over come from the tier of days, later ones are summed.
 */
export function dayRollups(database: Database, monitor: number, range: TimeRange): Map<number, Rollup> {
  const [first, end] = [Math.ceil(range.from / DAY_MS), Math.ceil(range.to / DAY_MS)];
  const closed = Math.min(end, daysUntilOf(database));
  const rollups = closedDays(database, monitor, { first, end: closed });
  const open = { from: Math.max(first, closed) * DAY_MS, to: end * DAY_MS };
  for (const [hour, rollup] of hourRollups(database, monitor, open)) addRollup(rollups, dayOf(hour * HOUR_MS), rollup);
  return rollups;
}

/** Periods from `first` up to the one before `end`. */
export interface Periods {
  readonly first: number;
  readonly end: number;
}

/** The rollups that the tier of hours holds of hours, which must lie before the seam, by the hour since the epoch. */
export function foldedHours(database: Database, monitor: number, { first, end }: Periods): Map<number, Rollup> {
  const rollups = new Map<number, Rollup>();
  if (end <= first) return rollups;
  const days = { from: Math.floor(first / 24), to: Math.floor((end - 1) / 24) };
  for (const { period, data } of tierRows(database, 'hours', { monitor, ...days })) {
    for (const [hourOfDay, rollup] of unpackHours(data)) {
      const hour = period * 24 + hourOfDay;
      if (hour >= first && hour < end) addRollup(rollups, hour, rollup);
    }
  }
  return rollups;
}

/** The rollups that the tier of days holds of days, which must be over, by the day since the epoch. */
export function closedDays(database: Database, monitor: number, { first, end }: Periods): Map<number, Rollup> {
  const rollups = new Map<number, Rollup>();
  if (end <= first) return rollups;
  for (const { period, data } of tierRows(database, 'days', { monitor, from: first, to: end - 1 })) {
    addRollup(rollups, period, unpackRollup(data));
  }
  return rollups;
}

/** Adds a rollup, which may become the sum itself, to that of its period. */
function addRollup(rollups: Map<number, Rollup>, period: number, rollup: Rollup): void {
  const sum = rollups.get(period);
  if (sum === undefined) rollups.set(period, rollup);
  else mergeRollup(sum, rollup);
}

function rollupAt(rollups: Map<number, Rollup>, period: number): Rollup {
  const known = rollups.get(period);
  if (known !== undefined) return known;
  const rollup = emptyRollup();
  rollups.set(period, rollup);
  return rollup;
}
