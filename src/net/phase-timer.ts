import type { Clock } from '../core/clock.ts';
import type { Phases } from '../core/outcome.ts';

/** A part of a probe that is timed on its own. */
export type Phase = keyof Phases;

/**
 * Times the phases of one probe, one after another. A phase entered twice (a redirect's second connection) is the sum
 * of both, and a phase that a timeout ends counts until then.
 */
export class PhaseTimer {
  readonly #clock: Clock;
  #current: Phase | null = null;
  #since = 0;
  readonly #spent: { -readonly [phase in Phase]: Phases[phase] } = {
    dns: null,
    connect: null,
    tls: null,
    wait: null,
    body: null,
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The phase that runs now, or the last one. */
  get current(): Phase | null {
    return this.#current;
  }

  enter(phase: Phase): void {
    const now = this.#clock.monotonic();
    this.#add(now);
    this.#current = phase;
    this.#since = now;
  }

  /** Ends the running phase and returns all of them; `null` where a phase was never entered. */
  finish(): Phases {
    const now = this.#clock.monotonic();
    this.#add(now);
    this.#since = now;
    return this.#spent;
  }

  #add(now: number): void {
    if (this.#current === null) return;
    this.#spent[this.#current] = (this.#spent[this.#current] ?? 0) + (now - this.#since);
  }
}
