import type { KeptResult } from '../core/history/kept-result.ts';

/**
 * How a row comes from SQLite: one character a number, in this order, which costs a fifth of handing the columns over one
 * by one. `NULL` is the character 0, so that what may be 0 or below is moved up.
 */
export const LATE_SHIFT = 2000;

/** In the place of the interval: this row has more to say than fits, and is read by its key. */
export const ODD = 0x10ffff;

/** What `char()` of SQLite makes of a number that is no character. */
const TOO_LARGE = 0xfffd;

const CHARACTERS = 15;

/** Numbers a row takes in memory, and rows in one piece of it: growing copies nothing. */
const WIDTH = 12;
const PIECE_BITS = 14;
const PIECE_ROWS = 2 ** PIECE_BITS;
const [SLOT, INTERVAL, CODE, LATE, DURATION, DNS] = [0, 1, 2, 3, 4, 5];
const [CONNECT, TLS, WAIT, BODY, FLAGS, NEXT] = [6, 7, 8, 9, 10, 11];
const NONE = 0xffff_ffff;
const [TRACED, ATTEMPT] = [8, 16];
const LOCATIONS = 2 ** 8;

/** Which row of the journal. */
export interface RowKey {
  readonly slot: number;
  readonly monitor: number;
  readonly location: number;
}

/** What the numbers in a text of rows are counted from. */
export type RowBase = Omit<RowKey, 'location'>;

/** Monitors by their keys, from the first up to the last. */
export interface MonitorRange {
  readonly first: number;
  readonly last: number;
}

/** Whose results, and from where. */
export type Place = Omit<RowKey, 'slot'>;

/** The rows of one location: by the number of the monitor within its range the first row and the last. */
interface Chains {
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

/**
 * The results of an hour of some monitors, in the order of the journal, taken apart by monitor and location. A row is 48
 * bytes in an array; only what does not fit there is an object.
 */
export class HourRows {
  /** ms since the epoch. */
  readonly #from: number;
  readonly #monitors: MonitorRange;
  readonly #pieces: Uint32Array[] = [];
  #rows = 0;
  /** By location. */
  readonly #chains: (Chains | undefined)[] = [];
  /** By `monitor * LOCATIONS + location`. */
  readonly #odd = new Map<number, KeptResult[]>();
  #oddCount = 0;
  readonly #messages = new Map<string, string>();
  readonly #fields = new Uint32Array(CHARACTERS);

  /** `from`: the beginning of the hour, ms since the epoch. */
  constructor(from: number, monitors: MonitorRange) {
    this.#from = from;
    this.#monitors = monitors;
  }

  /** Rows taken in; an object counts for several. */
  get weight(): number {
    return this.#rows + OBJECT_WEIGHT * this.#oddCount;
  }

