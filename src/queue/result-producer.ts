import type { Logger } from 'pino';
import type { Milliseconds } from '../core/duration.ts';
import type { CheckResult } from '../core/outcome.ts';
import { toError } from '../core/errors.ts';
import { RESULTS_QUEUE, type ResultsJob } from './payloads.ts';
import type { JobQueue, Transport } from './transport.ts';

/** A batch leaves when it is this old or this large: one job for many results costs a fraction of one for each. */
const BATCH_MS = 20;
const BATCH_SIZE = 200;
const RETRY_MS = 500;
/** Results kept while the queue is away; about 20 MB. The oldest are lost first, and counted. */
const MOST_KEPT = 50_000;

interface Waiting {
  readonly result: CheckResult;
  readonly done: () => void;
}

/** Hands outcomes to the recorder, in batches, and keeps them while the queue cannot be reached. */
export class ResultProducer {
  readonly #queue: JobQueue<ResultsJob>;
  readonly #logger: Logger;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #lost = 0;

  constructor(transport: Transport, logger: Logger) {
    this.#logger = logger;
    this.#queue = transport.queue<ResultsJob>(RESULTS_QUEUE, {
      defaultJobOptions: {
        removeOnComplete: true,
        removeOnFail: true,
        // The recorder itself waits for a locked or full database; this is for a recorder that died with the batch.
        attempts: 100,
        backoff: { type: 'fixed', delay: 1000 },
      },
      streams: { events: { maxLen: 1000 } },
    });
  }

  /** Results given up because the queue was away for too long. */
  get lost(): number {
    return this.#lost;
  }

  /** Resolves when the result is in the queue, or when it had to be given up. Never rejects. */
  push(result: CheckResult): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ result, done: resolve });
      if (this.#waiting.length > MOST_KEPT) this.#giveUpOldest();
      const full = this.#waiting.length >= BATCH_SIZE;
      if (full && this.#sending === undefined && this.#timer === undefined) void this.#send();
      else this.#sendIn(BATCH_MS);
    });
  }

  /** Hands over what is left, for at most `grace` ms. */
  async close(grace: Milliseconds): Promise<void> {
    const deadline = performance.now() + grace;
    while (this.#waiting.length > 0 && performance.now() < deadline) {
      await this.#send();
      if (this.#waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    clearTimeout(this.#timer);
    const left = this.#waiting.length;
    if (left > 0) this.#logger.warn({ results: left }, 'results could not be handed over before the end');
    for (const { done } of this.#waiting) done();
    this.#waiting = [];
    await this.#queue.close();
  }

  #sendIn(delay: Milliseconds): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#send();
    }, delay);
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_SIZE);
      try {
        await this.#queue.add('results', { results: batch.map(({ result }) => result) });
      } catch (thrown) {
        this.#logger.debug({ waiting: this.#waiting.length }, `results wait for the queue: ${toError(thrown).message}`);
        this.#sendIn(RETRY_MS);
        return;
      }
      // Not just the first so many: while the batch was on its way the oldest may have been given up.
      const sent = new Set(batch);
      this.#waiting = this.#waiting.filter((item) => !sent.has(item));
      for (const { done } of batch) done();
    }
  }

  #giveUpOldest(): void {
    this.#waiting.shift()?.done();
    this.#lost += 1;
    if (this.#lost % 1000 === 1) {
      this.#logger.error({ lost: this.#lost }, 'results are lost: the queue has been away for too long');
    }
  }
}
