import type { Logger } from 'pino';
import type { DeliveryReport } from '../core/notify/message.ts';
import type { FailureWatch } from './failure-watch.ts';

const RETRY_MS = 1000;

/**
 * Writes down what became of attempts, many at once, and goes on trying while the database cannot be written: what is not
 * written down would be sent again.
 */
export class Settling {
  readonly #settle: (reports: readonly DeliveryReport[]) => Promise<void>;
  readonly #watch: FailureWatch;
  readonly #logger: Logger;
  #waiting: { readonly report: DeliveryReport; readonly done: () => void }[] = [];
  #running = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(settle: (reports: readonly DeliveryReport[]) => Promise<void>, watch: FailureWatch, logger: Logger) {
    this.#settle = settle;
    this.#watch = watch;
    this.#logger = logger;
  }

  /** Resolves when the report is committed. Never rejects. */
  add(report: DeliveryReport): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ report, done });
      void this.#run();
    });
  }

  /** Gives up what could not be written. */
  close(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const left = this.#waiting.length;
    if (left > 0) this.#logger.warn({ messages: left }, 'messages that were sent are sent again after the next start');
    for (const { done } of this.#waiting) done();
    this.#waiting = [];
  }

  async #run(): Promise<void> {
    if (this.#running || this.#retry !== undefined) return;
    this.#running = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      this.#watch.begin();
      try {
        await this.#settle(batch.map(({ report }) => report));
      } catch (thrown) {
        this.#waiting = [...batch, ...this.#waiting];
        this.#watch.failed(thrown);
        this.#retry = setTimeout(() => {
          this.#retry = undefined;
          void this.#run();
        }, RETRY_MS);
        break;
      }
      this.#watch.worked();
      for (const { done } of batch) done();
    }
    this.#running = false;
  }
}
