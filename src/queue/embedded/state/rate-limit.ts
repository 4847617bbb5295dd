import type { Milliseconds } from '../../../core/duration.ts';

/** How many jobs were started in the current window of a queue's rate limit. Times are monotonic. */
export class RateLimit {
  #started = 0;
  #windowEnd: Milliseconds | undefined = undefined;

  /** Counts one started job and opens a window of `duration` ms if none is open. */
  count(now: Milliseconds, duration: Milliseconds): void {
    if (!this.isOpen(now)) {
      this.#started = 0;
      this.#windowEnd = now + Math.floor(Math.abs(duration));
    }
    this.#started += 1;
  }

  /** Lets nothing start for `duration` ms. */
  block(now: Milliseconds, duration: Milliseconds): void {
    this.#started = Number.MAX_SAFE_INTEGER;
    this.#windowEnd = now + duration;
  }

  /** How long nothing may start any more when `max` jobs are allowed in a window, ms; 0 when a job may start. */
  waitFor(now: Milliseconds, max: number): Milliseconds {
    if (!this.isOpen(now) || this.#started < max) return 0;
    return this.remaining(now);
  }

  /** What is left of the open window, whole ms; 0 when none is open. */
  remaining(now: Milliseconds): Milliseconds {
    return this.isOpen(now) ? Math.ceil((this.#windowEnd ?? now) - now) : 0;
  }

  isOpen(now: Milliseconds): boolean {
    return this.#windowEnd !== undefined && now < this.#windowEnd;
  }

  clear(): void {
    this.#windowEnd = undefined;
  }
}
