import { QuantileSketch } from '../quantiles.ts';
import { emptyRollup, mergeRollup, type Rollup } from './rollup.ts';

/** Packs one rollup. */
export function packRollup(rollup: Rollup): Uint8Array {
  const { late, duration } = rollup;
  return Buffer.from(JSON.stringify({ ...rollup, late: late.state(), duration: duration.state() }));
}

/** The rollup that was packed. */
export function unpackRollup(data: Uint8Array): Rollup {
  const read = JSON.parse(Buffer.from(data).toString()) as Rollup & { late: unknown[]; duration: unknown[] };
  return { ...read, late: QuantileSketch.fromState(read.late), duration: QuantileSketch.fromState(read.duration) };
}

/** Packs the rollups of the hours of a day, by the hour of the day, 0 to 23. */
export function packHours(hours: ReadonlyMap<number, Rollup>): Uint8Array {
  const packed = [...hours].map(([hour, rollup]) => [hour, Buffer.from(packRollup(rollup)).toString()]);
  return Buffer.from(JSON.stringify(packed));
}

/** The rollups that were packed, by the hour of the day. */
export function unpackHours(data: Uint8Array): Map<number, Rollup> {
  const packed = JSON.parse(Buffer.from(data).toString()) as [number, string][];
  return new Map(packed.map(([hour, text]) => [hour, unpackRollup(Buffer.from(text))]));
}

/** The rollup of a whole day from those of its hours. */
export function sumOfHours(hours: ReadonlyMap<number, Rollup>): Rollup {
  const sum = emptyRollup();
  for (const hour of hours.values()) mergeRollup(sum, hour);
  return sum;
}