  /**
   * Takes in rows as characters in UTF-8, their monitors counted from the first of the range, their slots from `slot`.
   * Returns the keys of those that have to be read one by one.
   */
  take(text: Uint8Array, slot: number): RowKey[] {
    const odd: RowKey[] = [];
    const fields = this.#fields;
    const base = { slot, monitor: this.#monitors.first };
    let at = 0;
    while (at < text.length) {
      let isOdd = false;
      for (let field = 0; field < CHARACTERS; field += 1) {
        let character = text[at] ?? 0;
        at += 1;
        if (character >= 0x80) {
          const more = character < 0xe0 ? 1 : character < 0xf0 ? 2 : 3;
          character &= 0x3f >> more;
          for (const end = at + more; at < end; at += 1) character = (character << 6) | ((text[at] ?? 0) & 0x3f);
          // Slot, monitor and location always fit.
          if (character === TOO_LARGE && field >= 3) isOdd = true;
        }
        fields[field] = character;
        if (character === ODD && field === 3) {
          isOdd = true;
          break;
        }
      }
      if (isOdd) odd.push(keyOf(fields, base));
      else this.#append(fields, slot);
    }
    return odd;
  }

  /** Takes in a row that was read by its key. */
  add(monitor: number, location: number, result: KeptResult): void {
    const { message } = result;
    const known = message === null ? null : (this.#messages.get(message) ?? message);
    if (known !== null) this.#messages.set(known, known);
    const key = monitor * LOCATIONS + location;
    const others = this.#odd.get(key);
    if (others === undefined) this.#odd.set(key, [{ ...result, message: known }]);
    else others.push({ ...result, message: known });
    this.#oddCount += 1;
  }

  /** Monitors and locations in the order of their keys. */
  places(): Place[] {
    const { first, last } = this.#monitors;
    const keys = [...this.#odd.keys()];
    for (const [location, chains] of this.#chains.entries()) {
      if (chains === undefined) continue;
      for (let monitor = first; monitor <= last; monitor += 1) {
        const key = monitor * LOCATIONS + location;
        if (chains.first[monitor - first] !== NONE && !this.#odd.has(key)) keys.push(key);
      }
    }
    const sorted = Float64Array.from(keys).sort();
    return Array.from(sorted, (key) => ({ monitor: Math.floor(key / LOCATIONS), location: key % LOCATIONS }));
  }

  /** The results of one monitor and location, in order of slot. */
  resultsOf({ monitor, location }: Place): KeptResult[] {
    const results: KeptResult[] = [];
    let row = this.#chains[location]?.first[monitor - this.#monitors.first] ?? NONE;
    while (row !== NONE) {
      const numbers = this.#pieceOf(row);
      const at = placeIn(row);
      results.push(this.#resultAt(numbers, at));
      row = numbers[at + NEXT] ?? NONE;
    }
    const odd = this.#odd.get(monitor * LOCATIONS + location);
    return odd === undefined ? results : [...results, ...odd].sort((one, other) => one.slot - other.slot);
  }

  #append(fields: Uint32Array, slot: number): void {
    const row = this.#rows;
    const at = placeIn(row);
    if (at === 0) this.#pieces.push(new Uint32Array(PIECE_ROWS * WIDTH));
    const numbers = this.#pieceOf(row);
    numbers[at + SLOT] = (fields[0] ?? 0) + slot - this.#from;
    for (let column = INTERVAL; column <= BODY; column += 1) numbers[at + column] = fields[column + 2] ?? 0;
    numbers[at + FLAGS] = (fields[12] ?? 0) + TRACED * (fields[14] ?? 0) + ATTEMPT * (fields[13] ?? 0);
    numbers[at + NEXT] = NONE;
    const monitor = fields[1] ?? 0;
    const { first, last } = this.#chainsOf(fields[2] ?? 0);
    const before = last[monitor] ?? NONE;
    if (before === NONE) first[monitor] = row;
    else this.#pieceOf(before)[placeIn(before) + NEXT] = row;
    last[monitor] = row;
    this.#rows += 1;
  }

  #pieceOf(row: number): Uint32Array {
    const piece = this.#pieces[row >>> PIECE_BITS];
    if (piece === undefined) throw new Error(`there is no row ${row}`);
    return piece;
  }

  #chainsOf(location: number): Chains {
    const known = this.#chains[location];
    if (known !== undefined) return known;
    const width = this.#monitors.last - this.#monitors.first + 1;
    const chains = { first: new Uint32Array(width).fill(NONE), last: new Uint32Array(width).fill(NONE) };
    this.#chains[location] = chains;
    return chains;
  }

  #resultAt(numbers: Uint32Array, at: number): KeptResult {
    const flags = numbers[at + FLAGS] ?? 0;
    const family = flags % TRACED;
    return {
      slot: this.#from + (numbers[at + SLOT] ?? 0),
      intervalMs: numbers[at + INTERVAL] ?? 0,
      status: 'up',
      reason: null,
      statusCode: lessOne(numbers[at + CODE]),
      lateMs: (numbers[at + LATE] ?? 0) - LATE_SHIFT,
      durationUs: lessOne(numbers[at + DURATION]),
      dnsUs: lessOne(numbers[at + DNS]),
      connectUs: lessOne(numbers[at + CONNECT]),
      tlsUs: lessOne(numbers[at + TLS]),
      waitUs: lessOne(numbers[at + WAIT]),
      bodyUs: lessOne(numbers[at + BODY]),
      family: family === 4 || family === 6 ? family : null,
      attempt: Math.max(1, Math.floor(flags / ATTEMPT)),
      traced: (flags & TRACED) !== 0,
      message: null,
    };
  }
}

/** What an object takes of memory, in rows. */
const OBJECT_WEIGHT = 5;

/** Where a row begins in its piece. */
function placeIn(row: number): number {
  return (row & (PIECE_ROWS - 1)) * WIDTH;
}

function lessOne(value: number | undefined): number | null {
  return value === undefined || value === 0 ? null : value - 1;
}

function keyOf(fields: Uint32Array, base: RowBase): RowKey {
  return {
    slot: (fields[0] ?? 0) + base.slot,
    monitor: (fields[1] ?? 0) + base.monitor,
    location: fields[2] ?? 0,
  };
}
