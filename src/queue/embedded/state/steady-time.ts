import type { Clock } from '../../../core/clock.ts';
import type { Milliseconds } from '../../../core/duration.ts';

/** A difference between the two clocks smaller than this is noise, not a step of the wall clock. */
const STEP_MS = 1000;

/**
 * The time of one queue. `now` is monotonic and measures durations; `steady` is what the wall clock would show had
 * nobody set it since the start, so that a step of it neither holds back nor hurries what is already waiting.
 */
export class SteadyTime {
  readonly #clock: Clock;
  #wallMinusMonotonic: number;
  /** The sum of all steps of the wall clock, ms. */
  #steps = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wallMinusMonotonic = clock.now() - clock.monotonic();
  }

  now(): Milliseconds {
    return this.#clock.monotonic();
  }

  /** The wall-clock time, whole ms since the epoch. */
  wall(): Milliseconds {
    return Math.trunc(this.#clock.now());
  }

  steady(): Milliseconds {
    const wall = this.#clock.now();
    const difference = wall - this.#clock.monotonic();
    const step = difference - this.#wallMinusMonotonic;
    if (Math.abs(step) > STEP_MS) {
      this.#steps += step;
      this.#wallMinusMonotonic = difference;
    }
    return wall - this.#steps;
  }

  /** The steady time of a wall-clock time. Equal ones stay equal until the wall clock is set again. */
  steadyAt(wall: Milliseconds): Milliseconds {
    this.steady();
    return wall - this.#steps;
  }

  /** What the wall clock will show at a steady time; always later than now. */
  wallAt(steady: Milliseconds): Milliseconds {
    const remaining = Math.max(1, Math.ceil(steady - this.steady()));
    return this.wall() + remaining;
  }
}
