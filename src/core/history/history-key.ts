/**
 * The keys of blocks and rollups: one whole number of 53 bits, so that SQLite appends rows in order of time to full pages
 * and finds one with a single look-up. `period * 2^32 + monitor * 2^8 + location`; a period is an hour or a day since
 * the epoch, UTC.
 */
const LOCATION_SPAN = 2 ** 8;
const PERIOD_SPAN = 2 ** 32;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** The greatest keys of monitors and locations that history has room for; the least is 1. */
export const MOST_MONITORS = 2 ** 24 - 1;
export const MOST_LOCATIONS = 2 ** 8 - 1;

/** The last hour that fits, in the year 2209. */
export const LAST_HOUR = 2 ** 21 - 1;

/** The hour since the epoch in which a moment (ms since the epoch) lies. */
export function hourOf(moment: number): number {
  return Math.floor(moment / HOUR_MS);
}

/** The day since the epoch, UTC, in which a moment (ms since the epoch) lies. */
export function dayOf(moment: number): number {
  return Math.floor(moment / DAY_MS);
}

/** The key of one period of one monitor at one location. */
export function historyKey(period: number, monitor: number, location: number): number {
  return period * PERIOD_SPAN + monitor * LOCATION_SPAN + location;
}

/** What a key stands for. */
export function readHistoryKey(key: number): {
  readonly period: number;
  readonly monitor: number;
  readonly location: number;
} {
  const rest = key % PERIOD_SPAN;
  const location = rest % LOCATION_SPAN;
  return { period: (key - rest) / PERIOD_SPAN, monitor: (rest - location) / LOCATION_SPAN, location };
}

/** The first and the last key of one period of one monitor, whatever the location. */
export function monitorKeys(period: number, monitor: number): readonly [first: number, last: number] {
  const first = historyKey(period, monitor, 0);
  return [first, first + LOCATION_SPAN - 1];
}

/** The first key of a period; all of the period before are smaller. */
export function firstKeyOf(period: number): number {
  return period * PERIOD_SPAN;
}
