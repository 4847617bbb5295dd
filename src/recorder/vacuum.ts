import type { PageUse } from './page-use.ts';
import { StepSize } from './step-size.ts';

/** Free pages that are not worth moving others for: 2 MB. */
const FEW_PAGES = 512;

/**
 * Gives free pages back to the disk, in steps. As many as the journal takes in an hour are left: giving them back only to
 * take them again would write each of them twice.
 */
export class Vacuum {
  readonly #pages: PageUse;
  readonly #size = new StepSize({ first: 20, least: 5, most: 500 });
  #reserve = FEW_PAGES;
  #isReleasing = false;

  constructor(pages: PageUse) {
    this.#pages = pages;
  }

  /** Says how many pages the journal's last hour took. */
  reserveFor(pages: number): void {
    this.#reserve = FEW_PAGES + pages;
  }

  /** Does a little; false when there is nothing to do. */
  step(): boolean {
    const spare = this.#pages.free - this.#reserve;
    // Not for every page: only once it is half as much again.
    this.#isReleasing = spare > (this.#isReleasing ? 0 : this.#reserve / 2);
    if (!this.#isReleasing) return false;
    const started = performance.now();
    this.#pages.release(Math.min(spare, this.#size.size));
    this.#size.took(performance.now() - started);
    return true;
  }
}
