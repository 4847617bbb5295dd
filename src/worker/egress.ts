import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import type { ProbedMonitor } from '../core/monitor/monitor.ts';
import { endpointText, type Endpoint } from '../core/monitor/network.ts';
import type { Outcome } from '../core/outcome.ts';
import { blameOf, type Reason } from '../core/reasons.ts';
import { failure } from '../net/failure.ts';
import { MassFailure, type MassFailureLimit } from './mass-failure.ts';
import { dialledHost, endpointOf, placeOf, type Place } from './place.ts';

/** How long an asking may take, and how long before a check began it may have begun to say something of that check. */
const ASK_WITHIN_MS: Milliseconds = 3000;
const FRESH_MS: Milliseconds = 1000;
/** The same where much depends on it: many fail at once, or the check is there to confirm. */
const VERY_FRESH_MS: Milliseconds = 200;
/** References that are not known to answer are tried so often. */
const TRY_AGAIN_MS: Milliseconds = 60_000;
/** So many targets of the own network that were reached last are asked whether that network works. */
const MOST_NEIGHBOURS = 3;
/** Places of so many hosts are remembered. */
const MOST_PLACES = 1000;

/** Failures that may as well be ours: nothing was heard of the target, or the connection broke. */
const OF_NETWORK: ReadonlySet<Reason> = new Set<Reason>([
  'timeout_dns',
  'timeout_connect',
  'timeout_tls',
  'timeout_wait',
  'timeout_body',
  'dns_nxdomain',
  'dns_no_address',
  'dns_failure',
  'dns_unavailable',
  'conn_refused',
  'conn_reset',
  'conn_closed',
  'body_truncated',
  'host_unreachable',
  'network_unreachable',
  'ping_no_answer',
  'ping_loss',
]);
/** Of these somebody there has to be who answers. In the own network nobody stands between that does it in his place. */
const ANSWERED: ReadonlySet<Reason> = new Set<Reason>(['conn_refused', 'conn_reset', 'conn_closed', 'body_truncated']);

export interface EgressSettings {
  /** Endpoints of several operators that nearly always answer; one that does shows that we are not cut off. `null` asks nobody. */
  readonly references: readonly Endpoint[] | null;
  /** When so much fails that an answer from before is not relied on; `null` never looks. */
  readonly mass_failure: MassFailureLimit | null;
}

export interface EgressDeps {
  /** Whether at least one of these takes a connection within the time. */
  readonly knock: (endpoints: readonly Endpoint[], within: Milliseconds) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the host of a target is; by its address when left out. */
  readonly placeOf?: (host: string) => Place;
}

/** A check that was made. */
export interface MadeCheck {
  readonly monitor: ProbedMonitor;
  readonly outcome: Outcome;
  /** When it began, monotonic, ms. */
  readonly began: Milliseconds;
  /** Whether it is there to confirm. */
  readonly confirms: boolean;
}

/** What one asking found. */
interface Reading {
  /** When it began, monotonic, ms. */
  readonly began: Milliseconds;
  readonly outside: boolean;
  /** Whether the own network works; `false` also where nobody could be asked. */
  readonly inside: boolean;
}

/**
 * Tells failures of targets from our own: when nothing is heard of a target, references are asked, and if none of them
 * answers, we are cut off and know nothing of the target. References count only once one was reached: a network without
 * a way out is no reason to call everything unknown.
 */
export class Egress {
  readonly #deps: EgressDeps;
  readonly #mass = new MassFailure();
  readonly #places = new Map<string, Place>();
  #settings: EgressSettings;
  /** Whether references are known to answer while the network works. */
  #trusted = false;
  #told = false;
  #last: Reading | undefined;
  #asking: Promise<Reading> | undefined;
  /** When a check that heard of its target was through, monotonic, ms. */
  readonly #heard: Record<Place, Milliseconds> = { here: -Infinity, inside: -Infinity, outside: -Infinity };
  /** Addresses of the own network where a connection was made last, the oldest first. */
  #neighbours: readonly string[] = [];

