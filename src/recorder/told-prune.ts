import type { Milliseconds } from '../core/duration.ts';
import type { Times } from './clock-trust.ts';

/** How often messages are looked at that may be too old, ms. The first time comes later than that after the start. */
const EVERY_MS: Milliseconds = 3_600_000;

/** Removes what was told so long ago that nobody asks for it any more, in small pieces between other work. */
export class ToldPrune {
  readonly #prune: (before: number) => boolean;
  readonly #keptFor: Milliseconds | null;
  /** Monotonic, ms. */
  #nextAt: number | undefined;

  /** `prune` removes a piece of what is older than a moment; `keptFor`: how long messages are kept, `null` for ever. */
  constructor(prune: (before: number) => boolean, keptFor: Milliseconds | null) {
    this.#prune = prune;
    this.#keptFor = keptFor;
  }

  /** Does a piece of work when it is time for it. */
  step({ now, monotonic }: Times): void {
    this.#nextAt ??= monotonic + EVERY_MS;
    if (this.#keptFor === null || monotonic < this.#nextAt) return;
    if (!this.#prune(now - this.#keptFor)) this.#nextAt = monotonic + EVERY_MS;
  }
}
