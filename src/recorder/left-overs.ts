import { HOUR_MS } from '../core/history/history-key.ts';
import type { Database } from '../db/native.ts';
import type { HeadTable } from './head-table.ts';
import type { JournalSlices } from './journal-slices.ts';
import type { PageUse } from './page-use.ts';
import type { Seam } from './seam.ts';
import { StepSize } from './step-size.ts';
import type { Vacuum } from './vacuum.ts';

const HEADS_AT_ONCE = 500;

/** What removing takes. */
export interface LeftOversDeps {
  readonly database: Database;
  readonly slices: JournalSlices;
  readonly seam: Seam;
  readonly heads: HeadTable;
  readonly pages: PageUse;
  readonly vacuum: Vacuum;
}

/** Removes rows of the journal whose hours are folded, in steps. */
export class LeftOvers {
  readonly #deps: LeftOversDeps;
  /** How long the slices are that are removed at once, ms. */
  readonly #length = new StepSize({ first: 100, least: 1, most: HOUR_MS });
  /** Also after a start: the program before may have ended in between. */
  #areThere = true;
  #areHeadsSaved = false;
  /** Free pages before the first of them were removed. */
  #freeBefore: number | undefined;

  constructor(deps: LeftOversDeps) {
    this.#deps = deps;
  }

  /** Says that an hour was folded. */
  expect(): void {
    this.#areThere = true;
    this.#areHeadsSaved = false;
  }

  /** Does a little; false when nothing is left. */
  step(): boolean {
    if (!this.#areThere) return false;
    const { heads, seam, slices, pages } = this.#deps;
    // A head that was not saved is made of the journal's rows when the program starts again.
    // Those that change from now on are saved at once.
    this.#areHeadsSaved ||= !heads.saveBefore(seam.slot, HEADS_AT_ONCE);
    if (!this.#areHeadsSaved) return true;
    this.#freeBefore ??= pages.free;
    const oldest = slices.oldestSlot(0);
    if (oldest !== undefined && oldest < seam.slot) {
      this.#remove(oldest);
      return true;
    }
    this.#areThere = false;
    if (seam.foldedUntil > 0) this.#deps.vacuum.reserveFor(Math.max(0, pages.free - this.#freeBefore));
    this.#freeBefore = undefined;
    return false;
  }

  #remove(oldest: number): void {
    const { database, seam, slices } = this.#deps;
    const started = performance.now();
    const end = Math.min(seam.slot, oldest + this.#length.size);
    const run = database.transaction(() => slices.removeBefore(end));
    run.immediate();
    this.#length.took(performance.now() - started);
  }
}
