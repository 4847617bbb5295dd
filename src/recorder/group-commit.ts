import type { Logger } from 'pino';
import { toError } from '../core/errors.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { FlushReport, RecordReceipt } from './flush.ts';

/** How results are gathered into transactions. */
export interface GroupCommitLimits {
  /** How long the first result waits for company, ms. */
  readonly waitMs: number;
  /** So many results are flushed at once. */
  readonly enoughRows: number;
  /** The most results in one transaction, beyond one batch: bounds how long a transaction takes after trouble. */
  readonly mostRows: number;
  /** The most results kept in memory while the database cannot be written; the oldest are lost first. */
  readonly bufferRows: number;
  /** First and longest pause between tries, ms. */
  readonly retryMs: readonly [first: number, longest: number];
}

export const GROUP_COMMIT_LIMITS: GroupCommitLimits = {
  waitMs: 200,
  enoughRows: 500,
  mostRows: 2000,
  bufferRows: 50_000,
  retryMs: [200, 5000],
};

/** How the recorder fares. */
export interface RecorderHealth {
  /** `failing`: the last flush did not succeed; results wait in memory and are tried again. */
  readonly state: 'ok' | 'failing';
  /** What the last flush failed with; `null` when it did not. */
  readonly error: Error | null;
  /** Results in memory. */
  readonly buffered: number;
  /** Results given up since the start. */
  readonly lost: number;
}

interface Batch {
  readonly results: readonly CheckResult[];
  readonly resolve: (receipt: RecordReceipt) => void;
}

/** What it works with. */
export interface GroupCommitDeps {
  readonly flush: (batches: readonly (readonly CheckResult[])[]) => Promise<FlushReport>;
  readonly onFlush: (report: FlushReport) => void;
  readonly logger: Logger;
  readonly limits: GroupCommitLimits;
}

/**
 * Gathers results from many callers into few transactions, one at a time. What could not be written stays, in order, and
 * is tried again with growing pauses; beyond the bound the oldest batches are given up and their callers told so.
 */
export class GroupCommit {
  readonly #deps: GroupCommitDeps;
  #waiting: Batch[] = [];
  #rows = 0;
  #inFlight: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #error: Error | null = null;
  #lost = 0;
  #lostSinceFailure = 0;
  #closing = false;
  #closed = false;

  constructor(deps: GroupCommitDeps) {
    this.#deps = deps;
  }

  /** Resolves when the flush that holds these results is committed, or when they were given up. */
  add(results: readonly CheckResult[]): Promise<RecordReceipt> {
    if (results.length === 0) return Promise.resolve({ recorded: 0, duplicates: 0, ignored: 0, lost: 0 });
    if (this.#closing) {
      this.#lost += results.length;
      return Promise.resolve(lostReceipt(results));
    }
    return new Promise((resolve) => {
      this.#waiting.push({ results, resolve });
      this.#rows += results.length;
      this.#dropOverflow();
      this.#schedule();
    });
  }

  health(): RecorderHealth {
    return {
      state: this.#error === null ? 'ok' : 'failing',
      error: this.#error,
      buffered: this.#rows,
      lost: this.#lost,
    };
  }

  /** Writes what waits, for at most `deadlineMs`; the rest is lost. Takes nothing in any more. */
  async close(deadlineMs: number): Promise<void> {
    this.#closing = true;
    const deadline = performance.now() + deadlineMs;
    while (this.#rows > 0 && performance.now() < deadline) {
      this.#stopTimer();
      this.#inFlight ??= this.#flush();
      const failures = this.#failures;
      await Promise.race([this.#inFlight, pause(deadline - performance.now())]);
      if (this.#failures > failures) await pause(Math.min(this.#deps.limits.retryMs[0], deadline - performance.now()));
    }
    this.#stopTimer();
    this.#closed = true;
    if (this.#waiting.length > 0) this.#giveUp(this.#waiting.splice(0));
  }

  #schedule(): void {
    if (this.#inFlight !== undefined || this.#waiting.length === 0 || this.#closed) return;
    const { limits } = this.#deps;
    if (this.#failures === 0 && this.#rows >= limits.enoughRows) {
      this.#stopTimer();
      this.#inFlight = this.#flush();
      return;
    }
    const [first, longest] = limits.retryMs;
    const wait = this.#failures === 0 ? limits.waitMs : Math.min(longest, first * 2 ** (this.#failures - 1));
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#inFlight ??= this.#flush();
    }, wait);
  }

  async #flush(): Promise<void> {
    const batches = this.#takeBatches();
    try {
      const report = await this.#deps.flush(batches.map(({ results }) => results));
      this.#settle(batches, report);
    } catch (thrown) {
      this.#keep(batches, toError(thrown));
    } finally {
      this.#inFlight = undefined;
    }
    this.#schedule();
  }

  #takeBatches(): Batch[] {
    const { mostRows } = this.#deps.limits;
    let rows = 0;
    let count = 0;
    for (const { results } of this.#waiting) {
      if (count > 0 && rows + results.length > mostRows) break;
      rows += results.length;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #settle(batches: readonly Batch[], report: FlushReport): void {
    for (const [index, { results, resolve }] of batches.entries()) {
      this.#rows -= results.length;
      resolve(report.receipts[index] ?? lostReceipt(results));
    }
    if (this.#error !== null) {
      const after = { tries: this.#failures, lost: this.#lostSinceFailure };
      this.#deps.logger.info(after, 'history is written again');
    }
    this.#failures = 0;
    this.#lostSinceFailure = 0;
    this.#error = null;
    this.#deps.onFlush(report);
  }

  #keep(batches: readonly Batch[], error: Error): void {
    this.#waiting.unshift(...batches);
    const isNews = this.#error?.message !== error.message;
    this.#failures += 1;
    this.#error = error;
    if (isNews) {
      this.#deps.logger.error({ err: error, buffered: this.#rows }, 'history cannot be written; trying again');
    }
    if (this.#closed) this.#giveUp(this.#waiting.splice(0));
    else this.#dropOverflow();
  }

  #dropOverflow(): void {
    const dropped: Batch[] = [];
    let rows = this.#rows;
    while (rows > this.#deps.limits.bufferRows) {
      const oldest = this.#waiting.shift();
      if (oldest === undefined) break;
      dropped.push(oldest);
      rows -= oldest.results.length;
    }
    if (dropped.length > 0) this.#giveUp(dropped);
  }

  #giveUp(batches: readonly Batch[]): void {
    const rows = batches.reduce((sum, { results }) => sum + results.length, 0);
    if (this.#lostSinceFailure === 0) {
      this.#deps.logger.error({ rows }, 'results are being lost: the database cannot be written');
    }
    this.#rows -= rows;
    this.#lost += rows;
    this.#lostSinceFailure += rows;
    for (const { results, resolve } of batches) resolve(lostReceipt(results));
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function lostReceipt(results: readonly CheckResult[]): RecordReceipt {
  return { recorded: 0, duplicates: 0, ignored: 0, lost: results.length };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, milliseconds));
  });
}
