import type { Socket } from 'node:net';
import type { Attempt, Certificate } from '../core/evidence.ts';
import { type Proxy, USUAL_TLS, endpointText } from '../core/monitor/network.ts';
import { blameOf } from '../core/reasons.ts';
import { type AddressClass, classifyAddress } from './address-guard.ts';
import { readCertificates } from './certificate.ts';
import { Dial, type DialTarget } from './dial.ts';
import { failure, failureOf, failureSaying, timeoutFailure, type Failure } from './failure.ts';
import { literal, vet, type NetContext } from './reach.ts';
import { shakeHands, type TlsRequest } from './tls.ts';

/** A proxy that says more than this before it agrees is not one. */
const LONGEST_ANSWER = 16_384;

/** Names under which clouds give away what belongs to their machines; the proxy would look them up, so no address tells. */
const METADATA_NAMES: ReadonlySet<string> = new Set(['metadata.google.internal', 'metadata.goog', 'instance-data']);

/** The header by which a proxy knows us, as name and value; empty when it need not. */
export function proxyCredentials({ username, password }: Proxy): readonly string[] {
  if (username === null && password === null) return [];
  const credentials = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
  return ['proxy-authorization', `Basic ${credentials}`];
}

/**
 * One connection on its way through a forward proxy, as a `Dial` is one on its own: for a target that speaks TLS a tunnel
 * (CONNECT) with the target's handshake in it, else the connection to the proxy, which is then to be asked for whole
 * addresses. Until the tunnel stands, whatever goes wrong is `proxy_unavailable` and says nothing about the target. The
 * proxy looks the target's name up, so of the target only a literal address can be vetted; the proxy's own address is
 * vetted like any. The exchange with the proxy counts as phase `connect`.
 */
export class ProxyDial {
  readonly #proxy: Proxy;
  readonly #target: DialTarget;
  readonly #context: NetContext;
  readonly #done: (result: Socket | Failure) => void;
  readonly #dial: Dial;
  #socket: Socket | null = null;
  #tunnelled = false;
  #isShaking = false;
  #over = false;
  #answer = '';
  #badCertificates: readonly Certificate[] | null = null;

  constructor(proxy: Proxy, target: DialTarget, context: NetContext, done: (result: Socket | Failure) => void) {
    this.#proxy = proxy;
    this.#target = target;
    this.#context = context;
    this.#done = done;
    const { protocol, hostname, port } = new URL(proxy.url);
    const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    const tls = protocol === 'https:' ? { host, settings: USUAL_TLS, alpn: ['http/1.1'] } : null;
    const usual = tls === null ? 80 : 443;
    const reach = { host, port: port === '' ? usual : Number(port), from: null, resolver: null };
    this.#dial = new Dial({ ...reach, ipVersion: 'any', tls }, context, (result) => this.#reached(result));
  }

  /** The proxy's address, which was the one dialled. */
  get address(): string | null {
    return this.#dial.address;
  }

