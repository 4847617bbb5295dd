import { emptyRollup, mergeRollup, type Rollup } from './rollup.ts';

/** Packs one rollup. */
export function packRollup(rollup: Rollup): Uint8Array {
  throw new Error(`not yet: ${rollup.missed}`);
}

/** The rollup that was packed. */
export function unpackRollup(data: Uint8Array): Rollup {
  throw new Error(`not yet: ${data.length}`);
}

/** Packs the rollups of the hours of a day, by the hour of the day, 0 to 23. */
export function packHours(hours: ReadonlyMap<number, Rollup>): Uint8Array {
  throw new Error(`not yet: ${hours.size}`);
}

/** The rollups that were packed, by the hour of the day. */
export function unpackHours(data: Uint8Array): Map<number, Rollup> {
  throw new Error(`not yet: ${data.length}`);
}

/** The rollup of a whole day from those of its hours. */
export function sumOfHours(hours: ReadonlyMap<number, Rollup>): Rollup {
  const sum = emptyRollup();
  for (const hour of hours.values()) mergeRollup(sum, hour);
  return sum;
}
