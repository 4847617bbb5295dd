import type { Logger } from 'pino';
import { toError } from '../core/errors.ts';
import { HOUR_MS } from '../core/history/history-key.ts';
import type { FoldedNote, PrunedNote } from '../db/meta-values.ts';
import type { UpkeepReport } from './upkeep.ts';

/** When history is kept up. */
export interface UpkeepTimes {
  /** From the start to the first look at what is due, and from one look to the next while nothing is, ms. */
  readonly lookAgainMs: number;
  /** The least pause between two calls while something is, ms; and at least as long as the call before took. */
  readonly pauseMs: number;
  /** A call takes on no more work after so long, ms. */
  readonly callMs: number;
  /** First and longest pause after a call that failed, ms. */
  readonly retryMs: readonly [first: number, longest: number];
}

export const UPKEEP_TIMES: UpkeepTimes = { lookAgainMs: 5000, pauseMs: 5, callMs: 6, retryMs: [1000, 30_000] };

/** How the folding of history fares. */
export interface FoldingHealth {
  /** `failing`: the last call did not succeed, and is tried again. */
  readonly state: 'ok' | 'failing';
  /** What the last call failed with; `null` when it did not. */
  readonly error: Error | null;
  /** Hours of the journal that are due to be folded and are not. */
  readonly behindHours: number;
  /** Since the start. */
  readonly foldedHours: number;
  readonly foldedRows: number;
  /** Time of the writer thread that all upkeep took since the start, and its longest single call, ms. */
  readonly tookMs: number;
  readonly longestCallMs: number;
}

/** What the loop works with. */
export interface UpkeepLoopDeps {
  readonly work: (forMs: number) => Promise<UpkeepReport>;
  readonly logger: Logger;
  readonly times: UpkeepTimes;
}

/** Behind by more than this many hours, progress is worth a line in the log now and then. */
const FAR_BEHIND_HOURS = 3;
const HOURS_A_LINE = 24;
/** That the file is kept small is told again after so many hours folded. */
const TOLD_AGAIN_HOURS = 24;

/**
 * Calls for upkeep in the writer thread, one short call at a time and with pauses in which results are written, for as long
 * as something is due; then it looks again now and then.
 */
export class UpkeepLoop {
  readonly #deps: UpkeepLoopDeps;
  #timer: NodeJS.Timeout | undefined;
  #inFlight: Promise<void> | undefined;
  #isClosed = false;
  #failures = 0;
  #health: FoldingHealth = {
    state: 'ok',
    error: null,
    behindHours: 0,
    foldedHours: 0,
    foldedRows: 0,
    tookMs: 0,
    longestCallMs: 0,
  };
  #isTooLarge = false;
  /** After how many folded hours it was last said that the file is kept small. */
  #sizeToldAt = -Infinity;

  constructor(deps: UpkeepLoopDeps) {
    this.#deps = deps;
    this.#after(deps.times.lookAgainMs);
  }

  health(): FoldingHealth {
    return this.#health;
  }

  /** Asks for no more, and waits for the call under way, which is short unless the database hangs: at most `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#inFlight === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineMs);
    });
    await Promise.race([this.#inFlight, late]);
    clearTimeout(timer);
  }

  #after(milliseconds: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#inFlight = this.#call();
    }, milliseconds);
    this.#timer.unref();
  }

  async #call(): Promise<void> {
    const { times, work } = this.#deps;
    let wait: number;
    try {
      const report = await work(times.callMs);
      wait = report.busy ? Math.max(times.pauseMs, report.tookMs) : times.lookAgainMs;
      this.#take(report);
    } catch (thrown) {
      const [first, longest] = times.retryMs;
      wait = Math.min(longest, first * 2 ** this.#failures);
      this.#fail(toError(thrown));
    }
    this.#inFlight = undefined;
    this.#after(wait);
  }

  #take(report: UpkeepReport): void {
    const { logger } = this.#deps;
    if (this.#failures > 0) logger.info({ tries: this.#failures }, 'history is folded again');
    this.#failures = 0;
    const { foldedHours, foldedRows, tookMs, longestCallMs } = this.#health;
    this.#health = {
      state: 'ok',
      error: null,
      behindHours: report.behindHours,
      foldedHours: foldedHours + report.folded.length,
      foldedRows: report.folded.reduce((sum, { rows }) => sum + rows, foldedRows),
      tookMs: tookMs + report.tookMs,
      longestCallMs: Math.max(longestCallMs, report.tookMs),
    };
    for (const note of report.folded) this.#tellFolded(note, report.behindHours);
    for (const note of report.pruned) this.#tellPruned(note);
    if (report.tooLarge && !this.#isTooLarge) {
      logger.warn('the database is larger than storage.max_size, and nothing older than a day is left to remove');
    }
    this.#isTooLarge = report.tooLarge;
  }

  #fail(error: Error): void {
    const isNews = this.#health.error?.message !== error.message;
    this.#failures += 1;
    this.#health = { ...this.#health, state: 'failing', error };
    if (isNews && !this.#isClosed) {
      this.#deps.logger.error({ err: error }, 'history cannot be folded; trying again, and recording goes on');
    }
  }

  #tellFolded(note: FoldedNote, behindHours: number): void {
    const { logger } = this.#deps;
    const told = { ...note, hour: new Date(note.hour * HOUR_MS).toISOString(), behindHours };
    const isProgress = behindHours >= FAR_BEHIND_HOURS && this.#health.foldedHours % HOURS_A_LINE === 1;
    if (isProgress) logger.info(told, `folding history: ${behindHours} hours to go`);
    else logger.debug(told, 'an hour of history was folded');
  }

  #tellPruned(note: PrunedNote): void {
    const { logger } = this.#deps;
    if (note.why === 'age') {
      logger.info(note, 'history older than its retention was removed');
      return;
    }
    const isNews = this.#health.foldedHours >= this.#sizeToldAt + TOLD_AGAIN_HOURS;
    if (isNews) {
      this.#sizeToldAt = this.#health.foldedHours;
      logger.warn(note, 'the oldest history was removed: the database had reached storage.max_size');
    } else logger.debug(note, 'the oldest history was removed for storage.max_size');
  }
}
