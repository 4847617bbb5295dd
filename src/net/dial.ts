import net from 'node:net';
import tls from 'node:tls';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import type { Attempt, Certificate } from '../core/evidence.ts';
import { endpointText } from '../core/monitor/network.ts';
import type { Reason } from '../core/reasons.ts';
import { isSameAddress, type AddressClass } from './address-guard.ts';
import { readCertificates } from './certificate.ts';
import { failure, failureOf, timeoutFailure, type Failure } from './failure.ts';
import { literal, lookUp, lookupFailure, lookupTimeout, vet, type NetContext, type Reach } from './reach.ts';
import type { Lookup, ResolvedAddress } from './resolver.ts';
import { compareHostOurselves, handshakeFailure, tlsOptions, type TlsRequest } from './tls.ts';

/** Whom to connect to. */
export interface DialTarget extends Reach {
  readonly port: number;
  /** The handshake that follows the connection; `null` for none. */
  readonly tls: TlsRequest | null;
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
  readonly #context: NetContext;
  readonly #done: (result: net.Socket | Failure) => void;
  #lookup: Lookup | null = null;
  #untried: readonly ResolvedAddress[] = [];
  #socket: net.Socket | null = null;
  #attemptTimer: NodeJS.Timeout | undefined;
  #over = false;
  #attemptBegan = 0;
  readonly #attempts: Attempt[] = [];
  /** The chain the target showed when it is bad; a good one is read by who wants it, for that takes time. */
  badCertificates: readonly Certificate[] = [];
  /** The address dialled last, `192.0.2.1:443`; `null` when none was. */
  address: string | null = null;
  /** The class of the addresses the name stands for: the worst of them. */
  addressClass: AddressClass | null = null;

  constructor(target: DialTarget, context: NetContext, done: (result: net.Socket | Failure) => void) {
    this.#target = target;
    this.#context = context;
    this.#done = done;
  }

  start(): void {
    const { host, tls } = this.#target;
    // Made before the phases run: the first one takes longer than a handshake.
    if (tls !== null) this.#context.network.secureContext(tls.settings);
    const known = literal(host);
    if (known !== undefined) {
      this.#vet(known);
      return;
    }
    this.#context.phases.enter('dns');
    this.#lookup = lookUp(this.#target, this.#context);
    this.#lookup.addresses.then(
      (addresses) => this.#vet(addresses),
      (thrown: unknown) => this.#fail(lookupFailure(toError(thrown), this.#lookup)),
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
    if (phase === 'dns') return lookupTimeout(this.#lookup, this.#context.deadline);
    if (phase === 'connect' && this.address !== null) this.#note('timeout_connect');
    return timeoutFailure(phase, this.#context.deadline.timeout);
  }

  /** Every address that was tried so far, in order. */
  attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  #vet(addresses: readonly ResolvedAddress[]): void {
    if (this.#over) return;
    const vetted = vet(addresses, this.#target, this.#context.network);
    if ('reason' in vetted) return this.#fail(vetted);
    this.addressClass = vetted.addressClass;
    this.#untried = vetted.addresses.slice(0, MOST_ATTEMPTS);
    this.#context.phases.enter('connect');
    this.#connectNext();
  }

  #connectNext(): void {
    const [next, ...others] = this.#untried;
    if (next === undefined) return;
    this.#untried = others;
    const { port, tls } = this.#target;
    this.address = endpointText({ host: next.address, port });
    this.#attemptBegan = this.#context.network.clock.monotonic();
    const socket = tls === null ? this.#openPlain(next.address) : this.#openTls(next.address, tls);
    this.#socket = socket;
    if (others.length > 0) this.#limitAttempt(socket, others.length);
  }

  #openPlain(address: string): net.Socket {
    const socket = net.connect({ host: address, port: this.#target.port });
    socket.on('error', (error) => this.#socketFailed(socket, error));
    socket.on('connect', () => {
      if (this.#isElsewhere(socket, address)) return;
      this.#note(null);
      this.#succeed(socket);
    });
    return socket;
  }

  #openTls(address: string, request: TlsRequest): tls.TLSSocket {
    const { network } = this.#context;
    const { secureContext, servername, ALPNProtocols, rejectUnauthorized } = tlsOptions(request, network);
    const { port } = this.#target;
    const options = { host: address, port, secureContext, servername, ALPNProtocols, rejectUnauthorized };
    const socket = compareHostOurselves(tls.connect(options));
    socket.on('error', (error) => this.#socketFailed(socket, error));
    socket.on('connect', () => {
      if (!this.#isElsewhere(socket, address)) this.#shakeHands();
    });
    socket.on('secureConnect', () => {
      const bad = handshakeFailure(socket, request, network);
      if (bad === null) {
        this.#succeed(socket);
        return;
      }
      this.badCertificates = readCertificates(socket);
      this.#fail(bad);
    });
    return socket;
  }

  /** Whether a connection leads to another address than the vetted one, which must never be; fails if so. */
  #isElsewhere(socket: net.Socket, vetted: string): boolean {
    const { remoteAddress } = socket;
    // One that was reset at once has no address any more, and its error follows.
    if (remoteAddress === undefined || isSameAddress(remoteAddress, vetted)) return false;
    this.#fail(failure('blocked', `${remoteAddress} answered in place of ${vetted}`));
    return true;
  }

  #shakeHands(): void {
    clearTimeout(this.#attemptTimer);
    this.#note(null);
    this.#context.phases.enter('tls');
  }

  /** Remembers what came of the address that is being tried. */
  #note(reason: Reason | null): void {
    const ms = this.#context.network.clock.monotonic() - this.#attemptBegan;
    this.#attempts.push({ address: this.address ?? '', reason, ms });
  }

  /** While other addresses wait, one that swallows everything may only take its share of what time is left. */
  #limitAttempt(socket: net.Socket, others: number): void {
    const share = Math.max(SHORTEST_ATTEMPT, Math.floor(this.#context.deadline.remaining() / (others + 1)));
    this.#attemptTimer = setTimeout(() => {
      socket.destroy();
      this.#note('timeout_connect');
      this.#connectNext();
    }, share);
  }

  #socketFailed(socket: net.Socket, error: Error): void {
    if (this.#over || socket !== this.#socket) return;
    clearTimeout(this.#attemptTimer);
    const phase = this.#context.phases.current ?? 'connect';
    const why = failureOf(error, phase);
    if (phase === 'connect') this.#note(why.reason);
    if (phase === 'connect' && this.#untried.length > 0) {
      socket.destroy();
      this.#connectNext();
      return;
    }
    this.#fail(why);
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
