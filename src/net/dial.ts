import net from 'node:net';
import tls from 'node:tls';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import { classifyAddress, refusalOf, worst, type AddressClass } from './address-guard.ts';
import { certificateFailure } from './certificate.ts';
import type { Deadline } from './deadline.ts';
import { failure, failureOf, timeoutFailure, type Failure } from './failure.ts';
import type { Network } from './network.ts';
import type { PhaseTimer } from './phase-timer.ts';
import type { Lookup, ResolvedAddress } from './resolver.ts';

/** Whom to connect to. */
export interface DialTarget {
  /** A name or a literal address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The class of the address that a redirect came from, else `null`. */
  readonly from: AddressClass | null;
}

/** What one probe's dials share. */
export interface DialContext {
  readonly network: Network;
  readonly deadline: Deadline;
  readonly phases: PhaseTimer;
}

/** At most so many addresses of a name are tried. */
const MOST_ATTEMPTS = 6;
/** No address is given up sooner than this while others wait. */
const SHORTEST_ATTEMPT: Milliseconds = 250;

/**
 * One connection on its way: resolves the name, vets every address, dials the vetted ones in turn, shakes hands. Calls
 * `done` once, with a connected socket or with why there is none. The socket belongs to the dial until then: `abandon`
 * destroys it in any phase. The dial does not watch the deadline, its owner does.
 */
export class Dial {
  readonly #target: DialTarget;
  readonly #context: DialContext;
  readonly #done: (result: net.Socket | Failure) => void;
  #lookup: Lookup | null = null;
  #untried: readonly ResolvedAddress[] = [];
  #socket: net.Socket | null = null;
  #attemptTimer: NodeJS.Timeout | undefined;
  #over = false;
  /** The address dialled last, `192.0.2.1:443`; `null` when none was. */
  address: string | null = null;
  /** The class of the addresses the name stands for: the worst of them. */
  addressClass: AddressClass | null = null;

  constructor(target: DialTarget, context: DialContext, done: (result: net.Socket | Failure) => void) {
    this.#target = target;
    this.#context = context;
    this.#done = done;
  }

  start(): void {
    const { host, tls } = this.#target;
    // Made before the phases run: the first one takes longer than a handshake.
    if (tls) this.#context.network.secureContext();
    const family = net.isIP(host);
    if (family !== 0) {
      this.#vet([{ address: host, family }]);
      return;
    }
    this.#context.phases.enter('dns');
    this.#lookup = this.#context.network.resolver.resolve(host);
    this.#lookup.addresses.then(
      (addresses) => this.#vet(addresses),
      (thrown: unknown) => this.#fail(this.#lookupFailure(toError(thrown))),
    );
  }

  /**
   * Gives the connection up and destroys its socket, connected or not, with an error for whoever still listens to it;
   * `done` will not be called any more.
   */
  abandon(why?: Error): void {
    this.#over = true;
    clearTimeout(this.#attemptTimer);
    this.#socket?.destroy(why);
  }

  /** What it means that the deadline passed now: a name server of ours that is away is not the target's fault. */
  timeoutFailure(): Failure {
    const phase = this.#context.phases.current ?? 'connect';
    if (phase === 'dns' && this.#lookup?.lookupsWork === false) return failure('dns_unavailable', 'no answer');
    return timeoutFailure(phase, this.#context.deadline.timeout);
  }

  #lookupFailure(error: Error): Failure {
    const found = failureOf(error, 'dns');
    const ours = found.reason === 'dns_failure' && this.#lookup?.lookupsWork === false;
    return ours ? failure('dns_unavailable', 'EAI_AGAIN') : found;
  }

  #vet(addresses: readonly ResolvedAddress[]): void {
    if (this.#over) return;
    if (addresses.length === 0) return this.#fail(failure('dns_no_address'));
    for (const { address } of addresses) {
      const refusal = refusalOf(address, this.#context.network.policy, this.#target.from);
      if (refusal !== null) return this.#fail(failure('blocked', refusal));
    }
    this.addressClass = worst(addresses.map(({ address }) => classifyAddress(address)));
    this.#untried = addresses.slice(0, MOST_ATTEMPTS);
    this.#context.phases.enter('connect');
    this.#connectNext();
  }

  #connectNext(): void {
    const [next, ...others] = this.#untried;
    if (next === undefined) return;
    this.#untried = others;
    const { port } = this.#target;
    this.address = next.family === 6 ? `[${next.address}]:${port}` : `${next.address}:${port}`;
    const socket = this.#target.tls ? this.#openTls(next.address) : this.#openPlain(next.address);
    this.#socket = socket;
    if (others.length > 0) this.#limitAttempt(socket, others.length);
  }

  #openPlain(address: string): net.Socket {
    const socket = net.connect({ host: address, port: this.#target.port });
    socket.on('error', (error) => this.#socketFailed(socket, error));
    socket.on('connect', () => this.#succeed(socket));
    return socket;
  }

  #openTls(address: string): tls.TLSSocket {
    const { host, port } = this.#target;
    const socket = tls.connect({
      host: address,
      port,
      secureContext: this.#context.network.secureContext(),
      // RFC 6066 3: no literal addresses and no dot at the end.
      servername: address === host ? '' : host.replace(/\.$/, ''),
      ALPNProtocols: ['http/1.1'],
      // The handshake is always finished, so that a bad certificate can be read; certificateFailure judges it.
      rejectUnauthorized: false,
    });
    socket.on('error', (error) => this.#socketFailed(socket, error));
    socket.on('connect', () => this.#shakeHands());
    socket.on('secureConnect', () => {
      const bad = certificateFailure(socket, host, this.#context.network.clock.now());
      if (bad === null) this.#succeed(socket);
      else this.#fail(bad);
    });
    return socket;
  }

  #shakeHands(): void {
    clearTimeout(this.#attemptTimer);
    this.#context.phases.enter('tls');
  }

  /** While other addresses wait, one that swallows everything may only take its share of what time is left. */
  #limitAttempt(socket: net.Socket, others: number): void {
    const share = Math.max(SHORTEST_ATTEMPT, Math.floor(this.#context.deadline.remaining() / (others + 1)));
    this.#attemptTimer = setTimeout(() => {
      socket.destroy();
      this.#connectNext();
    }, share);
  }

  #socketFailed(socket: net.Socket, error: Error): void {
    if (this.#over || socket !== this.#socket) return;
    clearTimeout(this.#attemptTimer);
    const phase = this.#context.phases.current ?? 'connect';
    if (phase === 'connect' && this.#untried.length > 0) {
      socket.destroy();
      this.#connectNext();
      return;
    }
    this.#fail(failureOf(error, phase));
  }

  #succeed(socket: net.Socket): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#attemptTimer);
    this.#done(socket);
  }

  #fail(why: Failure): void {
    if (this.#over) return;
    this.abandon();
    this.#done(why);
  }
}
