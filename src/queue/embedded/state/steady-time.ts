import type { Clock } from '../../../core/clock.ts';
import type { Milliseconds } from '../../../core/duration.ts';

/** A difference between the two clocks smaller than this is noise, not a step of the wall clock. */
const STEP_MS = 1000;

/**
 * Turns wall-clock times into monotonic ones, so that a step of the wall clock neither holds back nor hurries what is
 * already waiting. Equal wall-clock times stay equal between two steps.
 */
export class SteadyTime {
  readonly #clock: Clock;
  #wallMinusMonotonic: number;

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

  /** The monotonic time at which the wall clock, undisturbed, will show `wall`. */
  at(wall: Milliseconds): Milliseconds {
    const difference = this.#clock.now() - this.#clock.monotonic();
    if (Math.abs(difference - this.#wallMinusMonotonic) > STEP_MS) this.#wallMinusMonotonic = difference;
    return wall - this.#wallMinusMonotonic;
  }

  /** What the wall clock will show at the monotonic time `steady`; always later than now. */
  wallAt(steady: Milliseconds): Milliseconds {
    const remaining = Math.max(1, Math.ceil(steady - this.now()));
    return this.wall() + remaining;
  }
}
