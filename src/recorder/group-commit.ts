import type { Logger } from 'pino';
import { toError } from '../core/errors.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { PushWrite } from '../core/push-report.ts';
import type { FlushReport, FlushRequest, RecordReceipt } from './flush.ts';

/** How results are gathered into transactions. */
export interface GroupCommitLimits {
  /** How long the first result waits for company, ms. */
  readonly waitMs: number;
  /** How long a result waits that may decide something, ms. */
  readonly urgentWaitMs: number;
  /**
   * How long it waits when much came meanwhile, ms: each transaction writes whole pages, so with 200 results a second one
   * each two seconds writes a quarter less than one each second, which writes a third of what five do.
   */
  readonly busyWaitMs: number;
  /** So many results by then are much. */
  readonly busyRows: number;
  /** So many callers are not kept waiting, however few results they have: they may be all there are. */
  readonly enoughCalls: number;
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
  urgentWaitMs: 30,
  busyWaitMs: 2000,
  busyRows: 20,
  enoughCalls: 100,
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
  readonly push: PushWrite | undefined;
  readonly isUrgent: boolean;
  /** What it counts for in the bounds, rows. */
  readonly rows: number;
  readonly resolve: (receipt: RecordReceipt) => void;
}

/** What it works with. */
export interface GroupCommitDeps {
  readonly flush: (request: Omit<FlushRequest, 'now'>) => Promise<FlushReport>;
  readonly onFlush: (report: FlushReport) => void;
  /** Whether results should not wait for company. */
  readonly isUrgent: (results: readonly CheckResult[]) => boolean;
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
  /** What the timer runs for. */
  #waitFor: 'company' | 'more' | 'urgent' | undefined;
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
  add(results: readonly CheckResult[], push?: PushWrite): Promise<RecordReceipt> {
    const isEmpty = results.length === 0 && push === undefined;
    if (isEmpty) return Promise.resolve({ recorded: 0, duplicates: 0, ignored: 0, lost: 0 });
    if (this.#closing) {
      const receipt = lostReceipt(results, push);
      this.#lost += receipt.lost;
      return Promise.resolve(receipt);
    }
    const isUrgent = this.#deps.isUrgent(results);
    return new Promise((resolve) => {
      const rows = results.length + rowsOf(push);
      this.#waiting.push({ results, push, isUrgent, rows, resolve });
      this.#rows += rows;
      // Someone waits for the answer to a report.
      const isTooLong = (push !== undefined && this.#waitFor === 'more') || (isUrgent && this.#waitFor !== 'urgent');
      if (isTooLong && this.#failures === 0) this.#stopTimer();
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
    if (this.#failures === 0 && this.#isEnough()) {
      this.#stopTimer();
      this.#inFlight = this.#flush();
      return;
    }
    if (this.#timer !== undefined) return;
    const [first, longest] = limits.retryMs;
    const isUrgent = this.#waiting.some((batch) => batch.isUrgent);
    this.#waitFor = isUrgent ? 'urgent' : 'company';
    const usual = isUrgent ? Math.min(limits.urgentWaitMs, limits.waitMs) : limits.waitMs;
    const wait = this.#failures === 0 ? usual : Math.min(longest, first * 2 ** (this.#failures - 1));
    this.#timer = setTimeout(() => this.#afterWait(), wait);
  }

  #isEnough(): boolean {
    const { enoughRows, enoughCalls } = this.#deps.limits;
    return this.#rows >= enoughRows || this.#waiting.length >= enoughCalls;
  }

  /** The first result has waited long enough, unless there is so much that it pays to wait for more. */
  #afterWait(): void {
    const { waitMs, busyWaitMs, busyRows } = this.#deps.limits;
    this.#timer = undefined;
    const isUrgent = this.#failures > 0 || this.#waiting.some((batch) => batch.isUrgent || batch.push !== undefined);
    if (isUrgent || this.#rows < busyRows) {
      this.#inFlight ??= this.#flush();
      return;
    }
    this.#waitFor = 'more';
    this.#timer = setTimeout(
      () => {
        this.#stopTimer();
        this.#inFlight ??= this.#flush();
      },
      Math.max(0, busyWaitMs - waitMs),
    );
  }

  async #flush(): Promise<void> {
    const batches = this.#takeBatches();
    try {
      const pushes = batches.flatMap(({ push }) => push ?? []);
      const report = await this.#deps.flush({ batches: batches.map(({ results }) => results), pushes });
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
    for (const batch of this.#waiting) {
      if (count > 0 && rows + batch.rows > mostRows) break;
      rows += batch.rows;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #settle(batches: readonly Batch[], report: FlushReport): void {
    for (const [index, { results, push, rows, resolve }] of batches.entries()) {
      this.#rows -= rows;
      resolve(report.receipts[index] ?? lostReceipt(results, push));
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
      rows -= oldest.rows;
    }
    if (dropped.length > 0) this.#giveUp(dropped);
  }

  #giveUp(batches: readonly Batch[]): void {
    const receipts = batches.map(({ results, push }) => lostReceipt(results, push));
    const lost = receipts.reduce((sum, receipt) => sum + receipt.lost, 0);
    if (this.#lostSinceFailure === 0 && lost > 0) {
      this.#deps.logger.error({ rows: lost }, 'results are being lost: the database cannot be written');
    }
    this.#rows -= batches.reduce((sum, { rows }) => sum + rows, 0);
    this.#lost += lost;
    this.#lostSinceFailure += lost;
    for (const { results, push, resolve } of batches) resolve(lostReceipt(results, push));
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waitFor = undefined;
  }
}

function lostReceipt(results: readonly CheckResult[], push: PushWrite | undefined): RecordReceipt {
  return { recorded: 0, duplicates: 0, ignored: 0, lost: results.length + (push?.reports.length ?? 0) };
}

/** Characters of a report's text that weigh as much as a result. */
const TEXT_OF_A_ROW = 500;

/** What comes along counts by its size, so that the bound on rows bounds memory too. */
function rowsOf(push: PushWrite | undefined): number {
  if (push === undefined) return 0;
  const texts = push.reports.reduce((sum, { text }) => sum + text.length, 0);
  return 1 + push.states.length + push.reports.length + Math.ceil(texts / TEXT_OF_A_ROW);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, milliseconds));
  });
}
