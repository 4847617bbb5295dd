import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Reason } from '../core/reasons.ts';

const TICK_MS = 100;
/** A turn of the event loop that is late by less is no standstill, only load. */
const SHORTEST_MS = 200;
/** With the wall clock so far ahead of the monotonic one, the machine slept. */
const SLEPT_MS = 2000;
/** So much of the time of a check, or this share of its timeout, and what it measured of time means nothing. */
const TOO_LONG_MS = 500;
const TOO_LARGE_SHARE = 0.25;

/** What a check says only because time went by. */
const OF_TIME: ReadonlySet<Reason | null> = new Set<Reason>([
  'timeout_dns',
  'timeout_connect',
  'timeout_tls',
  'timeout_wait',
  'timeout_body',
  'ping_no_answer',
  'response_slow',
]);

/**
 * Knows for how long this process stood still: its event loop was blocked, it was stopped, or the machine slept. What
 * targets answered meanwhile was not read, and their timeouts are up all the same.
 */
export class Standstill {
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  #sum: Milliseconds = 0;
  #ticked: Milliseconds;
  #tickedWall: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ticked = clock.monotonic();
    this.#tickedWall = clock.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** For how long so far, since the beginning; the difference of two answers is that of the time between. */
  get sum(): Milliseconds {
    return this.#sum + this.#late();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#sum += this.#late();
    this.#ticked = this.#clock.monotonic();
    this.#tickedWall = this.#clock.now();
  }

  #late(): Milliseconds {
    const passed = this.#clock.monotonic() - this.#ticked;
    const slept = this.#clock.now() - this.#tickedWall - passed;
    const late = passed - TICK_MS;
    return (late >= SHORTEST_MS ? late : 0) + (slept >= SLEPT_MS ? slept : 0);
  }
}

/** Whether an outcome says how long something took, while so much of that time was our own standstill that it says nothing. */
export function isSpoiled({ reason }: Outcome, stoodStill: Milliseconds, timeout: Milliseconds): boolean {
  return OF_TIME.has(reason) && stoodStill >= Math.min(TOO_LONG_MS, timeout * TOO_LARGE_SHARE);
}
