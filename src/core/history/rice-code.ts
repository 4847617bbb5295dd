/**
 * Rice codes (R. F. Rice, JPL 79-22): a number from 0 up as so many ones as `number >> width` says, a zero, and the lower
 * `width` bits. Instead of very many ones an escape stands, {@link ESCAPE} of them without a zero, and the number in full.
 */
import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';

/** So many ones: the number is written in full. */
const ESCAPE = 12;
const ESCAPE_ONES = 2 ** ESCAPE - 1;
/** Bits that can be written or looked at in one go. */
const BITS_AT_ONCE = 25;

/** Numbers below this can be written as a Rice code. */
export const TOO_LARGE = 2 ** 31;

/** Writes a number below {@link TOO_LARGE} and says `true`, or the escape and `false`: then the caller writes it in full. */
export function writeRice(writer: BitWriter, number: number, width: number): boolean {
  const ones = number >>> width;
  if (ones >= ESCAPE) {
    writer.bits(ESCAPE_ONES, ESCAPE);
    return false;
  }
  const head = (1 << (ones + 1)) - 2;
  const rest = number & ((1 << width) - 1);
  if (ones + 1 + width <= BITS_AT_ONCE) {
    writer.bits((head << width) | rest, ones + 1 + width);
  } else {
    writer.bits(head, ones + 1);
    writer.bits(rest, width);
  }
  return true;
}

/** How many bits a number below {@link TOO_LARGE} takes; `inFull` of them behind an escape. */
export function riceBits(number: number, width: number, inFull: number): number {
  const ones = number >>> width;
  return ones < ESCAPE ? ones + 1 + width : ESCAPE + inFull;
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
    // Two shifts, because one of 32 is none.
    return (ones << width) | (((word << (ones + 1)) >>> 1) >>> (31 - width));
  }
  reader.position += ones + 1;
  return (ones << width) | reader.bits(width);
}
