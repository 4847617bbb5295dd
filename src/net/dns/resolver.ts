import type { Milliseconds } from '../../core/duration.ts';
import type { IpVersion } from '../../core/monitor/network.ts';
import { blameOf } from '../../core/reasons.ts';
import { failure, type Failure } from '../failure.ts';
import { joined, LookupError, type Lookup, type LookupWish, type ResolvedAddress, type Resolver } from '../resolver.ts';
import { type Asked, Turn } from './turn.ts';
import { answersTo, isAskable, type DnsReply } from './message.ts';

type AddressType = 'A' | 'AAAA';

const TYPES: { readonly [version in IpVersion]: readonly AddressType[] } = {
  4: ['A'],
  6: ['AAAA'],
  any: ['A', 'AAAA'],
};
const USUAL_WISH: LookupWish = { ipVersion: 'any', within: 10_000 };
/** Who waits has a deadline of its own, which speaks first. */
const GRACE: Milliseconds = 100;
/** Once there are addresses of one version, the other version is waited for no longer than this. */
const PATIENCE_WITH_OTHER: Milliseconds = 500;
/** As for look-ups of the system: when to wonder about our own side, and how long that may take to answer. */
const SLOW_LOOKUP: Milliseconds = 500;
const TRIAL_TIMEOUT: Milliseconds = 1000;

/**
 * A resolver that asks name servers by itself: no thread of the pool, neither /etc/hosts nor search domains, nothing kept.
 * Joins a look-up of the same name already under way, which then goes on as long as anybody waits. When servers of our own
 * do not answer it is our fault; those that a monitor names are its own.
 */
export function createDnsResolver(asked: Asked): Resolver {
  const underWay = new Map<string, DnsLookup>();
  const tryLookups = joined(() => doLookupsWork(asked));
  return {
    resolve(name, wish = USUAL_WISH) {
      const key = `${wish.ipVersion} ${name.toLowerCase()}`;
      const running = underWay.get(key);
      if (running !== undefined) {
        running.waitFor(wish.within);
        return running;
      }
      const lookup = new DnsLookup(name, wish, asked, tryLookups);
      underWay.set(key, lookup);
      const forget = (): void => void underWay.delete(key);
      lookup.addresses.then(forget, forget);
      return lookup;
    },
  };
}

class DnsLookup implements Lookup {
  readonly addresses: Promise<readonly ResolvedAddress[]>;
  lookupsWork: boolean | null = null;
  readonly #asked: Asked;
  readonly #tryLookups: () => Promise<boolean>;
  readonly #turns: readonly Turn[];
  #end = 0;
  #endTimer: NodeJS.Timeout | undefined;

  constructor(name: string, wish: LookupWish, asked: Asked, tryLookups: () => Promise<boolean>) {
    this.#asked = asked;
    this.#tryLookups = tryLookups;
    this.#turns = isAskable(name)
      ? TYPES[wish.ipVersion].map((type) => new Turn(asked, { name, type, recursion: true }))
      : [];
    this.waitFor(wish.within);
    this.addresses = this.#run(name);
  }

  /** Somebody waits for so long from now on. */
  waitFor(within: Milliseconds): void {
    const now = this.#asked.network.clock.monotonic();
    this.#end = Math.max(this.#end, now + within + GRACE);
    clearTimeout(this.#endTimer);
    this.#endTimer = setTimeout(() => this.#stop(), this.#end - now);
  }

  async #run(name: string): Promise<readonly ResolvedAddress[]> {
    const slow = this.#asked.ours ? setTimeout(() => void this.#wonder(), SLOW_LOOKUP) : undefined;
    try {
      if (this.#turns.length === 0) throw new LookupError(failure('dns_nxdomain', 'not a name of the DNS'));
      const replies = await this.#replies();
      const found = replies.flatMap(({ turn, result }) => {
        if ('reason' in result) return [];
        const family = turn.type === 'A' ? 4 : 6;
        const answers = answersTo({ name, type: turn.type, recursion: true }, result);
        return answers.map(({ text }) => ({ address: text, family }));
      });
      if (found.length > 0) return found;
      for (const { turn, result } of replies) await this.#refuse(turn, result);
      return [];
    } finally {
      clearTimeout(slow);
      this.#stop();
    }
  }

  /** What came for each version. When one has addresses and the other does not come, the first must do. */
  async #replies(): Promise<readonly { readonly turn: Turn; readonly result: DnsReply | Failure }[]> {
    const waiting = this.#turns.map(async (turn) => ({ turn, result: await turn.result }));
    const timers: NodeJS.Timeout[] = [];
    for (const reply of waiting) {
      void reply.then(({ turn, result }) => {
        if ('reason' in result || result.records.every(({ type }) => type !== turn.type)) return;
        timers.push(setTimeout(() => this.#stop(), PATIENCE_WITH_OTHER));
      });
    }
    const replies = await Promise.all(waiting);
    timers.forEach((timer) => clearTimeout(timer));
    return replies;
  }

  /** Throws what an answer without addresses means; returns when it means just that. */
  async #refuse({ server }: Turn, result: DnsReply | Failure): Promise<void> {
    const { ours } = this.#asked;
    if (!('reason' in result)) {
      if (result.rcode === 'NOERROR') return;
      if (result.rcode === 'NXDOMAIN') throw new LookupError(failure('dns_nxdomain'));
      // Either the zone of the name is broken, or a server of ours that can ask nobody.
      if (ours) await this.#wonder();
      throw new LookupError(failure('dns_failure', `${result.rcode} from ${server}`));
    }
    const { reason, message } = result;
    if (reason.startsWith('timeout_')) throw new LookupError(failure('timeout_dns', `no answer from ${server}`));
    if (blameOf(reason) === 'self') throw new LookupError(result);
    throw new LookupError(failure(ours ? 'dns_unavailable' : 'dns_failure', `${server}: ${message}`));
  }

  async #wonder(): Promise<void> {
    this.lookupsWork ??= await this.#tryLookups();
  }

  #stop(): void {
    clearTimeout(this.#endTimer);
    for (const turn of this.#turns) turn.stop();
  }
}

/** Whether any of our servers answers for the root zone, be it that it has none. */
async function doLookupsWork(asked: Asked): Promise<boolean> {
  const turn = new Turn(asked, { name: '.', type: 'NS', recursion: true });
  const timer = setTimeout(() => turn.stop(), TRIAL_TIMEOUT);
  const result = await turn.result;
  clearTimeout(timer);
  return !('reason' in result) && (result.rcode === 'NOERROR' || result.rcode === 'NXDOMAIN');
}
