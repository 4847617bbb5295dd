import type { BitWriter } from './bit-writer.ts';
import type { BitReader } from './bit-reader.ts';
import { ESCAPE, readRice, riceBitsOf, TOO_LARGE, writeEscape } from './rice-code.ts';

/** Instead of a width: all values are 0. */
const ALL_ZERO = 30;
/** Instead of a width: all values are the one that follows. */
const ALL_EQUAL = 31;
const WIDTH_BITS = 5;
const MOST_WIDTH = 26;
const FURTHEST = 2 ** 30;
/** Stands for every distance of {@link FURTHEST} and more: no width keeps it from being written in full. */
const FAR = TOO_LARGE - 1;
/** In a column of so many values the middle distance tells little: every greater width is tried. */
const SHORT = 16;
const FIRST_ROOM = 64;
/** Differences of numbers whose distances are below this fit into 32 bits. */
const SMALL = 2 ** 29;
/** Longer columns take a bit a value at least, so that the length of packed history bounds what reading it takes. */
export const MOST_EQUAL = 4096;

// Room to sort in and to count in, used from the beginning to the end of one call and never kept.
let order = new Float64Array(FIRST_ROOM);
let small = new Int32Array(FIRST_ROOM);
let folded = new Int32Array(FIRST_ROOM);
const lengths = new Int32Array(33);

/** Numbers that will make up a column. */
export class NumberList {
  values: Float64Array = new Float64Array(FIRST_ROOM);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const more = new Float64Array(this.length * 2);
      more.set(this.values);
      this.values = more;
    }
    this.values[this.length] = value;
    this.length += 1;
  }
}

/**
 * Writes safe integers that lie around a middle: Rice codes of the distances from it, and in full what lies far off. Equal values take no bits.
 */
export function writeColumn(writer: BitWriter, { values, length }: NumberList): void {
  if (length === 0) return;
  const first = values[0] ?? 0;
  let equal = 1;
  while (equal < length && values[equal] === first) equal += 1;
  if (equal === length && length <= MOST_EQUAL) {
    writer.bits(first === 0 ? ALL_ZERO : ALL_EQUAL, WIDTH_BITS);
    if (first !== 0) writer.signed(first);
    return;
  }
  const middle = medianOf(values, length);
  const width = bestWidth(values, length, middle);
  const unit = unitOf(width);
  const near = Math.round(middle / unit) * unit;
  const centre = allSafeFrom(near, values, length) ? near : 0;
  writer.bits(width, WIDTH_BITS);
  writer.signed(centre / unit);
  for (let index = 0; index < length; index += 1) folded[index] = fold((values[index] ?? 0) - centre);
  for (let from = 0; from < length;) {
    const far = writer.rices(folded, { from, to: length, width, most: ESCAPE });
    from = far + 1;
    if (far === length) return;
    writeEscape(writer);
    writer.signed((values[far] ?? 0) - centre);
  }
}

/** Reads so many values into an array, from a place of it on; as many as there is room for when these are left out. */
export function readColumn(reader: BitReader, into: Float64Array, from = 0, count = into.length): void {
  if (count === 0) return;
  const width = reader.bits(WIDTH_BITS);
  if (width >= ALL_ZERO && count <= MOST_EQUAL) {
    const value = width === ALL_ZERO ? 0 : reader.signed();
    for (let index = from; index < from + count; index += 1) into[index] = value;
    return;
  }
  if (width > MOST_WIDTH) throw reader.damaged('a column has no such width');
  const centre = reader.signed() * unitOf(width);
  for (let index = from; index < from + count; index += 1) {
    const number = readRice(reader, width);
    into[index] = centre + (number < 0 ? reader.signed() : (number >>> 1) ^ -(number & 1));
  }
  reader.checkNotOver();
}

/** The middle of a column is a multiple of this. */
function unitOf(width: number): number {
  return width > 2 ? 1 << (width - 2) : 1;
}

/** Whether all distances from a middle are safe integers. */
function allSafeFrom(centre: number, values: Float64Array, length: number): boolean {
  for (let index = 0; index < length; index += 1) {
    if (!Number.isSafeInteger((values[index] ?? 0) - centre)) return false;
  }
  return true;
}

/** 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 … */
function fold(distance: number): number {
  return distance >= -FURTHEST && distance < FURTHEST ? (distance << 1) ^ (distance >> 31) : FAR;
}

/** The width that takes the fewest bits, of those near the width of the middle distance. */
function bestWidth(values: Float64Array, length: number, middle: number): number {
  if (folded.length < length) folded = new Int32Array(length * 2);
  lengths.fill(0);
  for (let index = 0; index < length; index += 1) {
    const number = fold((values[index] ?? 0) - middle);
    folded[index] = number;
    const bits = 32 - Math.clz32(number);
    lengths[bits] = (lengths[bits] ?? 0) + 1;
  }
  let likely = 0;
  for (let seen = lengths[0] ?? 0; seen * 2 < length; seen += lengths[likely] ?? 0) likely += 1;
  let best = 0;
  let least = Infinity;
  const greatest = length > SHORT ? likely : MOST_WIDTH;
  for (let width = Math.max(0, likely - 2); width <= Math.min(MOST_WIDTH, greatest); width += 1) {
    const cost = riceBitsOf(folded, length, { width, inFull: 7 });
    if (cost < least) [best, least] = [width, cost];
  }
  return best;
}

/** The value in the middle of the order. */
function medianOf(values: Float64Array, length: number): number {
  if (order.length < length) [order, small] = [new Float64Array(length * 2), new Int32Array(length * 2)];
  const first = values[0] ?? 0;
  for (let index = 0; index < length; index += 1) {
    const rest = (values[index] ?? 0) - first;
    if (!(rest > -SMALL && rest < SMALL)) return medianOfAny(values, length);
    small[index] = rest;
  }
  return first + middleOfSmall(length);
}

/**
 * Quickselect without a branch that depends on a value, which a processor would guess wrong every other time: the difference
 * of two numbers says by its first bit which is less.
 */
function middleOfSmall(length: number): number {
  const middle = length >> 1;
  let from = 0;
  let to = length;
  for (;;) {
    const pivot = small[(from + to) >> 1] ?? 0;
    const equal = moveForward(from, to, pivot);
    if (middle < equal) {
      to = equal;
      continue;
    }
    const greater = moveForward(equal, to, pivot + 1);
    if (middle < greater) return pivot;
    from = greater;
  }
}

/** Moves what is less than a number before all that is not, and says where the latter begins. */
function moveForward(from: number, to: number, bound: number): number {
  let place = from;
  for (let index = from; index < to; index += 1) {
    const value = small[index] ?? 0;
    small[index] = small[place] ?? 0;
    small[place] = value;
    place += (value - bound) >>> 31;
  }
  return place;
}

/** The same of values that lie far apart: quickselect of Hoare. */
function medianOfAny(values: Float64Array, length: number): number {
  for (let index = 0; index < length; index += 1) order[index] = values[index] ?? 0;
  const middle = length >> 1;
  let from = 0;
  let to = length - 1;
  while (from < to) {
    const pivot = order[(from + to) >> 1] ?? 0;
    let left = from;
    let right = to;
    while (left <= right) {
      while ((order[left] ?? 0) < pivot) left += 1;
      while ((order[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const moved = order[left] ?? 0;
      order[left] = order[right] ?? 0;
      order[right] = moved;
      left += 1;
      right -= 1;
    }
    if (middle <= right) to = right;
    else if (middle >= left) from = left;
    else break;
  }
  return order[middle] ?? 0;
}
