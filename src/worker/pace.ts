import type { Milliseconds } from '../core/duration.ts';

/** Monitors beyond this many are forgotten, those that were not checked for longest first. */
const MOST_REMEMBERED = 100_000;
/** A check that takes this share of its timeout keeps its place for long. */
const SLOW_SHARE = 0.5;

interface Remembered {
  readonly slow: boolean;
  readonly lastChecked: number;
}

/**
 * Remembers how quick the last check of each monitor was. Slow is one that took half of its timeout or more, as each one
 * does that ends with it; a monitor that was never checked here counts as quick.
 */
export class Pace {
  readonly #monitors = new Map<string, Remembered>();
  #slow = 0;
  #checks = 0;

  /** How many of the monitors that are known are not slow. */
  get quickMonitors(): number {
    return this.#monitors.size - this.#slow;
  }

  /** What is known of a monitor that is due now, which it now is in any case. */
  meet(monitor: string): Remembered {
    const known = this.#monitors.get(monitor);
    if (known !== undefined) return known;
    const stranger = { slow: false, lastChecked: 0 };
    this.#remember(monitor, stranger);
    return stranger;
  }

  /** Takes note of a check that was run: how long it took, and how long it could have taken. */
  note(monitor: string, durationMs: Milliseconds, timeout: Milliseconds): void {
    this.#checks += 1;
    this.#remember(monitor, { slow: durationMs >= timeout * SLOW_SHARE, lastChecked: this.#checks });
  }

  #remember(monitor: string, what: Remembered): void {
    this.#forget(monitor);
    this.#monitors.set(monitor, what);
    if (what.slow) this.#slow += 1;
    const oldest = this.#monitors.size > MOST_REMEMBERED ? this.#monitors.keys().next().value : undefined;
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(monitor: string): void {
    if (this.#monitors.get(monitor)?.slow === true) this.#slow -= 1;
    this.#monitors.delete(monitor);
  }
}
