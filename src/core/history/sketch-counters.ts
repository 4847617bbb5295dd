import {
  type CounterSource,
  type Counters,
  counterOf,
  LAST_COUNTER,
  type QuantileSketch,
  type SketchFigures,
} from '../quantiles.ts';
import type { BitWriter } from './bit-writer.ts';
import type { BitReader } from './bit-reader.ts';
import { BITS_AT_ONCE, ESCAPE, riceOf, readRice, riceBitsOf, TOO_LARGE, writeEscape } from './rice-code.ts';

const WIDTH_BITS = 4;
const MOST_WIDTH = 15;
/** Bits that are copied at once. */
const PIECE = 24;

// What one call fills and empties.
const gaps = new Int32Array(LAST_COUNTER + 1);
const rises = new Int32Array(LAST_COUNTER + 1);

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
  for (let index = 0; index < length; index += 1) {
    rises[index] = Math.min((counts[index] ?? 0) - 1, TOO_LARGE - 1);
    if (index > 0) gaps[index - 1] = (numbers[index - 1] ?? 0) - (numbers[index] ?? 0) - 1;
  }
  const [gapWidth, countWidth] = [bestWidth(gaps, length - 1), bestWidth(rises, length)];
  writer.bits(gapWidth, WIDTH_BITS);
  writer.bits(countWidth, WIDTH_BITS);
  for (let index = 0; index < length; index += 1) {
    if (index > 0) writeNumber(writer, { all: gaps, index: index - 1, width: gapWidth }, gaps[index - 1] ?? 0);
    writeNumber(writer, { all: rises, index, width: countWidth }, (counts[index] ?? 0) - 1);
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
      let gap = 0;
      let count = 0;
      // Nearly always both numbers lie within the bits that can be looked at in one go.
      const word = reader.peek();
      const gapOnes = length > 0 ? Math.clz32(~word) : 0;
      const gapBits = length > 0 ? gapOnes + 1 + gapWidth : 0;
      const countOnes = Math.clz32(~(word << gapBits));
      const bits = gapBits + countOnes + 1 + countWidth;
      if (bits <= BITS_AT_ONCE && gapOnes < ESCAPE && countOnes < ESCAPE) {
        if (length > 0) gap = riceOf(word, gapOnes, gapWidth) + 1;
        count = riceOf(word << gapBits, countOnes, countWidth) + 1;
        reader.position += bits;
      } else {
        if (length > 0) gap = readNumber(reader, gapWidth) + 1;
        count = readNumber(reader, countWidth) + 1;
      }
      number -= gap;
      if (!(number >= 0 && number <= LAST_COUNTER)) throw reader.damaged('there is no such counter');
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

function writeNumber(
  writer: BitWriter,
  { all, index, width }: { readonly all: Int32Array; readonly index: number; readonly width: number },
  number: number,
): void {
  if (writer.rices(all, { from: index, to: index + 1, width, most: ESCAPE }) > index) return;
  writeEscape(writer);
  writer.number(number);
}

function readNumber(reader: BitReader, width: number): number {
  const number = readRice(reader, width);
  return number < 0 ? reader.number() : number;
}

/** The width with which so many numbers take the fewest bits. */
function bestWidth(numbers: Int32Array, length: number): number {
  let best = 0;
  let least = Infinity;
  for (let width = 0; width <= MOST_WIDTH; width += 1) {
    const cost = riceBitsOf(numbers, length, { width, inFull: 6 });
    if (cost < least) [best, least] = [width, cost];
    // Where a width costs a bit a number more than the best, greater ones do too.
    else if (cost > least + length) break;
  }
  return best;
}
