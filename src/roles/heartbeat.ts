import type { Logger } from 'pino';
import type { HeartbeatSettings } from '../config/server-section.ts';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import { USUAL_TLS } from '../core/monitor/network.ts';
import { VERSION } from '../core/version.ts';
import { Deadline } from '../net/deadline.ts';
import { exchange, type ExchangeRequest } from '../net/exchange.ts';
import type { Network } from '../net/network.ts';
import { PhaseTimer } from '../net/phase-timer.ts';

/** How long one call may take, and how often at most the log says that calls do not come through. */
const CALL_WITHIN_MS: Milliseconds = 10_000;
const SAY_AGAIN_MS: Milliseconds = 3_600_000;
/** So much of an answer is waited for, bytes. */
const MOST_READ = 4096;

export interface HeartbeatDeps {
  readonly network: Network;
  /** What of Longwatch does not work, in words; empty when all is well. */
  readonly whatIsNotWell: () => Promise<string>;
  readonly logger: Logger;
}

/**
 * A dead man's switch outward: somebody else is called again and again as long as Longwatch is well, and raises the alarm
 * when no call comes. Calls that fail are only logged: what they mean is for the other side to say.
 */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  #settings: HeartbeatSettings | null = null;
  #timer: NodeJS.Timeout | undefined;
  #calling: Promise<void> = Promise.resolve();
  #deadline: Deadline | undefined;
  #started = false;
  /** When the log last said that calls do not come through, monotonic, ms; `null` while they do. */
  #saidAt: Milliseconds | null = null;

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
  }

  /** Takes over where to call and how often, `null` for nobody; another address is called at once. It may hold a secret. */
  configure(settings: HeartbeatSettings | null): void {
    const isNews = settings?.url !== this.#settings?.url || settings?.every !== this.#settings?.every;
    this.#settings = settings;
    if (isNews && this.#started) this.#beat();
  }

  start(): void {
    this.#started = true;
    this.#beat();
  }

  /** Ends a call under way. */
  async close(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    this.#deadline?.expire();
    await this.#calling;
  }

  #beat(): void {
    clearTimeout(this.#timer);
    if (this.#settings === null) return;
    const { url, every } = this.#settings;
    this.#timer = setTimeout(() => this.#beat(), every);
    this.#calling = this.#calling.then(() => this.#callIfWell(url));
  }

  async #callIfWell(url: string): Promise<void> {
    try {
      const trouble = await this.#deps.whatIsNotWell();
      if (!this.#started) return;
      this.#say(trouble === '' ? await this.#call(url) : `it is withheld: ${trouble}`);
    } catch (thrown) {
      this.#say(toError(thrown).message);
    }
  }

  /** Why the call did not come through; empty when it did. */
  async #call(url: string): Promise<string> {
    const { network } = this.#deps;
    const deadline = new Deadline(network.clock, CALL_WITHIN_MS);
    this.#deadline = deadline;
    const phases = new PhaseTimer(network.clock);
    const { failure, statusCode } = await exchange(requestTo(url), { network, deadline, phases });
    deadline.clear();
    if (failure !== null) return failure.message;
    return statusCode !== null && statusCode >= 200 && statusCode < 300 ? '' : `the answer was ${statusCode}`;
  }

  #say(trouble: string): void {
    if (!this.#started) return;
    const { network, logger } = this.#deps;
    const now = network.clock.monotonic();
    if (trouble === '') {
      if (this.#saidAt !== null) logger.info('the heartbeat comes through again');
      this.#saidAt = null;
    } else if (this.#saidAt === null || now - this.#saidAt >= SAY_AGAIN_MS) {
      this.#saidAt = now;
      logger.warn(`the heartbeat does not come through: ${trouble}`);
    }
  }
}

function requestTo(url: string): ExchangeRequest {
  return {
    url: new URL(url),
    method: 'GET',
    headers: ['user-agent', `longwatch/${VERSION} (heartbeat)`, 'accept-encoding', 'identity'],
    body: null,
    from: null,
    ipVersion: 'any',
    resolver: null,
    proxy: null,
    connectTo: null,
    tls: USUAL_TLS,
    httpVersion: '1.1',
    maxBody: MOST_READ,
    keepsBody: false,
    keepsCertificates: false,
    keepsDetails: false,
    endsAtHeaders: () => true,
  };
}
