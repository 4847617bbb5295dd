import dns from 'node:dns';
import { closeSync, openSync } from 'node:fs';
import type { Milliseconds } from '../core/duration.ts';
import { errorCode, toError } from '../core/errors.ts';
import type { IpVersion } from '../core/monitor/network.ts';
import type { Failure } from './failure.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** One look-up under way. */
export interface Lookup {
  /**
   * The addresses in the order of the system; rejects with the error of getaddrinfo, or a {@link LookupError}. Settles
   * once, maybe very late.
   */
  readonly addresses: Promise<readonly ResolvedAddress[]>;
  /**
   * Whether look-ups of ours work at all: `false` when it was tried and they did not, `null` when nobody tried. Tells a
   * target whose name is broken from a name server of ours that is away and from threads that are all taken.
   */
  readonly lookupsWork: boolean | null;
}

/** What is known of whoever waits for a look-up. */
export interface LookupWish {
  /** Addresses of the other version need not be asked for. */
  readonly ipVersion: IpVersion;
  /** How long the answer is of use. */
  readonly within: Milliseconds;
}

/** Turns names into addresses. Answers are never kept: every check sees what the name means now. */
export interface Resolver {
  resolve(name: string, wish?: LookupWish): Lookup;
}

/** A look-up that failed for a reason that is known already. */
export class LookupError extends Error {
  override readonly name = 'LookupError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export interface ResolverOptions {
  /** getaddrinfo, which reads /etc/hosts and nsswitch.conf as every program of the machine does. */
  readonly lookup?: (name: string) => Promise<readonly ResolvedAddress[]>;
  /** Looks up what must be known, in both ways; whether there were answers. */
  readonly tryLookups?: () => Promise<boolean>;
}

/** After how long a look-up is slow enough to wonder about our own side, and how long that may take to answer. */
const SLOW_LOOKUP: Milliseconds = 500;
const TRIAL_TIMEOUT: Milliseconds = 1000;

/**
 * A resolver that joins a look-up of the same name already under way, so that a hanging name costs one thread of the
 * pool and not one per check. The size of the pool (UV_THREADPOOL_SIZE) is the caller's matter.
 */
export function createResolver(options: ResolverOptions = {}): Resolver {
  const underWay = new Map<string, SystemLookup>();
  const steps = { lookup: options.lookup ?? systemLookup, tryLookups: joined(options.tryLookups ?? lookupsWork) };
  return {
    resolve(name) {
      const running = underWay.get(name);
      if (running !== undefined) return running;
      const lookup = new SystemLookup(name, steps, () => underWay.delete(name));
      underWay.set(name, lookup);
      return lookup;
    },
  };
}

class SystemLookup implements Lookup {
  readonly addresses: Promise<readonly ResolvedAddress[]>;
  lookupsWork: boolean | null = null;

  constructor(name: string, steps: Required<ResolverOptions>, done: () => void) {
    const ask = async (): Promise<void> => {
      this.lookupsWork ??= await steps.tryLookups();
    };
    const slow = setTimeout(() => void ask(), SLOW_LOOKUP).unref();
    this.addresses = run();

    async function run(): Promise<readonly ResolvedAddress[]> {
      try {
        return await steps.lookup(name);
      } catch (thrown) {
        const shortage = shortageOfDescriptors();
        if (shortage !== null) throw shortage;
        // getaddrinfo says the same whether the zone is broken (SERVFAIL) or no name server can be reached.
        if (errorCode(thrown) === 'EAI_AGAIN') await ask();
        throw thrown;
      } finally {
        clearTimeout(slow);
        done();
      }
    }
  }
}

function systemLookup(name: string): Promise<readonly ResolvedAddress[]> {
  return new Promise((resolve, reject) => {
    dns.lookup(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
}

/** Joins calls made while one is under way. */
export function joined(work: () => Promise<boolean>): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function lookupsWork(): Promise<boolean> {
  const [answers, free] = await Promise.all([askForRoot(), isThreadFree()]);
  return answers && free;
}

/**
 * Whether getaddrinfo gets a thread of the pool. libuv lets look-ups have half of it, two by default, so two names that
 * hang keep all others waiting, and none of these is to blame.
 */
export function isThreadFree(): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), TRIAL_TIMEOUT).unref();
    dns.lookup('localhost', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Whether the name server answers for the root zone, be it that it has none; SERVFAIL, REFUSED and silence are no answer. */
function askForRoot(): Promise<boolean> {
  return new Promise((resolve) => {
    const resolver = new dns.Resolver({ timeout: TRIAL_TIMEOUT, tries: 1 });
    resolver.resolveNs('.', (error) => {
      resolve(error === null || error.code === dns.NOTFOUND || error.code === dns.NODATA);
    });
  });
}

/** Without descriptors getaddrinfo fails as if the name did not exist; only trying tells. */
function shortageOfDescriptors(): Error | null {
  try {
    closeSync(openSync(process.execPath, 'r'));
    return null;
  } catch (thrown) {
    const code = errorCode(thrown);
    return code === 'EMFILE' || code === 'ENFILE' ? toError(thrown) : null;
  }
}
