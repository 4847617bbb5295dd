/** WebSocket servers (RFC 6455) that are right or wrong in one way each: `const server = await startWebSocketServer('masked')`. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { testCertificate, type CertificateName } from './certificates.ts';
import { openFixture, type Fixture } from './open-fixture.ts';
import { closeFrame, frame, frameReader, OPCODE, type Frame } from './websocket-frames.ts';

/**
 * After a right handshake: `echo` sends back every message; `greets` sends `hello` at once, then echoes; `greets-json` and
 * `greets-binary` likewise; `pings` sends a ping and greets once the pong has come; `counts` sends 1, 2, 3 … every 5 ms;
 * `silent` sends nothing and hears all; `closes` says 1001 at once; `closes-after-message` says 1011 to the first message;
 * `closes-without-code`; `ends` and `resets` drop the connection without a close frame; `fragments` sends `hello` in five frames
 * with a ping between; `big-message` sends 10 MiB; `drips-message` sends `hello` byte by byte; `endless-message` begins a
 * message and goes on for ever; `no-closing` never answers a close frame.
 *
 * Against the protocol: `masked`, `reserved-bits`, `unknown-opcode`, `bad-utf8`, `lone-continuation`, `long-ping` (126 bytes),
 * `fragmented-ping`, `huge-length` (claims 2^62 bytes), `bad-close-code` (999), `short-close` (one byte), `text-after-close`,
 * `garbage` instead of frames.
 *
 * In the handshake: `refuses` (403), `wants-login` (401), `answers-200`, `redirects`, `wrong-accept`, `no-accept`,
 * `no-upgrade-header`, `unasked-protocol`, `unasked-extension`, `never-answers`, `stalls-in-upgrade`, `closes-in-upgrade`.
 */
export type WebSocketBehaviour = keyof typeof TALKS | keyof typeof HANDSHAKES;

export interface WebSocketServerOptions {
  readonly certificate?: CertificateName;
  /** Agrees to this subprotocol when the client offers it. */
  readonly protocol?: string;
}

