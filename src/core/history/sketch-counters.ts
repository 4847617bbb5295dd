import {
  type CounterSource,
  type Counters,
  counterOf,
  LAST_COUNTER,
  type QuantileSketch,
  type SketchFigures,
} from '../quantiles.ts';
import { bitLength, type BitWriter } from './bit-writer.ts';
import type { BitReader } from './bit-reader.ts';
import { readRice, riceBits, TOO_LARGE, writeRice } from './rice-code.ts';

const WIDTH_BITS = 4;
const MOST_WIDTH = 15;
/** Bits that are copied at once. */
const PIECE = 24;

/**
 * Writes the counters of a sketch from the greatest down: each count less 1, and between two of them the distance of their
 * numbers less 1, as Rice codes of a width each. Which is the greatest follows from the greatest value, and which is the
 * last from how many values there are. `room` is overwritten.
 */
export function writeCounters(writer: BitWriter, sketch: QuantileSketch, room: Counters): void {
  const { source } = sketch;
  if (source instanceof PackedCounters) {
    source.copyTo(writer);
    return;
  }
  sketch.readCounters(room, sketch.count);
  if (room.length > 0) writeRead(writer, room);
}

function writeRead(writer: BitWriter, { numbers, counts, length }: Counters): void {
  const gaps = new Float64Array(Math.max(0, length - 1));
  const rises = new Float64Array(length);
  for (let index = 0; index < length; index += 1) {
    rises[index] = (counts[index] ?? 0) - 1;
    if (index > 0) gaps[index - 1] = (numbers[index - 1] ?? 0) - (numbers[index] ?? 0) - 1;
  }
  const [gapWidth, countWidth] = [bestWidth(gaps), bestWidth(rises)];
  writer.bits(gapWidth, WIDTH_BITS);
  writer.bits(countWidth, WIDTH_BITS);
  for (let index = 0; index < length; index += 1) {
    if (index > 0) writeNumber(writer, gaps[index - 1] ?? 0, gapWidth);
    writeNumber(writer, rises[index] ?? 0, countWidth);
  }
}

/** The counters that stand at a place of packed history: read each time they are asked for, which is cheaper than to keep. */
export class PackedCounters implements CounterSource {
  readonly #reader: BitReader;
  readonly #position: number;
  readonly #bits: number;
  readonly #maxUs: number;
  /** Values above 0. */
  readonly #values: number;

  /** `bits`: from the position to the end of the counters. */
  constructor(reader: BitReader, at: { readonly position: number; readonly bits: number }, figures: SketchFigures) {
    this.#reader = reader;
    this.#position = at.position;
    this.#bits = at.bits;
    this.#maxUs = figures.maxUs;
    this.#values = figures.count - figures.zeros;
  }

  /** Writes them as they stand. */
  copyTo(writer: BitWriter): void {
    this.#reader.position = this.#position;
    for (let left = this.#bits; left > 0; left -= PIECE) {
      const width = Math.min(PIECE, left);
      writer.bits(this.#reader.bits(width), width);
    }
  }

  /** Throws `DamagedHistory` when they do not come to what they should. */
  readCounters(into: Counters, enough: number): void {
    const reader = this.#reader;
    reader.position = this.#position;
    const gapWidth = reader.bits(WIDTH_BITS);
    const countWidth = reader.bits(WIDTH_BITS);
    let number = counterOf(this.#maxUs);
    let length = 0;
    let values = 0;
    const most = Math.min(enough, this.#values);
    while (values < most) {
      if (length > 0) number -= readNumber(reader, gapWidth) + 1;
      if (!(number >= 0 && number <= LAST_COUNTER)) throw reader.damaged('there is no such counter');
      const count = readNumber(reader, countWidth) + 1;
      into.numbers[length] = number;
      into.counts[length] = count;
      length += 1;
      values += count;
    }
    if (values > this.#values || (values === this.#values && reader.position !== this.#position + this.#bits)) {
      throw reader.damaged('its counters do not hold as many values as it says');
    }
    into.length = length;
  }
}

function writeNumber(writer: BitWriter, number: number, width: number): void {
  if (!writeRice(writer, Math.min(number, TOO_LARGE - 1), width)) writer.number(number);
}

function readNumber(reader: BitReader, width: number): number {
  const number = readRice(reader, width);
  return number < 0 ? reader.number() : number;
}

/** The width with which numbers take the fewest bits. */
function bestWidth(numbers: Float64Array): number {
  let best = 0;
  let least = Infinity;
  for (let width = 0; width <= MOST_WIDTH; width += 1) {
    let cost = 0;
    for (const number of numbers) cost += riceBits(Math.min(number, TOO_LARGE - 1), width, 6 + bitLength(number));
    if (cost < least) [best, least] = [width, cost];
    // Where a width costs a bit a number more than the best, greater ones do too.
    else if (cost > least + numbers.length) break;
  }
  return best;
}
