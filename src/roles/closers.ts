import type { Logger } from 'pino';
import { toError } from '../core/errors.ts';

/** Everything that was opened, closed in reverse. A part that fails to close is logged and does not keep the others open. */
export class Closers {
  readonly #logger: Logger;
  readonly #open: { readonly what: string; readonly close: () => Promise<void> | void }[] = [];
  #closing: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  push(what: string, close: () => Promise<void> | void): void {
    this.#open.push({ what, close });
  }

  /** Closes all; calling it again waits for the same end. */
  closeAll(): Promise<void> {
    this.#closing ??= this.#closeInReverse();
    return this.#closing;
  }

  async #closeInReverse(): Promise<void> {
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      const started = performance.now();
      try {
        await next.close();
      } catch (thrown) {
        this.#logger.error({ err: toError(thrown) }, `${next.what} did not close cleanly`);
      }
      this.#logger.debug({ ms: Math.round(performance.now() - started) }, `closed: ${next.what}`);
    }
  }
}