  constructor(deps: EgressDeps, settings: EgressSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  configure(settings: EgressSettings): void {
    if (JSON.stringify(settings.references) !== JSON.stringify(this.#settings.references)) {
      this.#trusted = false;
      this.#told = false;
      this.#last = undefined;
    }
    this.#settings = settings;
  }

  /** The outcome as it is to be kept: as it was, or `unknown` because we ourselves are cut off. */
  async judge({ monitor, outcome, began, confirms }: MadeCheck): Promise<Outcome> {
    const { references, mass_failure } = this.#settings;
    if (references === null || references.length === 0) return outcome;
    const place = this.#placeOf(dialledHost(monitor, outcome));
    if (place === 'here') return outcome;
    const now = this.#deps.clock.monotonic();
    const { reason } = outcome;
    const failed = outcome.status !== 'degraded' && reason !== null && OF_NETWORK.has(reason);
    this.#mass.note(now, failed);
    if (!failed) {
      if (reason === null || blameOf(reason) === 'target') this.#hear(place, outcome, now);
      return outcome;
    }
    if (place === 'inside' && ANSWERED.has(reason)) return outcome;
    if (!this.#trusted && this.#last !== undefined) {
      if (this.#isTimeToTry(now)) void this.#ask(now);
      return outcome;
    }
    const isGrave = confirms || (mass_failure !== null && this.#mass.isOver(mass_failure, now));
    const reading = await this.#ask(began - (isGrave ? VERY_FRESH_MS : FRESH_MS));
    if (!this.#isCutOff(place, reading)) return outcome;
    const { message } = failure('cut_off', `no reference answers; ${reason}`);
    return { ...outcome, status: 'unknown', reason: 'cut_off', message };
  }

  #isCutOff(place: Place, { began, outside, inside }: Reading): boolean {
    if (outside) return false;
    if (!this.#trusted) {
      this.#warn('failures cannot be told from being cut off: no reference was ever reached');
      return false;
    }
    if (this.#heard.outside > began) return false;
    return place === 'outside' || !(inside || this.#heard.inside > began);
  }

  /** A target was heard of, be it that it fails: the network works as far as there. */
  #hear(place: Place, { address }: Outcome, now: Milliseconds): void {
    this.#heard[place] = now;
    if (place === 'inside' && address !== null) this.#remember(address);
    const last = this.#last;
    if (this.#asking !== undefined) return;
    if (!this.#trusted) {
      if (this.#isTimeToTry(now)) void this.#ask(now);
    } else if (place === 'outside' && last?.outside === false) {
      void this.#doubt(now);
    }
  }

  #isTimeToTry(now: Milliseconds): boolean {
    return this.#last === undefined || now - this.#last.began >= TRY_AGAIN_MS;
  }

  /** A target of the world was heard of after no reference was: if they still do not answer, they say nothing until they do. */
  async #doubt(now: Milliseconds): Promise<void> {
    if ((await this.#ask(now)).outside || !this.#trusted) return;
    this.#trusted = false;
    this.#warn('references do not answer while targets do: failures cannot be told from being cut off');
  }

  /** What an asking found that did not begin before this moment of the monotonic clock. */
  async #ask(notBefore: Milliseconds): Promise<Reading> {
    let reading = this.#last;
    while (reading === undefined || reading.began < notBefore) {
      this.#asking ??= this.#knock().finally(() => {
        this.#asking = undefined;
      });
      reading = await this.#asking;
    }
    return reading;
  }

  async #knock(): Promise<Reading> {
    const { clock, knock } = this.#deps;
    const { references } = this.#settings;
    const began = clock.monotonic();
    const neighbours = this.#neighbours.flatMap((address) => endpointOf(address) ?? []);
    const [outside, inside] = await Promise.all([
      knock(references ?? [], ASK_WITHIN_MS),
      neighbours.length > 0 && knock(neighbours, ASK_WITHIN_MS),
    ]);
    const reading = { began, outside, inside };
    if (references === this.#settings.references) {
      this.#last = reading;
      if (outside) this.#trusted = true;
      if (outside) this.#told = false;
    }
    return reading;
  }

  #placeOf(host: string): Place {
    const known = this.#places.get(host);
    if (known !== undefined) return known;
    const place = (this.#deps.placeOf ?? placeOf)(host);
    if (this.#places.size >= MOST_PLACES) this.#places.clear();
    this.#places.set(host, place);
    return place;
  }

  #remember(address: string): void {
    if (this.#neighbours.at(-1) === address) return;
    this.#neighbours = [...this.#neighbours.filter((known) => known !== address), address].slice(-MOST_NEIGHBOURS);
  }

  #warn(what: string): void {
    if (this.#told) return;
    this.#told = true;
    const references = (this.#settings.references ?? []).map((reference) => endpointText(reference));
    this.#deps.logger.warn({ references }, `${what}; see network.references`);
  }
}
