/**
 * Quantiles of positive numbers in a few hundred counters: DDSketch (Masson, Rim, Lee, VLDB 2019, section 2). Each
 * counter holds the values within 1 % of one another, so a quantile is off by at most 1 % of itself, and two
 * sketches merge by adding their counters.
 */
const RELATIVE_ERROR = 0.01;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** Smaller values count as zero. For milliseconds this is a nanosecond. */
const SMALLEST = 1e-6;

/** A mergeable summary of numbers from 0 up. Exact for count, sum, least and greatest; 1 % for quantiles. */
export class QuantileSketch {
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;
  #zeros = 0;
  readonly #counters = new Map<number, number>();

  get count(): number {
    return this.#count;
  }

  /** The least value; `null` of none. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#min;
  }

  /** The greatest value; `null` of none. */
  get max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }

  /** The arithmetic mean; `null` of none. */
  get mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  /** Takes in one finite number; a negative one counts as 0. */
  add(value: number): void {
    const known = Math.max(0, value);
    this.#count += 1;
    this.#sum += known;
    this.#min = Math.min(this.#min, known);
    this.#max = Math.max(this.#max, known);
    if (known < SMALLEST) this.#zeros += 1;
    else this.#addTo(Math.ceil(Math.log(known) / LOG_GAMMA), 1);
  }

  /** Takes in everything another sketch has seen, as if each value had been added here. */
  merge(other: QuantileSketch): void {
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#zeros += other.#zeros;
    for (const [bucket, count] of other.#counters) this.#addTo(bucket, count);
  }

  /** All it knows, as JSON can carry it. */
  state(): readonly unknown[] {
    return [this.#count, this.#sum, this.min, this.max, this.#zeros, [...this.#counters]];
  }

  /** The sketch whose state it was. */
  static fromState(state: readonly unknown[]): QuantileSketch {
    const [count, sum, min, max, zeros, counters] = state as [
      number,
      number,
      number,
      number,
      number,
      [number, number][],
    ];
    const sketch = new QuantileSketch();
    sketch.#count = count;
    sketch.#sum = sum;
    if (count > 0) [sketch.#min, sketch.#max, sketch.#zeros] = [min, max, zeros];
    for (const [bucket, each] of counters) sketch.#addTo(bucket, each);
    return sketch;
  }

  /** The values at fractions of the order, each 0 to 1 (0.95: the 95th percentile); `null` of none. */
  quantiles(fractions: readonly number[]): (number | null)[] {
    const buckets = [...this.#counters.entries()].sort(([one], [other]) => one - other);
    return fractions.map((fraction) => this.#quantile(fraction, buckets));
  }

  #quantile(fraction: number, buckets: readonly (readonly [number, number])[]): number | null {
    if (this.#count === 0) return null;
    const rank = Math.floor(fraction * (this.#count - 1));
    let seen = this.#zeros;
    if (rank < seen) return this.#min;
    for (const [bucket, count] of buckets) {
      seen += count;
      if (rank < seen) return Math.min(this.#max, Math.max(this.#min, (2 * GAMMA ** bucket) / (GAMMA + 1)));
    }
    return this.#max;
  }

  #addTo(bucket: number, count: number): void {
    this.#counters.set(bucket, (this.#counters.get(bucket) ?? 0) + count);
  }
}
