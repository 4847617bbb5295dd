/**
 * Rice codes (R. F. Rice, JPL 79-22): a number from 0 up as so many ones as `number >> width` says, a zero, and the lower
 * `width` bits. Instead of very many ones an escape stands, {@link ESCAPE} of them without a zero, and the number in full.
 */
import type { BitReader } from './bit-reader.ts';
import { bitLength, type BitWriter } from './bit-writer.ts';

/** So many ones: the number is written in full. */
export const ESCAPE = 12;
const ESCAPE_ONES = 2 ** ESCAPE - 1;
/** Bits that can be written or looked at in one go. */
export const BITS_AT_ONCE = 25;

/** Numbers below this can be written as a Rice code. */
export const TOO_LARGE = 2 ** 31;

/** Writes what stands before a number that is written in full, by the caller. */
export function writeEscape(writer: BitWriter): void {
  writer.bits(ESCAPE_ONES, ESCAPE);
}

/**
 * How many bits so many numbers below {@link TOO_LARGE} take; those that are written in full have `inFull` bits besides the
 * ones that {@link bitLength} counts.
 */
export function riceBitsOf(
  numbers: Int32Array,
  length: number,
  { width, inFull }: { readonly width: number; readonly inFull: number },
): number {
  let bits = length * (1 + width);
  for (let index = 0; index < length; index += 1) {
    const number = numbers[index] ?? 0;
    const ones = number >>> width;
    bits += ones < ESCAPE ? ones : ESCAPE + inFull + bitLength(number) - 1 - width;
  }
  return bits;
}

/** The number whose code a word of 32 bits begins with, given how many ones it begins with; the code lies within the word. */
export function riceOf(word: number, ones: number, width: number): number {
  // Two shifts, because one of 32 is none.
  return (ones << width) | (((word << (ones + 1)) >>> 1) >>> (31 - width));
}

/** Reads a number; -1 is the escape. `width` is at most 26. */
export function readRice(reader: BitReader, width: number): number {
  const word = reader.peek();
  const ones = Math.clz32(~word);
  if (ones >= ESCAPE) {
    reader.position += ESCAPE;
    return -1;
  }
  if (ones + 1 + width <= BITS_AT_ONCE) {
    reader.position += ones + 1 + width;
    return riceOf(word, ones, width);
  }
  reader.position += ones + 1;
  return (ones << width) | reader.bits(width);
}