  /** Of the target, as far as it is known: one that only the proxy knows counts as public. */
  get addressClass(): AddressClass {
    return literal(this.#target.host) === undefined ? 'public' : classifyAddress(this.#target.host);
  }

  get badCertificates(): readonly Certificate[] {
    return this.#badCertificates ?? this.#dial.badCertificates;
  }

  start(): void {
    const refusal = this.#refusal();
    if (refusal !== null) return this.#end(refusal);
    if (this.#target.tls !== null) this.#context.network.secureContext(this.#target.tls.settings);
    this.#dial.start();
  }

  abandon(why?: Error): void {
    this.#over = true;
    // Whoever shakes hands on it has it until that is over, which is at the deadline at the latest.
    if (this.#isShaking) return;
    // Before the socket beneath it: the other way round Node 20 may end with a segmentation fault.
    this.#socket?.destroy(why);
    this.#dial.abandon(why);
  }

  timeoutFailure(): Failure {
    const { timeout } = this.#context.deadline;
    if (this.#socket === null) return blamingProxy(this.#dial.timeoutFailure());
    const passed = timeoutFailure(this.#context.phases.current ?? 'connect', timeout);
    return this.#tunnelled ? passed : blamingProxy(passed);
  }

  attempts(): readonly Attempt[] {
    return this.#dial.attempts();
  }

  /** A literal address that must not be dialled must not be asked of a proxy either. */
  #refusal(): Failure | null {
    const { host } = this.#target;
    if (METADATA_NAMES.has(host.replace(/\.$/, ''))) return failure('blocked', `${host} is never dialled`);
    const addresses = literal(host);
    const vetted = addresses === undefined ? null : vet(addresses, this.#target, this.#context.network);
    return vetted !== null && 'reason' in vetted ? vetted : null;
  }

  #reached(result: Socket | Failure): void {
    if ('reason' in result) return this.#end(blamingProxy(result));
    this.#socket = result;
    const { tls } = this.#target;
    if (tls === null) {
      this.#tunnelled = true;
      this.#end(result);
    } else {
      this.#askForTunnel(result, tls);
    }
  }

  #askForTunnel(socket: Socket, tls: TlsRequest): void {
    this.#context.phases.enter('connect');
    const whom = endpointText(this.#target);
    const [name, value] = proxyCredentials(this.#proxy);
    const credentials = name === undefined ? '' : `${name}: ${value}\r\n`;
    const listen = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk !== null) this.#hear(chunk, socket, () => stop(tls));
    };
    const failed = (error: Error): void => this.#end(blamingProxy(failureOf(error, 'connect')));
    const closed = (): void => this.#end(blamingProxy(failure('conn_closed')));
    const stop = (tls: TlsRequest): void => {
      socket.off('readable', listen).off('end', closed).off('close', closed).off('error', failed);
      this.#shakeHands(socket, tls);
    };
    socket.on('readable', listen).on('end', closed).on('close', closed).on('error', failed);
    socket.write(`CONNECT ${whom} HTTP/1.1\r\nhost: ${whom}\r\n${credentials}\r\n`);
  }

  /** Waits for the end of the proxy's answer; what comes after it is the target's. */
  #hear(chunk: Buffer, socket: Socket, agreed: () => void): void {
    const heardBefore = this.#answer.length;
    this.#answer += chunk.toString('latin1');
    const end = this.#answer.indexOf('\r\n\r\n');
    if (end === -1) {
      const isHttp = 'HTTP/1.'.startsWith(this.#answer.slice(0, 7));
      if (isHttp && this.#answer.length <= LONGEST_ANSWER) return;
      return this.#end(failureSaying('proxy_unavailable', 'the proxy does not answer in HTTP'));
    }
    const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(this.#answer)?.[1];
    if (status === undefined) return this.#end(failureSaying('proxy_unavailable', 'the proxy does not answer in HTTP'));
    if (!status.startsWith('2')) return this.#end(failureSaying('proxy_unavailable', refusalOfProxy(status)));
    const rest = chunk.subarray(end + 4 - heardBefore);
    if (rest.length > 0) socket.unshift(rest);
    this.#tunnelled = true;
    agreed();
  }

  #shakeHands(plain: Socket, tls: TlsRequest): void {
    this.#isShaking = true;
    void shakeHands(plain, tls, this.#context).then(({ socket, failure }) => {
      this.#isShaking = false;
      this.#socket = socket;
      if (this.#over) return this.abandon();
      if (failure === null) return this.#end(socket);
      this.#badCertificates = readCertificates(socket);
      this.#end(failure);
    });
  }

  #end(result: Socket | Failure): void {
    if (this.#over) return;
    if ('reason' in result) this.abandon();
    this.#over = true;
    this.#done(result);
  }
}

function refusalOfProxy(status: string): string {
  return status === '407' ? 'the proxy wants a user name and a password (407)' : `the proxy answered ${status}`;
}

/** What went wrong on the way to the proxy; what is our own fault stays that. */
function blamingProxy(why: Failure): Failure {
  if (blameOf(why.reason) === 'self') return why;
  return failureSaying('proxy_unavailable', `the proxy does not lead to the target: ${why.message}`);
}
