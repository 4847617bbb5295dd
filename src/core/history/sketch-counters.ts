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

const WIDTH_BITS = 4;
const MOST_WIDTH = 15;
/** So many ones at the beginning of a number: it is written in full. */
const ESCAPE = 12;
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
    if (index > 0) writeRice(writer, gaps[index - 1] ?? 0, gapWidth);
    writeRice(writer, rises[index] ?? 0, countWidth);
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
      if (length > 0) number -= readRice(reader, gapWidth) + 1;
      if (!(number >= 0 && number <= LAST_COUNTER)) throw reader.damaged('there is no such counter');
      const count = readRice(reader, countWidth) + 1;
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

function writeRice(writer: BitWriter, value: number, width: number): void {
  const ones = Math.floor(value / 2 ** width);
  if (ones >= ESCAPE) {
    writer.bits(2 ** ESCAPE - 1, ESCAPE);
    writer.number(value);
    return;
  }
  writer.bits(2 ** (ones + 1) - 2, ones + 1);
  if (width > 0) writer.bits(value % 2 ** width, width);
}

function readRice(reader: BitReader, width: number): number {
  const word = reader.peek();
  const ones = Math.clz32(~word);
  if (ones >= ESCAPE) {
    reader.position += ESCAPE;
    return reader.number();
  }
  reader.position += ones + 1;
  return width === 0 ? ones : (ones << width) + reader.bits(width);
}

function bestWidth(values: Float64Array): number {
  let best = 0;
  let least = Infinity;
  for (let width = 0; width <= MOST_WIDTH; width += 1) {
    const scale = 2 ** -width;
    let cost = 0;
    let inFull = 0;
    for (const value of values) {
      const ones = Math.floor(value * scale);
      if (ones < ESCAPE) cost += ones + 1 + width;
      else inFull += ESCAPE + 6 + bitLength(value);
    }
    // Without numbers in full, costs fall to the best width and rise from there.
    if (cost + inFull >= least && inFull === 0) break;
    if (cost + inFull < least) [best, least] = [width, cost + inFull];
  }
  return best;
}
