import { write } from 'node:fs';
import { errorCode } from '../core/errors.ts';

/** So much may wait to be written before writers are asked to wait. */
const MOST_WAITING_CHARACTERS = 65_536;
/** How long lines are gathered before they are written together, ms: one at a time, each would cost a turn of a thread. */
const GATHER_MS = 10;
/** How long to wait before a descriptor that takes nothing is tried again, ms. */
const FULL_RETRY_MS = 10;

/**
 * Writes text to a descriptor without ever blocking the event loop. process.stdout does block on a pipe whose reader is
 * slow, and while it does, every check under way would run into its timeout.
 */
export class LineWriter {
  readonly #descriptor: number;
  #waiting = '';
  #gathering: NodeJS.Timeout | undefined;
  #writing: Promise<void> | null = null;
  #fault: Error | null = null;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Why nothing can be written any more: the reader went away (EPIPE), the disk is full. `null` while all is well. */
  get fault(): Error | null {
    return this.#fault;
  }

  /** Takes a text; `null` while little waits, else resolves when what waits has been written. */
  write(text: string): Promise<void> | null {
    if (this.#fault !== null || text === '') return null;
    this.#waiting += text;
    if (this.#waiting.length >= MOST_WAITING_CHARACTERS) return this.flush();
    if (this.#writing === null) this.#gathering ??= setTimeout(() => void this.flush(), GATHER_MS);
    return null;
  }

  /** Resolves when everything has been written, or cannot be. */
  flush(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#writing ??= this.#drain();
    return this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#waiting !== '' && this.#fault === null) {
      const bytes = Buffer.from(this.#waiting);
      this.#waiting = '';
      await this.#writeAll(bytes);
    }
    this.#writing = null;
  }

  async #writeAll(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length && this.#fault === null) {
      try {
        written += await writeSome(this.#descriptor, bytes.subarray(written));
      } catch (thrown) {
        // A descriptor shared with another program may have been set not to block.
        if (errorCode(thrown) === 'EAGAIN') await new Promise((resolve) => setTimeout(resolve, FULL_RETRY_MS));
        else this.#fault = thrown as Error;
      }
    }
  }
}

function writeSome(descriptor: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}
