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

/** Numbers a row takes in memory. */
const WIDTH = 12;
const [SLOT, INTERVAL, CODE, LATE, DURATION, DNS] = [0, 1, 2, 3, 4, 5];
const [CONNECT, TLS, WAIT, BODY, FLAGS, NEXT] = [6, 7, 8, 9, 10, 11];
const FIRST_ROWS = 4096;
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
export interface RowBase {
  readonly slot: number;
  readonly monitor: number;
}

/** The rows of one monitor and location: the first and the last of them, and those that are objects. */
interface Chain {
  first: number;
  last: number;
  readonly odd: KeptResult[];
}

/**
 * The results of an hour of some monitors, in the order of the journal, taken apart by monitor and location. A row is 48
 * bytes in one array; only what does not fit there is an object.
 */
export class HourRows {
  /** ms since the epoch. */
  readonly #from: number;
  #numbers = new Uint32Array(FIRST_ROWS * WIDTH);
  #rows = 0;
  #odd = 0;
  readonly #chains = new Map<number, Chain>();
  readonly #messages = new Map<string, string>();

  /** `from`: the beginning of the hour, ms since the epoch. */
  constructor(from: number) {
    this.#from = from;
  }

  /** Rows taken in; an object counts for several. */
  get weight(): number {
    return this.#rows + OBJECT_WEIGHT * this.#odd;
  }

  get count(): number {
    return this.#rows + this.#odd;
  }

  /** Takes in rows as characters in UTF-8, and returns the keys of those that have to be read one by one. */
  take(text: Uint8Array, base: RowBase): RowKey[] {
    const odd: RowKey[] = [];
    const fields = new Uint32Array(CHARACTERS);
    let filled = 0;
    let isOdd = false;
    for (let at = 0; at < text.length;) {
      const lead = text[at] ?? 0;
      const bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      let character = lead;
      if (bytes > 1) {
        character = lead & (0xff >> (bytes + 1));
        for (let next = 1; next < bytes; next += 1) character = (character << 6) | ((text[at + next] ?? 0) & 0x3f);
      }
      at += bytes;
      // Slot, monitor and location always fit.
      if (filled >= 3 && character === TOO_LARGE) isOdd = true;
      fields[filled] = character;
      filled += 1;
      if (filled === 4 && character === ODD) isOdd = true;
      else if (filled < CHARACTERS) continue;
      if (isOdd) odd.push(keyOf(fields, base));
      else this.#append(fields, base);
      filled = 0;
      isOdd = false;
    }
    return odd;
  }

  /** Takes in a row that was read by its key. */
  add(monitor: number, location: number, result: KeptResult): void {
    const { message } = result;
    const known = message === null ? null : (this.#messages.get(message) ?? message);
    if (known !== null) this.#messages.set(known, known);
    this.#chainOf(monitor * LOCATIONS + location).odd.push({ ...result, message: known });
    this.#odd += 1;
  }

  /** Monitors and locations in the order of their keys. */
  places(): { readonly monitor: number; readonly location: number }[] {
    const keys = Float64Array.from(this.#chains.keys()).sort();
    return Array.from(keys, (key) => ({ monitor: Math.floor(key / LOCATIONS), location: key % LOCATIONS }));
  }

  /** The results of one monitor and location, in order of slot. */
  resultsOf({ monitor, location }: { readonly monitor: number; readonly location: number }): KeptResult[] {
    const chain = this.#chains.get(monitor * LOCATIONS + location);
    if (chain === undefined) return [];
    const results: KeptResult[] = [];
    for (let row = chain.first; row !== NONE; row = this.#numbers[row * WIDTH + NEXT] ?? NONE) {
      results.push(this.#resultAt(row * WIDTH));
    }
    if (chain.odd.length === 0) return results;
    return [...results, ...chain.odd].sort((one, other) => one.slot - other.slot);
  }

  #append(fields: Uint32Array, base: RowBase): void {
    if ((this.#rows + 1) * WIDTH > this.#numbers.length) this.#grow();
    const row = this.#rows;
    const at = row * WIDTH;
    const numbers = this.#numbers;
    numbers[at + SLOT] = (fields[0] ?? 0) + base.slot - this.#from;
    for (let column = INTERVAL; column <= BODY; column += 1) numbers[at + column] = fields[column + 2] ?? 0;
    numbers[at + FLAGS] = (fields[12] ?? 0) + TRACED * (fields[14] ?? 0) + ATTEMPT * (fields[13] ?? 0);
    numbers[at + NEXT] = NONE;
    const chain = this.#chainOf(((fields[1] ?? 0) + base.monitor) * LOCATIONS + (fields[2] ?? 0));
    if (chain.first === NONE) chain.first = row;
    else numbers[chain.last * WIDTH + NEXT] = row;
    chain.last = row;
    this.#rows += 1;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }

  #chainOf(key: number): Chain {
    const known = this.#chains.get(key);
    if (known !== undefined) return known;
    const chain = { first: NONE, last: NONE, odd: [] };
    this.#chains.set(key, chain);
    return chain;
  }

  #resultAt(at: number): KeptResult {
    const numbers = this.#numbers;
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
