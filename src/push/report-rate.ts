import type { Milliseconds } from '../core/duration.ts';

/** So many reports may come at once. */
const BURST = 30;
/** And then one each: twice what a job needs that runs every second and reports its start and its end. */
const EVERY_MS: Milliseconds = 500;

/** How many reports one token may still bring (a token bucket). Its memory is two numbers. */
export class ReportRate {
  #left = BURST;
  #countedAt: number;

  /** `now` is monotonic, ms. */
  constructor(now: number) {
    this.#countedAt = now;
  }

  /** Takes one report; or, when there were too many, says in how many whole seconds there is room for one. */
  take(now: number): { readonly retryAfter: number } | undefined {
    this.#left = Math.min(BURST, this.#left + (now - this.#countedAt) / EVERY_MS);
    this.#countedAt = now;
    if (this.#left < 1) return { retryAfter: Math.ceil(((1 - this.#left) * EVERY_MS) / 1000) };
    this.#left -= 1;
    return undefined;
  }
}