/** One wish for an upgrade. */
export interface WebSocketHandshake {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface WebSocketServer extends Fixture {
  /** `ws://…/` or `wss://…/`. */
  readonly url: string;
  readonly handshakes: readonly WebSocketHandshake[];
  /** Frames of all clients, oldest first. */
  readonly frames: readonly Frame[];
  /** Text messages of all clients. */
  readonly messages: () => readonly string[];
}

/** An upgraded connection. */
interface Talk {
  readonly socket: Socket;
  readonly send: (bytes: Buffer) => void;
  readonly repeat: (everyMs: number, step: () => void) => void;
  /** Frames that come are given to this. */
  onFrame: (frame: Frame) => void;
}

const MEBIBYTE = 1_048_576;

function says(...frames: readonly Buffer[]): (talk: Talk) => void {
  return (talk) => frames.forEach(talk.send);
}

function echoes(talk: Talk): void {
  talk.onFrame = ({ opcode, payload, fin }) => {
    if (opcode <= OPCODE.binary) talk.send(frame(opcode, payload, { fin }));
  };
}

function greets(greeting: Buffer): (talk: Talk) => void {
  return (talk) => {
    talk.send(greeting);
    echoes(talk);
  };
}

const HELLO = frame(OPCODE.text, 'hello');

const TALKS = {
  echo: echoes,
  greets: greets(HELLO),
  'greets-json': greets(frame(OPCODE.text, '{"status":"ok","clients":3}')),
  'greets-binary': greets(frame(OPCODE.binary, Buffer.from([0, 255, 1]))),
  pings(talk) {
    talk.send(frame(OPCODE.ping, 'are you there?'));
    talk.onFrame = ({ opcode, payload }) => {
      if (opcode === OPCODE.pong && payload.toString() === 'are you there?') talk.send(HELLO);
    };
  },
  counts(talk) {
    let count = 0;
    talk.repeat(5, () => talk.send(frame(OPCODE.text, String((count += 1)))));
  },
  silent: () => undefined,
  closes: says(closeFrame(1001, 'going away')),
  'closes-after-message': (talk) => {
    talk.onFrame = ({ opcode }) => {
      if (opcode === OPCODE.text) talk.send(closeFrame(1011, 'it broke'));
    };
  },
  'closes-without-code': says(frame(OPCODE.close, '')),
  ends: (talk) => void talk.socket.end(),
  resets: (talk) => void talk.socket.resetAndDestroy(),
  fragments: says(
    frame(OPCODE.text, 'h', { fin: false }),
    frame(OPCODE.continuation, 'e', { fin: false }),
    frame(OPCODE.ping, ''),
    frame(OPCODE.continuation, 'l', { fin: false }),
    frame(OPCODE.continuation, '', { fin: false }),
    frame(OPCODE.continuation, 'lo'),
  ),
  'big-message': (talk) => talk.send(frame(OPCODE.text, Buffer.alloc(10 * MEBIBYTE, 'x'))),
  'drips-message': (talk) => {
    let sent = 0;
    talk.repeat(2, () => {
      if (sent < HELLO.length) talk.send(HELLO.subarray(sent, (sent += 1)));
    });
  },
  'endless-message': (talk) => {
    const part = frame(OPCODE.continuation, Buffer.alloc(65_536, 'x'), { fin: false });
    const more = (): void => {
      while (!talk.socket.destroyed && talk.socket.write(part));
    };
    talk.send(frame(OPCODE.text, 'begin', { fin: false }));
    talk.socket.on('drain', more);
    more();
  },
  'no-closing': (talk) => talk.send(HELLO),
  masked: says(frame(OPCODE.text, 'hello', { mask: true })),
  'reserved-bits': says(frame(OPCODE.text, 'hello', { reserved: 4 })),
  'unknown-opcode': says(frame(3, 'hello')),
  'bad-utf8': says(frame(OPCODE.text, Buffer.from([0xc3, 0x28]))),
  'lone-continuation': says(frame(OPCODE.continuation, 'hello')),
  'long-ping': says(frame(OPCODE.ping, 'x'.repeat(126))),
  'fragmented-ping': says(frame(OPCODE.ping, 'x', { fin: false })),
  'huge-length': says(frame(OPCODE.text, 'hello', { length: 2n ** 62n })),
  'bad-close-code': says(closeFrame(999)),
  'short-close': says(frame(OPCODE.close, 'x')),
  'text-after-close': says(closeFrame(1000), HELLO),
  garbage: says(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\nno frames here')),
} as const satisfies Record<string, (talk: Talk) => void>;

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\n';
const UPGRADE = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';

/** Answers to a wish for an upgrade that are wrong, by the accept key that would be right. */
const HANDSHAKES = {
  refuses: () => 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
  'wants-login': () => 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="test"\r\nContent-Length: 0\r\n\r\n',
  'answers-200': () => 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  redirects: () => 'HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n',
  'wrong-accept': () => `${SWITCHING}${UPGRADE}Sec-WebSocket-Accept: ${acceptKey('another key')}\r\n\r\n`,
  'no-accept': () => `${SWITCHING}${UPGRADE}\r\n`,
  'no-upgrade-header': (accept) => `${SWITCHING}Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  'unasked-protocol': (accept) => `${agreement(accept)}Sec-WebSocket-Protocol: nobody-asked\r\n\r\n`,
  'unasked-extension': (accept) => `${agreement(accept)}Sec-WebSocket-Extensions: x-unheard-of\r\n\r\n`,
  'stalls-in-upgrade': () => `${SWITCHING}Upgrade: webso`,
  'never-answers': () => null,
  'closes-in-upgrade': () => '',
} as const satisfies Record<string, (accept: string) => string | null>;

/** Starts a WebSocket server on a free port of the loopback. */
export async function startWebSocketServer(
  behaviour: WebSocketBehaviour,
  options: WebSocketServerOptions = {},
): Promise<WebSocketServer> {
  const handshakes: WebSocketHandshake[] = [];
  const frames: Frame[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const { certificate } = options;
  const server = certificate === undefined ? createServer() : createHttpsServer(testCertificate(certificate));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Sockets of an HTTP server stay half open by themselves.
    socket.on('error', () => undefined).on('end', () => socket.end());
    handshakes.push({ path: request.url ?? '', headers: request.headers });
    const accept = acceptKey(request.headers['sec-websocket-key'] ?? '');
    const refusal = behaviour in HANDSHAKES ? HANDSHAKES[behaviour as keyof typeof HANDSHAKES](accept) : undefined;
    if (refusal !== undefined) return disagree(socket, behaviour, refusal);
    socket.write(`${agreement(accept)}${subprotocol(request, options)}\r\n`);
    converse({ socket, head, behaviour: behaviour as keyof typeof TALKS, frames, timers });
  });
  const fixture = await openFixture(server);
  return {
    ...fixture,
    url: `${certificate === undefined ? 'ws' : 'wss'}://127.0.0.1:${fixture.port}/`,
    handshakes,
    frames,
    messages: () => frames.filter(({ opcode }) => opcode === OPCODE.text).map(({ payload }) => payload.toString()),
    close() {
      for (const timer of timers) clearInterval(timer);
      return fixture.close();
    },
  };
}

function disagree(socket: Socket, behaviour: WebSocketBehaviour, refusal: string | null): void {
  socket.resume();
  if (refusal === null) return;
  if (behaviour === 'stalls-in-upgrade' || refusal.includes(' 101 ')) socket.write(refusal);
  else socket.end(refusal);
}

interface Conversation {
  readonly socket: Socket;
  readonly head: Buffer;
  readonly behaviour: keyof typeof TALKS;
  readonly frames: Frame[];
  readonly timers: Set<NodeJS.Timeout>;
}

function converse({ socket, head, behaviour, frames, timers }: Conversation): void {
  const talk: Talk = {
    socket,
    send: (bytes) => void (socket.writable && socket.write(bytes)),
    repeat(everyMs, step) {
      const timer = setInterval(step, everyMs);
      timers.add(timer);
      socket.on('close', () => clearInterval(timer));
    },
    onFrame: () => undefined,
  };
  const read = frameReader((each) => {
    frames.push(each);
    if (each.opcode === OPCODE.ping) talk.send(frame(OPCODE.pong, each.payload));
    if (each.opcode === OPCODE.close && behaviour !== 'no-closing') socket.end(frame(OPCODE.close, each.payload));
    talk.onFrame(each);
  });
  TALKS[behaviour](talk);
  socket.on('data', read);
  if (head.length > 0) read(head);
}

function subprotocol({ headers }: IncomingMessage, { protocol }: WebSocketServerOptions): string {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(/, */);
  return protocol !== undefined && offered.includes(protocol) ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : '';
}

function agreement(accept: string): string {
  return `${SWITCHING}${UPGRADE}Sec-WebSocket-Accept: ${accept}\r\n`;
}

/** The proof that a server read the client's key (RFC 6455, section 4.2.2). */
function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
