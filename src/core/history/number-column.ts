import { bitLength, type BitWriter } from './bit-writer.ts';
import type { BitReader } from './bit-reader.ts';

/** Instead of a width: all values are 0. */
const ALL_ZERO = 30;
/** Instead of a width: all values are the one that follows. */
const ALL_EQUAL = 31;
const WIDTH_BITS = 5;
const MOST_WIDTH = 26;
/** So many ones at the beginning of a value: it is written in full. */
const ESCAPE = 12;
const ESCAPE_ONES = 2 ** ESCAPE - 1;
const FURTHEST = 2 ** 30;
/** Stands for every distance of {@link FURTHEST} and more: no width keeps it from being written in full. */
const FAR = 2 ** 31 - 1;
const REAL_BITS = 25;

/**
 * Writes safe integers that lie around a middle: Rice codes (R. F. Rice, JPL 79-22) of the distances from it, and in full
 * what lies far off. Equal values take no bits.
 */
export function writeColumn(writer: BitWriter, values: Float64Array): void {
  if (values.length === 0) return;
  const first = values[0] ?? 0;
  if (allEqual(values, first)) {
    writer.bits(first === 0 ? ALL_ZERO : ALL_EQUAL, WIDTH_BITS);
    if (first !== 0) writer.signed(first);
    return;
  }
  const middle = medianOf(values);
  const width = bestWidth(values, middle);
  const unit = unitOf(width);
  const rounded = Math.round(middle / unit) * unit;
  const centre = allNear(values, rounded) ? rounded : 0;
  writer.bits(width, WIDTH_BITS);
  writer.signed(centre / unit);
  for (const value of values) writeDistance(writer, value - centre, width);
}

/** Reads so many values. */
export function readColumn(reader: BitReader, count: number): Float64Array {
  const values = new Float64Array(count);
  if (count === 0) return values;
  const width = reader.bits(WIDTH_BITS);
  if (width === ALL_ZERO) return values;
  if (width === ALL_EQUAL) return values.fill(reader.signed());
  if (width > MOST_WIDTH) throw reader.damaged('a column has no such width');
  const centre = reader.signed() * unitOf(width);
  for (let index = 0; index < count; index += 1) {
    const word = reader.peek();
    const ones = Math.clz32(~word);
    if (ones < ESCAPE) {
      let folded: number;
      if (ones + 1 + width <= REAL_BITS) {
        // Two shifts, because one of 32 is none.
        folded = (ones << width) | (((word << (ones + 1)) >>> 1) >>> (31 - width));
        reader.position += ones + 1 + width;
      } else {
        reader.position += ones + 1;
        folded = (ones << width) | reader.bits(width);
      }
      values[index] = centre + ((folded >>> 1) ^ -(folded & 1));
    } else {
      reader.position += ESCAPE;
      values[index] = centre + reader.signed();
    }
  }
  reader.checkNotOver();
  return values;
}

/** The middle of a column is a multiple of this. */
function unitOf(width: number): number {
  return width > 2 ? 2 ** (width - 2) : 1;
}

function allEqual(values: Float64Array, first: number): boolean {
  for (const value of values) if (value !== first) return false;
  return true;
}

/** Whether all distances from the middle are safe integers. */
function allNear(values: Float64Array, centre: number): boolean {
  for (const value of values) if (!Number.isSafeInteger(value - centre)) return false;
  return true;
}

function writeDistance(writer: BitWriter, distance: number, width: number): void {
  const folded = fold(distance);
  const ones = folded >>> width;
  if (ones >= ESCAPE) {
    writer.bits(ESCAPE_ONES, ESCAPE);
    writer.signed(distance);
    return;
  }
  // So many ones and a zero.
  writer.bits(2 ** (ones + 1) - 2, ones + 1);
  if (width > 0) writer.bits(folded & (2 ** width - 1), width);
}

/** 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 … */
function fold(distance: number): number {
  return distance >= -FURTHEST && distance < FURTHEST ? (distance << 1) ^ (distance >> 31) : FAR;
}

/** The width that takes the fewest bits, of those near the width of the middle distance. */
function bestWidth(values: Float64Array, middle: number): number {
  const distances = new Int32Array(values.length);
  const lengths = new Int32Array(33);
  for (let index = 0; index < values.length; index += 1) {
    const distance = fold((values[index] ?? 0) - middle);
    distances[index] = distance;
    const length = 32 - Math.clz32(distance);
    lengths[length] = (lengths[length] ?? 0) + 1;
  }
  let likely = 0;
  for (let seen = lengths[0] ?? 0; seen * 2 < values.length; seen += lengths[likely] ?? 0) likely += 1;
  let best = 0;
  let least = Infinity;
  for (let width = Math.max(0, likely - 2); width <= Math.min(MOST_WIDTH, likely + 1); width += 1) {
    const cost = costOf(distances, width);
    if (cost < least) [best, least] = [width, cost];
  }
  return best;
}

function costOf(distances: Int32Array, width: number): number {
  let cost = 0;
  for (const distance of distances) {
    const ones = distance >>> width;
    cost += ones < ESCAPE ? ones + 1 + width : ESCAPE + 7 + bitLength(distance);
  }
  return cost;
}

/** The value in the middle of the order: quickselect of Hoare. */
function medianOf(values: Float64Array): number {
  const order = values.slice();
  const middle = order.length >> 1;
  let [from, to] = [0, order.length - 1];
  while (from < to) {
    const pivot = order[(from + to) >> 1] ?? 0;
    let [left, right] = [from, to];
    while (left <= right) {
      while ((order[left] ?? 0) < pivot) left += 1;
      while ((order[right] ?? 0) > pivot) right -= 1;
      if (left <= right) {
        const moved = order[left] ?? 0;
        order[left] = order[right] ?? 0;
        order[right] = moved;
        left += 1;
        right -= 1;
      }
    }
    if (middle <= right) to = right;
    else if (middle >= left) from = left;
    else break;
  }
  return order[middle] ?? 0;
}
