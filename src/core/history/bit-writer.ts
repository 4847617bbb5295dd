import { checksum } from './checksum.ts';

const CHECKSUM_BYTES = 2;
const FIRST_BYTES = 1024;
const WORD_BITS = 32;
const TWO_32 = 2 ** 32;
/** A Rice code of more bits is written in two pieces. */
const BITS_AT_ONCE = 25;

/** Writes numbers of any width one behind the other, most significant bit first. docs/storage.md has the words. */
export class BitWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** Whole bytes written. */
  #length = 0;
  /** Bits that do not fill 32 yet, left aligned. */
  #word = 0;
  #free = WORD_BITS;

  /** Begins again. */
  clear(): void {
    this.#length = 0;
    this.#word = 0;
    this.#free = WORD_BITS;
  }

  /** Bits written. */
  get position(): number {
    return this.#length * 8 + WORD_BITS - this.#free;
  }

  /** A number from 0 below 2^width; `width` is at most 32. */
  bits(value: number, width: number): void {
    const free = this.#free - width;
    if (free > 0) {
      this.#word |= value << free;
      this.#free = free;
      return;
    }
    this.#push(this.#word | (value >>> -free));
    this.#word = free === 0 ? 0 : value << (WORD_BITS + free);
    this.#free = WORD_BITS + free;
  }

  /** A safe integer from 0 up: 6 bits say how many bits it has, then these bits without the first, which is 1. */
  number(value: number): void {
    const high = Math.floor(value / TWO_32);
    const low = value >>> 0;
    const length = bitLength(value);
    this.bits(length, 6);
    if (length > WORD_BITS) {
      this.bits(high - 2 ** (length - WORD_BITS - 1), length - WORD_BITS - 1);
      this.bits(low, WORD_BITS);
    } else if (length > 1) {
      this.bits(low - 2 ** (length - 1), length - 1);
    }
  }

  /**
   * Rice codes (src/core/history/rice-code.ts) of the numbers from one place on up to another, until one would begin with
   * `most` ones or more: says where that is, or `to`. `width` and `most` are at most 31 together with 1.
   */
  rices(
    numbers: Int32Array,
    {
      from,
      to,
      width,
      most,
    }: { readonly from: number; readonly to: number; readonly width: number; readonly most: number },
  ): number {
    const mask = (1 << width) - 1;
    for (let index = from; index < to; index += 1) {
      const number = numbers[index] ?? 0;
      const ones = number >>> width;
      if (ones >= most) return index;
      const head = (1 << (ones + 1)) - 2;
      if (ones + 1 + width <= BITS_AT_ONCE) {
        this.bits((head << width) | (number & mask), ones + 1 + width);
      } else {
        this.bits(head, ones + 1);
        this.bits(number & mask, width);
      }
    }
    return to;
  }

  /** A safe integer: one bit, 1 when it is below zero, and the number without its sign. */
  signed(value: number): void {
    this.bits(value < 0 ? 1 : 0, 1);
    this.number(Math.abs(value));
  }

  /** All bits of another writer. */
  append(other: BitWriter): void {
    for (let byte = 0; byte < other.#length; byte += 4) this.bits(other.#view.getUint32(byte), WORD_BITS);
    if (other.#free < WORD_BITS) this.bits(other.#word >>> other.#free, WORD_BITS - other.#free);
  }

  /** Everything written, filled up with zeros to a whole byte, then these bytes, then the checksum. */
  finish(tail: Uint8Array = new Uint8Array(0)): Uint8Array {
    const rest = Math.ceil((WORD_BITS - this.#free) / 8);
    const bits = this.#length + rest;
    this.#push(this.#word);
    const bytes = new Uint8Array(bits + tail.length + CHECKSUM_BYTES);
    bytes.set(this.#bytes.subarray(0, bits));
    bytes.set(tail, bits);
    const sum = checksum(bytes, bits + tail.length);
    bytes.set([sum >>> 8, sum & 0xff], bits + tail.length);
    return bytes;
  }

  #push(word: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#grow();
    this.#view.setInt32(this.#length, word);
    this.#length += 4;
  }

  #grow(): void {
    const bytes = new Uint8Array(this.#bytes.length * 2);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** How many bits a safe integer from 0 up has; 0 has none. */
export function bitLength(value: number): number {
  const high = Math.floor(value / TWO_32);
  return high > 0 ? 2 * WORD_BITS - Math.clz32(high) : WORD_BITS - Math.clz32(value);
}
