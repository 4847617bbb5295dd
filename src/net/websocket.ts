import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import { errorCode } from '../core/errors.ts';
import type { TlsSettings } from '../core/monitor/network.ts';
import { Dialled } from './dialled.ts';
import { end } from './ended.ts';
import { failure, failureOf, failureSaying, timeoutFailure, type Failure } from './failure.ts';
import type { NetContext, Reach } from './reach.ts';

/** A WebSocket to be opened. */
export interface WebsocketRequest extends Omit<Reach, 'host' | 'port'> {
  /** ws or wss, without credentials and fragment. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocol: string | null;
  readonly tls: TlsSettings;
}

const LARGEST_MESSAGE = 1_048_576;
/** So many messages may wait to be read before the other side has to. */
const MOST_WAITING = 16;
const SWITCHING_PROTOCOLS = 101;
/** The closing code of a purpose fulfilled (RFC 6455 7.4.1). */
const DONE = 1000;
/** What ws says when the connection ended without a close frame. */
const NO_GOODBYE = 1006;

/** A WebSocket on a connection of its own, within one deadline. Every step does what it says or throws ConversationEnded. */
export class Websocket extends Dialled {
  readonly #request: WebsocketRequest;
  #socket: Socket | null = null;
  #ws: WebSocket | null = null;
  #failure: Failure | null = null;
  #closed = false;
  #over = false;
  readonly #messages: string[] = [];
  #wake: () => void = ignore;
  /** What the server answered to the wish for an upgrade: 101 when it agreed; `null` when no answer came. */
  statusCode: number | null = null;
  /** With what code and words the other side closed; `undefined` when it did not, or without a word. */
  farewell: string | undefined;

  constructor(request: WebsocketRequest, context: NetContext) {
    const { url, tls: settings, ...reach } = request;
    const secure = url.protocol === 'wss:';
    const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
    const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
    super({ ...reach, host, port, tls: secure ? { host, settings, alpn: ['http/1.1'] } : null }, context);
    this.#request = request;
  }

  get socket(): Socket | null {
    return this.#socket;
  }

  /** Connects and opens the WebSocket. */
  async open(): Promise<void> {
    const socket = await this.dial();
    this.#socket = socket;
    const { deadline, phases } = this.context;
    phases.enter('wait');
    deadline.whenOver(() => {
      this.#over = true;
      this.#wake();
    });
    // ws ends quietly when its connection breaks.
    socket.on('error', (error) => this.#fail(this.#meaningOf(error)));
    const ws = this.#upgrade(socket);
    this.#ws = ws;
    while (ws.readyState === WebSocket.CONNECTING) {
      if (this.#failure !== null) end(this.#failure);
      if (this.#over) end(this.timeout());
      await this.#change();
    }
    if (this.#failure !== null) end(this.#failure);
  }

  /** The subprotocol that was agreed on; empty when none was. */
  get subprotocol(): string {
    return this.#ws?.protocol ?? '';
  }

  say(text: string): void {
    this.#ws?.send(text, ignore);
  }

  /** Waits for the next message; `closed` and `over` when there comes none. That of bytes is read as UTF-8. */
  async message(): Promise<{ readonly text: string } | 'closed' | 'over'> {
    for (;;) {
      const text = this.#messages.shift();
      if (text !== undefined) {
        this.#ws?.resume();
        return { text };
      }
      if (this.#failure !== null) end(this.#failure);
      if (this.#closed) return 'closed';
      if (this.#over) return 'over';
      await this.#change();
    }
  }

  /** What it means that the deadline passed while something was waited for. */
  timeout(): Failure {
    return timeoutFailure('wait', this.context.deadline.timeout);
  }

  leave(wentWell: boolean): void {
    if (wentWell) this.#ws?.close(DONE);
    // ws says goodbye at once, but its words need a moment.
    setImmediate(() => {
      this.#ws?.terminate();
      this.abandon();
    });
  }

  #upgrade(socket: Socket): WebSocket {
    const { url, headers, subprotocol } = this.#request;
    const ws = new WebSocket(url, subprotocol === null ? [] : [subprotocol], {
      headers: { ...headers },
      // The connection that was dialled and vetted, and no other.
      createConnection: (() => socket) as () => Duplex as never,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: LARGEST_MESSAGE,
    });
    ws.on('upgrade', ({ statusCode = SWITCHING_PROTOCOLS }) => void (this.statusCode = statusCode));
    ws.on('unexpected-response', (_request, response: IncomingMessage) => {
      this.statusCode = response.statusCode ?? null;
      this.#fail(failure('websocket_refused', `${this.statusCode}`));
    });
    ws.on('error', (error) => this.#fail(this.#meaningOf(error)));
    ws.on('open', () => this.#wake());
    ws.on('message', (data) => this.#hear(data));
    ws.on('close', (code, reason) => {
      this.#closed = true;
      this.farewell = code === NO_GOODBYE ? undefined : `${code} ${reason.toString()}`.trim();
      this.#wake();
    });
    return ws;
  }

  #hear(data: RawData): void {
    // All kinds of data come as Buffer unless ws is told otherwise.
    this.#messages.push((data as Buffer).toString());
    if (this.#messages.length >= MOST_WAITING) this.#ws?.pause();
    this.#wake();
  }

  /** The first failure counts; what follows comes of it. */
  #fail(why: Failure): void {
    this.#failure ??= why;
    this.#wake();
  }

  /** What an error of ws means: of the network, of the answer to the upgrade, or of a frame. */
  #meaningOf(error: Error): Failure {
    const code = errorCode(error);
    if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
      return failureSaying('message_unexpected', 'a message is larger than 1 MiB');
    }
    // ws names each rule of RFC 6455 that is broken.
    if (code?.startsWith('WS_ERR_') === true) return failure('protocol_error', error.message);
    // The other side agreed, but not in the way that proves it understood.
    if (code === undefined && this.statusCode !== null) return failure('websocket_refused', error.message);
    // Node reports an orderly close before the answer as a reset, but without the system call a true one has.
    if (code === 'ECONNRESET' && !('syscall' in error)) return failure('conn_closed');
    return failureOf(error, 'wait');
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = ignore;
        resolve();
      };
    });
  }
}

function ignore(): void {
  // Nobody waits.
}
