import type { Clock } from '../../src/core/clock.ts';

/** A clock that stands still until it is moved; the wall clock can also be set, as an administrator would. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 1000;

  constructor(now = Date.UTC(2026, 10, 23, 12)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Lets `ms` milliseconds pass on both clocks. */
  advance(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
  }

  /** Sets the wall clock forward (or back, when negative) without time having passed. */
  setWallClockBy(ms: number): void {
    this.#now += ms;
  }
}
