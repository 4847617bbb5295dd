import type { Milliseconds } from '../core/duration.ts';

const WINDOW_SECONDS = 10;

/** When so many targets fail at once that the fault is probably ours. */
export interface MassFailureLimit {
  /** The share of results, above 0 and up to 1. */
  readonly share: number;
  /** So many of them at the least. */
  readonly at_least: number;
}

/** Counts the results of the last ten seconds. */
export class MassFailure {
  readonly #seconds = Array.from({ length: WINDOW_SECONDS }, () => ({ second: -1, all: 0, failed: 0 }));

  /** Takes note of a result at a moment of the monotonic clock. */
  note(at: Milliseconds, failed: boolean): void {
    const second = Math.floor(at / 1000);
    const counts = this.#seconds[second % WINDOW_SECONDS];
    if (counts === undefined) return;
    if (counts.second !== second) Object.assign(counts, { second, all: 0, failed: 0 });
    counts.all += 1;
    if (failed) counts.failed += 1;
  }

  /** Whether as many of them failed as the limit says. */
  isOver({ share, at_least }: MassFailureLimit, at: Milliseconds): boolean {
    const oldest = Math.floor(at / 1000) - WINDOW_SECONDS;
    let [all, failed] = [0, 0];
    for (const counts of this.#seconds) {
      if (counts.second <= oldest) continue;
      all += counts.all;
      failed += counts.failed;
    }
    return failed >= at_least && failed >= share * all;
  }
}
