import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { buildConnector, Dispatcher } from 'undici';
import { errorCode } from '../core/errors.ts';
import type { Attempt, Certificate } from '../core/evidence.ts';
import type { HostAndPort, Proxy, TlsSettings } from '../core/monitor/network.ts';
import type { AddressClass } from './address-guard.ts';
import { readCertificates } from './certificate.ts';
import { Dial } from './dial.ts';
import { failure, failureOf, failureSaying, http2Failure, type Failure } from './failure.ts';
import { forgoStackOnce } from './forgo-stack.ts';
import { type HttpVersion, watchVersion } from './http-version.ts';
import { ownClient, type LentClient } from './idle-clients.ts';
import type { NetContext, Reach } from './reach.ts';
import { ResponseHeaders } from './response-headers.ts';
import { ProxyDial, proxyCredentials } from './tunnel.ts';

/** One HTTP request over a fresh connection. */
export interface ExchangeRequest extends Omit<Reach, 'host'> {
  /** http or https, without credentials; the fragment is not sent. */
  readonly url: URL;
  readonly method: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | null;
  readonly tls: TlsSettings;
  readonly httpVersion: '1.1' | '2' | 'any';
  readonly proxy: Proxy | null;
  /** Whom to connect to in place of the host of the url, without a proxy. */
  readonly connectTo: HostAndPort | null;
  /** So many bytes of the body are waited for, as they travel; then the answer counts as whole. */
  readonly maxBody: number;
  /** Whether the body is wanted; one that is encoded is kept in any case. */
  readonly keepsBody: boolean;
  /** Whether the certificates are wanted; bad ones are kept in any case. */
  readonly keepsCertificates: boolean;
  /** Whether {@link ExchangeResult.details} are wanted. */
  readonly keepsDetails: boolean;
  /** Whether an answer with this status is over with its headers; its body is not read then. */
  readonly endsAtHeaders: (statusCode: number) => boolean;
}

/** What came of one request: with a failure whatever was seen before it. */
export interface ExchangeResult {
  readonly failure: Failure | null;
  /** Whether the request went out. */
  readonly sent: boolean;
  /** The final status code, `null` when no complete head of an answer came. */
  readonly statusCode: number | null;
  /** Empty when no complete head came. */
  readonly headers: ResponseHeaders;
  /** The body as it travelled, when it was wanted or is encoded. */
  readonly body: readonly Buffer[];
  readonly bodyBytes: number;
  /** Whether there was more of the body than was waited for. */
  readonly cut: boolean;
  readonly attempts: readonly Attempt[];
  readonly certificates: readonly Certificate[];
  /** The address dialled, `192.0.2.1:443`; `null` when none was. */
  readonly address: string | null;
  readonly addressClass: AddressClass | null;
  /** What nobody but a closer look needs; empty unless it was wanted. */
  readonly details: ExchangeDetails;
}

export interface ExchangeDetails {
  /** `null` when no answer began. */
  readonly httpVersion?: HttpVersion | null;
  readonly tlsVersion?: string | null;
  readonly tlsCipher?: string;
}

const NO_HEADERS = new ResponseHeaders([]);
const NO_DETAILS: ExchangeDetails = {};
const ALPN = { '1.1': ['http/1.1'], '2': ['h2'], any: ['h2', 'http/1.1'] } as const;

/** Made once: without an error of ours undici makes one for each connection, stack and all, a tenth of a whole check. */
const RELEASED = new Error('the probe is over');

/** Sends one request and reads its answer, until the deadline at most. Never rejects: a failing target is data. */
export function exchange(request: ExchangeRequest, context: NetContext): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    new Exchange(request, context, resolve).start();
  });
}

