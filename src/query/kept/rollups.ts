import { unpackHours, unpackRollup } from '../../core/history/packed-rollup.ts';
import { mergeRollup, type Rollup } from '../../core/history/rollup.ts';
import type { Database } from '../../db/native.ts';
import { tierRows } from './tier-rows.ts';

/** Periods from `first` up to the one before `end`. */
export interface Periods {
  readonly first: number;
  readonly end: number;
}

/**
 * The rollups that the tier of hours holds of one monitor (by its key), all locations together, by the hour since the epoch.
 * The hours must lie before the seam; one without results has none.
 */
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

/** The same of the tier of days, by the day since the epoch (UTC); the days must be closed. */
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
