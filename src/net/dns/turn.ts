import type { Milliseconds } from '../../core/duration.ts';
import type { RecordType } from '../../core/monitor/dns.ts';
import { type Endpoint, endpointText } from '../../core/monitor/network.ts';
import { Deadline } from '../deadline.ts';
import { failure, type Failure } from '../failure.ts';
import type { Network } from '../network.ts';
import { PhaseTimer } from '../phase-timer.ts';
import { askServer } from './ask.ts';
import type { DnsQuestion, DnsReply } from './message.ts';
import { towardsOwnServer } from './own-servers.ts';

/** The next server is asked when one has been silent for so long; the silent one may still answer. */
const STAGGER: Milliseconds = 1000;
/** Whoever asks sets an end earlier. */
const LONGEST: Milliseconds = 60_000;

/** Who is asked. */
export interface Asked {
  readonly servers: readonly Endpoint[];
  readonly network: Network;
  /** Servers of our own are asked wherever they lie; the addresses of others are vetted. */
  readonly ours: boolean;
}

/**
 * One question to several name servers: to the first one, to the next when that one fails or is silent, and so on. Nothing
 * is kept open after the result.
 */
export class Turn<T extends RecordType = RecordType> {
  readonly type: T;
  /** The first answer that is of use, or what came of the last server. Settles soon after {@link stop}, at the latest. */
  readonly result: Promise<DnsReply | Failure>;
  /** The server asked last, for people. */
  server = 'no server';
  readonly #asked: Asked;
  readonly #question: DnsQuestion;
  #resolve: (result: DnsReply | Failure) => void = ignore;
  #untried: readonly Endpoint[];
  readonly #underWay = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(asked: Asked, question: DnsQuestion & { readonly type: T }) {
    this.type = question.type;
    this.#asked = asked;
    this.#question = question;
    this.#untried = asked.servers;
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#askNext();
  }

  /** Gives up what is under way. */
  stop(): void {
    if (!this.#over) this.#settle(failure('timeout_wait'));
  }

  #askNext(): void {
    clearTimeout(this.#timer);
    const [next, ...others] = this.#untried;
    if (next === undefined) return;
    this.#untried = others;
    this.server = endpointText(next, 53);
    if (others.length > 0) this.#timer = setTimeout(() => this.#askNext(), STAGGER);
    void this.#ask(next);
  }

  async #ask(server: Endpoint): Promise<void> {
    const { ours } = this.#asked;
    const network = ours ? towardsOwnServer(this.#asked.network, server) : this.#asked.network;
    const { clock } = network;
    const deadline = new Deadline(clock, LONGEST);
    this.#underWay.add(deadline);
    const request = { ...this.#question, server, transport: 'udp', ipVersion: 'any' } as const;
    const { result } = await askServer(request, { network, deadline, phases: new PhaseTimer(clock) });
    deadline.clear();
    this.#underWay.delete(deadline);
    if (this.#over) return;
    if (isOfUse(result)) return this.#settle(result);
    if (this.#untried.length > 0) return this.#askNext();
    if (this.#underWay.size === 0) this.#settle(result);
  }

  #settle(result: DnsReply | Failure): void {
    this.#over = true;
    clearTimeout(this.#timer);
    for (const deadline of this.#underWay) {
      deadline.expire();
      deadline.clear();
    }
    this.#resolve(result);
  }
}

/** A server that cannot find out, or will not, leaves open what the next one says. */
function isOfUse(result: DnsReply | Failure): boolean {
  return !('reason' in result) && (result.rcode === 'NOERROR' || result.rcode === 'NXDOMAIN');
}

function ignore(): void {
  // Until the promise has given its own.
}
