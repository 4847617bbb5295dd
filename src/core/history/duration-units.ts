/**
 * Durations as history keeps them have gaps: whole µs below 1 ms and multiples of 10 µs from there on. Numbered one
 * behind the other, they take 3 bits less.
 */
const EXACT_BELOW_US = 1000;
const COARSE_US = 10;
const SKIPPED = EXACT_BELOW_US - EXACT_BELOW_US / COARSE_US;

/** Whether a duration (whole µs) is one that `keptMicroseconds` makes. */
export function hasUnits(microseconds: number): boolean {
  return microseconds < EXACT_BELOW_US || microseconds % COARSE_US === 0;
}

/** The number of the greatest kept duration that is not above this one (whole µs). */
export function toUnits(microseconds: number): number {
  return microseconds < EXACT_BELOW_US ? microseconds : SKIPPED + Math.floor(microseconds / COARSE_US);
}

/** The duration, whole µs, with this number. */
export function fromUnits(units: number): number {
  return units < EXACT_BELOW_US ? units : (units - SKIPPED) * COARSE_US;
}