/**
 * undici's handler of one request, and the owner of its Client, its connection and their end. A handler of the kind that
 * gets the headers as they came: for the other kind undici makes an object of them, and one more for each request.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest;
  readonly #context: NetContext;
  readonly #resolve: (result: ExchangeResult) => void;
  readonly #dial: Dial | ProxyDial;
  readonly #lent: LentClient;
  #connected: buildConnector.Callback | null = null;
  #socket: Socket | null = null;
  /** The error of the socket itself, which undici does not always pass on. */
  #socketError: Error | null = null;
  #httpVersion: HttpVersion | null = null;
  #tls: ExchangeDetails = NO_DETAILS;
  #certificates: readonly Certificate[] = [];
  #statusCode: number | null = null;
  #headers: ResponseHeaders = NO_HEADERS;
  #keepsBody: boolean;
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;
  #cut = false;
  #sent = false;
  #complete = false;
  #settled = false;

  constructor(request: ExchangeRequest, context: NetContext, resolve: (result: ExchangeResult) => void) {
    this.#request = request;
    this.#context = context;
    this.#resolve = resolve;
    const { url, from, ipVersion, resolver, proxy, connectTo } = request;
    this.#keepsBody = request.keepsBody;
    const secure = url.protocol === 'https:';
    const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
    const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
    const tls = secure ? { host, settings: request.tls, alpn: ALPN[request.httpVersion] } : null;
    const target = { host: connectTo?.host ?? host, port: connectTo?.port ?? port, tls, from, ipVersion, resolver };
    const done = (result: Socket | Failure): void => this.#dialled(result);
    this.#dial = proxy === null ? new Dial(target, context, done) : new ProxyDial(proxy, target, context, done);
    const connect = (connected: buildConnector.Callback): void => {
      this.#connected = connected;
      this.#dial.start();
    };
    const shares = request.httpVersion === '1.1';
    this.#lent = shares ? context.network.clients.borrow(connect) : ownClient(url.origin, connect);
  }

  start(): void {
    const { url, method, body, proxy } = this.#request;
    let { headers } = this.#request;
    let path = url.pathname + url.search;
    if (proxy !== null && url.protocol === 'http:') {
      // RFC 9112 3.2.2: a proxy is asked for the whole address.
      path = url.origin + path;
      headers = [...headers, ...proxyCredentials(proxy)];
    }
    this.#watchDeadline();
    const withHost = namesHost(headers) ? [...headers] : ['host', url.host, ...headers];
    this.#lent.client.dispatch({ path, method, headers: withHost, body, reset: true }, this);
  }

  #watchDeadline(): void {
    this.#context.deadline.whenOver(() => this.#settle(this.#dial.timeoutFailure()));
  }

  onConnect(): void {
    this.#sent = true;
    this.#context.phases.enter('wait');
  }

  /** Tells undici to read on, as {@link onData} does. */
  onHeaders(statusCode: number, headers: Buffer[]): boolean {
    // 103 Early Hints and its kind come before the answer.
    if (this.#settled || statusCode < 200) return true;
    this.#statusCode = statusCode;
    this.#headers = new ResponseHeaders(headers);
    if (statusCode === 407 && this.#request.proxy !== null && this.#request.url.protocol === 'http:') {
      this.#settle(failureSaying('proxy_unavailable', 'the proxy wants a user name and a password (407)'));
      return true;
    }
    // Of an encoded body it must be seen whether it can be decoded.
    this.#keepsBody ||= this.#headers.has('content-encoding');
    this.#context.phases.enter('body');
    if (this.#request.endsAtHeaders(statusCode)) this.#settle(null);
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#bodyBytes += chunk.length;
    const excess = this.#bodyBytes - this.#request.maxBody;
    // undici reuses the memory of a chunk.
    if (this.#keepsBody) this.#body.push(Buffer.from(excess > 0 ? chunk.subarray(0, chunk.length - excess) : chunk));
    if (excess >= 0) {
      this.#cut = excess > 0;
      this.#settle(null);
    }
    return true;
  }

  onComplete(): void {
    // One that was over with its headers can still end in the same turn; its Client is gone by then.
    if (this.#settled) return;
    this.#complete = true;
    forgoStackOnce();
    // A body without announced length ends with its connection; when that was reset, nobody knows what is missing.
    this.#settle(this.#socketError === null ? null : this.#failureOf(this.#socketError));
  }

  onError(error: Error): void {
    this.#settle(this.#failureOf(this.#socketError ?? error));
  }

  #dialled(result: Socket | Failure): void {
    if ('reason' in result) {
      this.#settle(result);
      return;
    }
    this.#socket = result;
    // The handshake in a tunnel watched it meanwhile.
    if (this.#request.proxy !== null) this.#watchDeadline();
    if (result instanceof TLSSocket) this.#lookAt(result);
    if (this.#request.httpVersion === '2' && this.#httpVersion !== '2') {
      this.#settle(failureSaying('http_version_unexpected', 'the server does not speak HTTP/2'));
      return;
    }
    if (this.#request.keepsDetails && this.#httpVersion === null) {
      watchVersion(result, (version) => {
        this.#httpVersion = version;
      });
    }
    result.on('error', (error) => {
      this.#socketError ??= isOfSystem(error) ? error : null;
    });
    this.#connected?.(null, result);
    // undici heard of it before, for it listens longer.
    result.on('close', () => {
      if (this.#complete) this.#context.network.clients.takeBack(this.#lent);
    });
  }

  /** Looked at now, for a socket that was destroyed says nothing any more. */
  #lookAt(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2') this.#httpVersion = '2';
    const { keepsCertificates, keepsDetails } = this.#request;
    if (keepsCertificates) this.#certificates = readCertificates(socket);
    if (keepsDetails) this.#tls = { tlsVersion: socket.getProtocol(), tlsCipher: socket.getCipher().name };
  }

  #failureOf(error: Error): Failure {
    const phase = this.#context.phases.current ?? 'connect';
    if (this.#httpVersion === '2') return http2Failure(error, phase);
    if (errorCode(error) !== 'UND_ERR_SOCKET') return failureOf(error, phase);
    // Either the other side closed, or undici did because of a 100 or 101 that nobody asked for.
    if (this.#socket?.readableEnded !== true) return failure('protocol_error', 'an interim answer nobody asked for');
    return failure(phase === 'body' ? 'body_truncated' : 'conn_closed');
  }

  #settle(why: Failure | null): void {
    if (this.#settled) return;
    this.#settled = true;
    const { address, addressClass } = this.#dial;
    const attempts = this.#dial.attempts();
    this.#dial.abandon(RELEASED);
    // After a whole answer the Client holds nothing but the socket; before, it must let go of the request.
    if (!this.#complete) this.#lent.client.destroy(RELEASED, ignore);
    this.#resolve({
      failure: why,
      sent: this.#sent,
      statusCode: this.#statusCode,
      headers: this.#headers,
      body: this.#body,
      bodyBytes: this.#bodyBytes,
      cut: this.#cut,
      attempts,
      certificates: this.#dial.badCertificates.length > 0 ? this.#dial.badCertificates : this.#certificates,
      address,
      addressClass,
      details: this.#request.keepsDetails ? { ...this.#tls, httpVersion: this.#httpVersion } : NO_DETAILS,
    });
  }
}

/** Whether the header `host` is among names and values in turn. */
function namesHost(headers: readonly string[]): boolean {
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') return true;
  }
  return false;
}

/** An error with a system call is the connection's own; undici destroys sockets with errors of its own making. */
function isOfSystem(error: Error): boolean {
  return 'syscall' in error;
}

function ignore(): void {
  // Nobody waits for the end of a Client.
}
