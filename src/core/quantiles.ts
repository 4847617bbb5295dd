/**
 * Quantiles of durations in a few hundred counters: DDSketch (Masson, Rim, Lee, VLDB 2019, section 2). Each counter
 * holds the values within 1 % of one another, so a quantile is off by at most 1 % of itself, and two sketches merge by
 * adding their counters.
 */
/** (1 + e) / (1 - e) for a relative error e of 1 %. */
const GAMMA = 101 / 99;
const LOG_GAMMA = Math.log(GAMMA);
/** Where the middle of a counter lies, as a share of its upper end. */
const MIDDLE = 2 / (GAMMA + 1);
const US_PER_MS = 1000;
const MOST_US = Number.MAX_SAFE_INTEGER;
/** Counters that are made ahead, below the least. */
const SLACK = 32;

/** The counter for the greatest value. */
export const LAST_COUNTER = counterOf(MOST_US);

/** The middle of what each counter counts, µs. */
const MIDDLES = Float64Array.from({ length: LAST_COUNTER + 1 }, (_, number) => MIDDLE * Math.exp(number * LOG_GAMMA));

/** The number of the counter, from 0 up, for a value of whole µs from 1 up: the logarithm to the base 101/99, rounded up. */
export function counterOf(microseconds: number): number {
  return Math.ceil(Math.log(microseconds) / LOG_GAMMA);
}

/** Exact figures of the values in a sketch, in whole µs. */
export interface SketchFigures {
  readonly count: number;
  readonly sumUs: number;
  /** 0 of no values. */
  readonly minUs: number;
  /** 0 of no values. */
  readonly maxUs: number;
  /** How many of the values are 0. */
  readonly zeros: number;
}

/** The counters of a sketch that are not 0, from the greatest down. */
export interface Counters {
  readonly numbers: Uint16Array;
  readonly counts: Float64Array;
  /** How many there are; the arrays are longer. */
  length: number;
}

/** Counters that are read when they are needed, if ever. */
export interface CounterSource {
  /** Reads from the greatest down until these hold `enough` values, or all do; those behind them may be left out. */
  readCounters(into: Counters, enough: number): void;
}

/** Those of a sketch that has none of its own yet. */
const NO_COUNTERS: number[] = [];

// Room to read counters into, used from the beginning to the end of one call and never kept.
const scratch: Counters = newCounters();

/** Room for all counters there can be. */
export function newCounters(): Counters {
  return { numbers: new Uint16Array(LAST_COUNTER + 1), counts: new Float64Array(LAST_COUNTER + 1), length: 0 };
}

/**
 * A mergeable summary of durations, in ms from 0 up, taken to the µs. Exact for count, sum, least and greatest; 1 % for
 * quantiles. In whatever order values are added and sketches merged, the same comes out.
 */
export class QuantileSketch {
  #count = 0;
  #sumUs = 0;
  #minUs = Infinity;
  #maxUs = 0;
  #zeros = 0;
  /** The number of the first of the counters. */
  #first = 0;
  #counters: number[] = NO_COUNTERS;
  /** Where the counters stand that are not in `#counters` yet. */
  #source: CounterSource | null = null;

  /** A sketch whose counters are read when they are asked for. */
  static deferred({ count, sumUs, minUs, maxUs, zeros }: SketchFigures, source: CounterSource): QuantileSketch {
    const sketch = new QuantileSketch();
    if (count === 0) return sketch;
    sketch.#count = count;
    sketch.#sumUs = sumUs;
    sketch.#minUs = minUs;
    sketch.#maxUs = maxUs;
    sketch.#zeros = zeros;
    if (zeros < count) sketch.#source = source;
    return sketch;
  }

  /** Where the counters stand as long as nothing was added to them. */
  get source(): CounterSource | null {
    return this.#source;
  }

  get count(): number {
    return this.#count;
  }

  /** The least value, ms; `null` of none. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#minUs / US_PER_MS;
  }

  /** The greatest value, ms; `null` of none. */
  get max(): number | null {
    return this.#count === 0 ? null : this.#maxUs / US_PER_MS;
  }

  /** The arithmetic mean, ms; `null` of none. */
  get mean(): number | null {
    return this.#count === 0 ? null : this.#sumUs / this.#count / US_PER_MS;
  }

