import { newCounters, type QuantileSketch } from '../quantiles.ts';
import { BitReader } from './bit-reader.ts';
import { BitWriter } from './bit-writer.ts';
import { NumberList, readColumn, writeColumn } from './number-column.ts';
import { PackedHour } from './packed-hour.ts';
import { readFigures, writeFigures } from './rollup-figures.ts';
import { emptyRollup, mergeRollup, type Rollup } from './rollup.ts';
import { writeCounters } from './sketch-counters.ts';

const VERSION = 1;
const VERSION_BITS = 8;
const HOURS = 24;

// What one call fills and empties.
const writer = new BitWriter();
const counters = new BitWriter();
const room = newCounters();
const lates = new NumberList();
const durations = new NumberList();

/** Packs one rollup: as that of hour 0. Throws as {@link packHours} does. */
export function packRollup(rollup: Rollup): Uint8Array {
  return packHours(new Map([[0, rollup]]));
}

/** The rollup that was packed. Throws as {@link unpackHours} does. */
export function unpackRollup(data: Uint8Array): Rollup {
  return unpackHours(data).get(0) ?? emptyRollup();
}

/**
 * Packs the rollups of the hours of a day, by the hour of the day, 0 to 23. docs/storage.md describes the format. Sketches
 * that come from `unpackHours` and were not added to are copied, which costs next to nothing.
 */
export function packHours(hours: ReadonlyMap<number, Rollup>): Uint8Array {
  const numbers = [...hours.keys()].sort((one, other) => one - other);
  const rollups = numbers.flatMap((number) => hours.get(number) ?? []);
  writer.clear();
  writer.bits(VERSION, VERSION_BITS);
  let mask = 0;
  for (const number of numbers) {
    if (!(Number.isInteger(number) && number >= 0 && number < HOURS)) throw new RangeError(`no hour: ${number}`);
    mask |= 2 ** number;
  }
  writer.bits(mask, HOURS);
  writeFigures(writer, rollups);
  writeSketches(rollups);
  return writer.finish();
}

/** How many bits the counters of each sketch take, then the counters: those of lateness and of duration by turns. */
function writeSketches(rollups: readonly Rollup[]): void {
  counters.clear();
  lates.clear();
  durations.clear();
  for (const { late, duration } of rollups) {
    lates.push(writeSketch(late));
    durations.push(writeSketch(duration));
  }
  writeColumn(writer, lates);
  writeColumn(writer, durations);
  writer.append(counters);
}

/** Writes the counters of a sketch behind those before, and says how many bits they take. */
function writeSketch(sketch: QuantileSketch): number {
  const before = counters.position;
  writeCounters(counters, sketch, room);
  return counters.position - before;
}

/**
 * The rollups that were packed, by the hour of the day. What they hold is made when it is asked for, and the counters of their
 * sketches are read each time again, which is cheaper than to keep them. Throws `DamagedHistory` when the data is damaged or of
 * a version that this program does not know; the data must not be changed while the rollups are in use.
 */
export function unpackHours(data: Uint8Array): Map<number, Rollup> {
  const reader = new BitReader(data, 'rollup', VERSION);
  const mask = reader.bits(HOURS);
  const numbers: number[] = [];
  for (let number = 0; number < HOURS; number += 1) if ((mask & (2 ** number)) !== 0) numbers.push(number);
  const figures = readFigures(reader, numbers.length);
  const lengths = new Float64Array(numbers.length * 2);
  readColumn(reader, lengths, 0, numbers.length);
  readColumn(reader, lengths, numbers.length, numbers.length);
  let position = reader.position;
  const hours = new Map<number, Rollup>();
  for (let row = 0; row < numbers.length; row += 1) {
    const lateBits = lengths[row] ?? 0;
    const durationBits = lengths[numbers.length + row] ?? 0;
    if (lateBits < 0 || durationBits < 0) throw reader.damaged('a sketch has no such length');
    hours.set(numbers[row] ?? 0, new PackedHour({ reader, figures, row, position, lateBits, durationBits }));
    position += lateBits + durationBits;
  }
  reader.position = position;
  reader.checkEnd();
  return hours;
}

/** The rollup of a whole day from those of its hours. */
export function sumOfHours(hours: ReadonlyMap<number, Rollup>): Rollup {
  const sum = emptyRollup();
  for (const hour of hours.values()) mergeRollup(sum, hour);
  return sum;
}
