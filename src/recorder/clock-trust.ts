import { DAY_MS, HOUR_MS } from '../core/history/history-key.ts';

/** Both times of the clock, ms: see `Clock`. */
export interface Times {
  readonly now: number;
  readonly monotonic: number;
}

/**
 * Whether the date may be relied on to remove what is old. A clock that is wrong by years, for a minute after the start of
 * a small machine, must not cost all history: after a jump of more than a day it is given an hour to be put right.
 */
export class ClockTrust {
  #last: Times | undefined;
  #trustedFrom = -Infinity;

  /** Looks at the clock; at first beside the newest slot of history, ms since the epoch, -Infinity for none. */
  look(times: Times, newestSlot: () => number): void {
    const { now, monotonic } = times;
    const expected = this.#last === undefined ? newestSlot() : this.#last.now + monotonic - this.#last.monotonic;
    this.#last = times;
    if (expected > -Infinity && now - expected > DAY_MS) this.#trustedFrom = monotonic + HOUR_MS;
  }

  isTrusted({ monotonic }: Times): boolean {
    return monotonic >= this.#trustedFrom;
  }
}