  /** What is exact, in whole µs. */
  get figures(): SketchFigures {
    const [count, sumUs, maxUs, zeros] = [this.#count, this.#sumUs, this.#maxUs, this.#zeros];
    return { count, sumUs, minUs: count === 0 ? 0 : this.#minUs, maxUs, zeros };
  }

  /** Takes in one finite number of ms; a negative one counts as 0. */
  add(value: number): void {
    const known = Math.min(MOST_US, Math.max(0, Math.round(value * US_PER_MS)));
    this.#count += 1;
    this.#sumUs += known;
    if (known < this.#minUs) this.#minUs = known;
    if (known > this.#maxUs) this.#maxUs = known;
    if (known === 0) {
      this.#zeros += 1;
      return;
    }
    const counter = counterOf(known);
    this.#readOwn();
    this.#reach(counter, counter);
    const index = counter - this.#first;
    this.#counters[index] = (this.#counters[index] ?? 0) + 1;
  }

  /** Takes in everything another sketch has seen, as if each value had been added here. */
  merge(other: QuantileSketch): void {
    if (other.#count === 0) return;
    this.#count += other.#count;
    this.#sumUs += other.#sumUs;
    this.#minUs = Math.min(this.#minUs, other.#minUs);
    this.#maxUs = Math.max(this.#maxUs, other.#maxUs);
    this.#zeros += other.#zeros;
    other.readCounters(scratch);
    if (scratch.length > 0) this.#addAll(scratch);
  }

  /** The values, ms, at fractions of the order, each 0 to 1 (0.95: the 95th percentile); `null` of none. */
  quantiles(fractions: readonly number[]): (number | null)[] {
    const found: (number | null)[] = [];
    let least = 1;
    for (const fraction of fractions) if (fraction < least) least = fraction;
    if (this.#count > 0) this.readCounters(scratch, this.#count - this.#rankOf(least));
    for (const fraction of fractions) {
      found.push(this.#count === 0 ? null : this.#quantile(this.#rankOf(fraction)) / US_PER_MS);
    }
    return found;
  }

  /** Reads the counters from the greatest down until they hold `enough` values; all when it is left out. */
  readCounters(into: Counters, enough = this.#count): void {
    into.length = 0;
    if (this.#source !== null) {
      this.#source.readCounters(into, enough);
      return;
    }
    for (let index = this.#counters.length - 1; index >= 0; index -= 1) {
      const count = this.#counters[index] ?? 0;
      if (count === 0) continue;
      into.numbers[into.length] = this.#first + index;
      into.counts[into.length] = count;
      into.length += 1;
    }
  }

  /** How many values come before the one at a fraction of the order. */
  #rankOf(fraction: number): number {
    return Math.floor(fraction * (this.#count - 1));
  }

  /** The value, µs, before which so many come; its counter was read. */
  #quantile(rank: number): number {
    if (rank < this.#zeros) return 0;
    if (rank === 0) return this.#minUs;
    if (rank === this.#count - 1) return this.#maxUs;
    const { numbers, counts, length } = scratch;
    let above = this.#count - rank;
    let index = -1;
    while (above > 0 && index + 1 < length) {
      index += 1;
      above -= counts[index] ?? 0;
    }
    return Math.min(this.#maxUs, Math.max(this.#minUs, MIDDLES[numbers[index] ?? 0] ?? 0));
  }

  #addAll({ numbers, counts, length }: Counters): void {
    this.#readOwn();
    this.#reach(numbers[length - 1] ?? 0, numbers[0] ?? 0);
    for (let index = 0; index < length; index += 1) {
      const place = (numbers[index] ?? 0) - this.#first;
      this.#counters[place] = (this.#counters[place] ?? 0) + (counts[index] ?? 0);
    }
  }

  #readOwn(): void {
    if (this.#source === null) return;
    const own = newCounters();
    this.#source.readCounters(own, this.#count);
    this.#source = null;
    this.#addAll(own);
  }

  /** Makes room for the counters from one to another. */
  #reach(least: number, greatest: number): void {
    if (this.#counters.length === 0) {
      this.#counters = [];
      this.#first = least;
    }
    if (least < this.#first) {
      const first = Math.max(0, least - SLACK);
      const counters: number[] = [];
      while (counters.length < this.#first - first) counters.push(0);
      for (const count of this.#counters) counters.push(count);
      this.#counters = counters;
      this.#first = first;
    }
    while (this.#counters.length <= greatest - this.#first) this.#counters.push(0);
  }
}
