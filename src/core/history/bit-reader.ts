import { checksum } from './checksum.ts';
import { DamagedHistory, type Packed } from './damaged-history.ts';

const CHECKSUM_BYTES = 2;
const VERSION_BITS = 8;
const WORD_BITS = 32;
const TWO_32 = 2 ** 32;
const MOST_BITS = 53;

/** Reads what a `BitWriter` has written. Behind the end it reads zeros; `checkEnd` tells. */
export class BitReader {
  readonly what: Packed;
  /** The next bit. */
  position = VERSION_BITS;
  readonly #data: Uint8Array;
  readonly #view: DataView;
  /** Bytes that bits may be in. */
  #end: number;

  /** Throws {@link DamagedHistory} when the checksum does not fit, or the version is another one. */
  constructor(data: Uint8Array, what: Packed, version: number) {
    this.what = what;
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#end = data.length - CHECKSUM_BYTES;
    if (this.#end < 1) throw this.damaged('it is too short');
    if (data[0] !== version) throw this.damaged(`version ${data[0]} is not known to this program`);
    const sum = checksum(data, this.#end);
    if (sum !== this.#view.getUint16(this.#end)) throw this.damaged('its checksum does not fit');
  }

  damaged(why: string): DamagedHistory {
    return new DamagedHistory(this.what, why);
  }

  /** The next 32 bits, of which at least 25 are real; does not go on. */
  peek(): number {
    const byte = this.position >>> 3;
    const word = byte + 4 <= this.#end ? this.#view.getInt32(byte) : this.#lastWord(byte);
    return word << (this.position & 7);
  }

  /** A number of so many bits, at most 32. */
  bits(width: number): number {
    if (width === 0) return 0;
    if (width > 25) return this.bits(width - 16) * 2 ** 16 + this.bits(16);
    const value = this.peek() >>> (WORD_BITS - width);
    this.position += width;
    return value;
  }

  /** A safe integer from 0 up. */
  number(): number {
    const length = this.bits(6);
    if (length > MOST_BITS) throw this.damaged('a number is too large');
    if (length < 2) return length;
    if (length <= WORD_BITS) return 2 ** (length - 1) + this.bits(length - 1);
    const high = 2 ** (length - WORD_BITS - 1) + this.bits(length - WORD_BITS - 1);
    return high * TWO_32 + this.bits(WORD_BITS);
  }

  /** A safe integer. */
  signed(): number {
    const below = this.bits(1) === 1;
    const value = this.number();
    return below ? -value : value;
  }

  /** Sets so many bytes before the checksum apart: they hold no bits. */
  tail(length: number): Uint8Array {
    this.#end = this.#data.length - CHECKSUM_BYTES - length;
    this.checkNotOver();
    return this.#data.subarray(this.#end, this.#end + length);
  }

  /** Throws when more was read than there is. */
  checkNotOver(): void {
    if (this.position > this.#end * 8) throw this.damaged('it ends too early');
  }

  /** Throws when not all was read. */
  checkEnd(): void {
    this.checkNotOver();
    if (this.#end * 8 - this.position >= 8) throw this.damaged('it is longer than what it says');
  }

  #lastWord(from: number): number {
    let word = 0;
    for (let byte = from; byte < from + 4; byte += 1) {
      word = (word << 8) | (byte < this.#end ? (this.#data[byte] ?? 0) : 0);
    }
    return word;
  }
}
