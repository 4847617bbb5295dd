import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';

/** What fails for so long without end is trouble: a database that is busy for a moment is not. */
const LASTING_MS: Milliseconds = 30_000;
/** The first look after this process stood still comes before the answers that arrived meanwhile. */
const LOOKS_WITHOUT_ANSWER = 2;

/** What is said of failures and of their end, as in `messages cannot be planned` and `messages are planned again`. */
export interface FailureWords {
  readonly failing: string;
  readonly working: string;
}

interface Attempt {
  /** Monotonic, ms. */
  readonly since: number;
  /** Looks at it since it has taken too long. */
  lateLooks: number;
}

/**
 * Watches something that is tried again and again, one attempt at a time. The log hears of the first failure, once more
 * when it has failed for 30 s on end, and of the end of that. An attempt that is not answered for so long is a failure too.
 */
export class FailureWatch {
  readonly #words: FailureWords;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #attempt: Attempt | null = null;
  /** When the first failure after the last success was, monotonic, ms. */
  #failingSince: Milliseconds | null = null;
  #message = '';
  #isLasting = false;

  constructor(words: FailureWords, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#words = words;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** What has failed for 30 s on end, since when and why; empty when nothing has. */
  get trouble(): string {
    if (!this.#isLasting || this.#failingSince === null) return '';
    const seconds = Math.floor((this.#clock.monotonic() - this.#failingSince) / 1000);
    return `${this.#words.failing} since ${seconds} s: ${this.#message}`;
  }

  begin(): void {
    this.#attempt = { since: this.#clock.monotonic(), lateLooks: 0 };
  }

  worked(): void {
    if (this.#isLasting) this.#logger.info(this.#words.working);
    this.#attempt = null;
    this.#failingSince = null;
    this.#isLasting = false;
  }

  failed(thrown: unknown): void {
    const now = this.#clock.monotonic();
    const isFirst = this.#failingSince === null;
    this.#attempt = null;
    this.#failingSince ??= now;
    this.#message = toError(thrown).message;
    // Once is enough to say until it works again.
    this.#logger[isFirst ? 'warn' : 'debug'](`${this.#words.failing}: ${this.#message}`);
    if (now - this.#failingSince >= LASTING_MS) this.#lasts();
  }

  /** To be called about twice a second: whether the attempt under way takes too long. */
  look(): void {
    const attempt = this.#attempt;
    if (attempt === null || this.#clock.monotonic() - attempt.since < LASTING_MS) return;
    attempt.lateLooks += 1;
    if (attempt.lateLooks < LOOKS_WITHOUT_ANSWER) return;
    this.#failingSince ??= attempt.since;
    this.#message = 'no answer';
    this.#lasts();
  }

  #lasts(): void {
    if (this.#isLasting) return;
    this.#isLasting = true;
    this.#logger.error(this.trouble);
  }
}
