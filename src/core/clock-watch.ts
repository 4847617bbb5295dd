import type { Clock } from './clock.ts';

/** A difference between the clocks of more than this is a jump; NTP slews stay far below it. ms. */
const JUMP_MS = 2000;

/** Holds the wall clock against the monotonic one. */
export class ClockWatch {
  readonly #clock: Clock;
  #difference: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#difference = clock.now() - clock.monotonic();
  }

  /** Takes the present difference of the clocks as the right one. */
  reset(): void {
    this.#difference = this.#clock.now() - this.#clock.monotonic();
  }

  /** How far the wall clock jumped since the last look, ms (negative: back); `undefined` when it did not. */
  look(): number | undefined {
    const difference = this.#clock.now() - this.#clock.monotonic();
    const jump = difference - this.#difference;
    // Small differences are followed: over months a slewed clock may drift by seconds without ever jumping.
    this.#difference = difference;
    return Math.abs(jump) > JUMP_MS ? jump : undefined;
  }
}
