import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { Milliseconds } from '../../core/duration.ts';
import type { Attempt } from '../../core/evidence.ts';
import { endpointText } from '../../core/monitor/network.ts';
import { failure, failureOf, timeoutFailure, type Failure } from '../failure.ts';
import type { NetContext } from '../reach.ts';
import type { ResolvedAddress } from '../resolver.ts';
import { encodeQuery, readReply, type DnsQuestion, type DnsReply } from './message.ts';

/** What came of a question over one transport. */
export interface Exchanged {
  readonly result: DnsReply | Failure;
  /** The address asked last, `192.0.2.1:53`; `null` when none was. */
  readonly address: string | null;
  readonly attempts: readonly Attempt[];
}

/** What came of a question over UDP. */
export interface ExchangedUdp extends Exchanged {
  /** The address asked last, without its port. */
  readonly host: string | null;
}

/** A datagram counts as lost after so long, and those that follow it after twice as long. */
const FIRST_PATIENCE: Milliseconds = 1000;
const PATIENCE: Milliseconds = 2000;

/**
 * Asks vetted addresses over UDP: the first one, again when it is silent (or the next, when there are several), at once
 * the next when one refuses; until the deadline. Never rejects and leaves no socket behind.
 */
export function exchangeUdp(
  server: { readonly addresses: readonly ResolvedAddress[]; readonly port: number },
  question: DnsQuestion,
  context: NetContext,
): Promise<ExchangedUdp> {
  return new Promise((resolve) => {
    const exchange = new UdpExchange(server.port, question, context, resolve);
    exchange.start(server.addresses);
  });
}

class UdpExchange {
  readonly #port: number;
  readonly #question: DnsQuestion;
  readonly #context: NetContext;
  readonly #resolve: (exchanged: ExchangedUdp) => void;
  // Beside the port, which the system chooses at random, what nobody who does not see our question can know (RFC 5452).
  readonly #id = randomInt(65_536);
  readonly #query: Buffer;
  readonly #sockets = new Map<string, Socket>();
  /** Those that have not refused, the one to be asked next first. */
  #addresses: readonly ResolvedAddress[] = [];
  #timer: NodeJS.Timeout | undefined;
  #host: string | null = null;
  readonly #attempts: Attempt[] = [];
  #began = 0;
  #over = false;

  constructor(port: number, question: DnsQuestion, context: NetContext, resolve: (exchanged: ExchangedUdp) => void) {
    this.#port = port;
    this.#question = question;
    this.#context = context;
    this.#resolve = resolve;
    this.#query = encodeQuery(question, this.#id);
  }

  start(addresses: readonly ResolvedAddress[]): void {
    const { deadline, phases, network } = this.#context;
    this.#addresses = addresses;
    this.#began = network.clock.monotonic();
    phases.enter('wait');
    deadline.whenOver(() => this.#settle(timeoutFailure('wait', deadline.timeout)));
    if (!this.#over) this.#ask(FIRST_PATIENCE);
  }

  #ask(patience: Milliseconds): void {
    const [next, ...others] = this.#addresses;
    if (next === undefined) return;
    this.#addresses = [...others, next];
    this.#host = next.address;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(PATIENCE), patience);
    const open = this.#sockets.get(next.address);
    if (open === undefined) this.#open(next);
    else open.send(this.#query, (error) => this.#failed(next, error));
  }

  #open(to: ResolvedAddress): void {
    const socket = createSocket(to.family === 6 ? 'udp6' : 'udp4');
    this.#sockets.set(to.address, socket);
    socket.on('error', (error) => this.#failed(to, error));
    socket.on('message', (message) => this.#received(message, to));
    socket.on('connect', () => socket.send(this.#query, (error) => this.#failed(to, error)));
    // The system then drops what comes from elsewhere, and tells when nobody listens there.
    socket.connect(this.#port, to.address);
  }

  #received(message: Buffer, from: ResolvedAddress): void {
    const reply = readReply(message, this.#question, this.#id);
    if (reply === 'stray') return;
    this.#host = from.address;
    this.#settle(reply === 'malformed' ? failure('protocol_error', 'the answer cannot be read') : reply);
  }

  #failed(at: ResolvedAddress, error: Error | null): void {
    if (error === null || this.#over || !this.#addresses.includes(at)) return;
    const why = failureOf(error, 'wait');
    this.#host = at.address;
    this.#addresses = this.#addresses.filter((address) => address !== at);
    if (this.#addresses.length === 0) return this.#settle(why);
    this.#note(why);
    this.#ask(FIRST_PATIENCE);
  }

  #note(result: DnsReply | Failure): void {
    const ms = this.#context.network.clock.monotonic() - this.#began;
    const reason = 'reason' in result ? result.reason : null;
    this.#attempts.push({ address: this.#address() ?? '', reason, ms });
  }

  #address(): string | null {
    return this.#host === null ? null : endpointText({ host: this.#host, port: this.#port });
  }

  #settle(result: DnsReply | Failure): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    for (const socket of this.#sockets.values()) socket.close();
    this.#note(result);
    this.#resolve({ result, host: this.#host, address: this.#address(), attempts: this.#attempts });
  }
}
