import type { Socket } from 'node:net';

/** What a misbehaving server may need to know besides the socket. */
export interface BehaviourContext {
  /** Where a redirect leads, for behaviours that lead elsewhere. */
  readonly location: string;
  /** Runs `step` every `everyMs` until the socket or the server closes. */
  repeat(socket: Socket, everyMs: number, step: () => void): void;
}

/** What a server does with a connection: at once (`connected`), or when a request's head has come (`requested`). */
export interface Behaviour {
  /** The certificate under ./certificates to speak TLS with; plain TCP without one. */
  readonly certificate?: 'good' | 'self-signed' | 'wrong-host' | 'expired' | 'not-yet-valid';
  /** The newest TLS version the server speaks. */
  readonly maxVersion?: 'TLSv1.1';
  /** The client is to use https although the server does not speak TLS as it should. */
  readonly claimsTls?: true;
  connected?(socket: Socket, context: BehaviourContext): void;
  requested?(socket: Socket, context: BehaviourContext, path: string): void;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const FINE = `${OK}content-length: 2\r\n\r\nok`;

function answers(text: string, encoding: BufferEncoding = 'latin1'): Behaviour {
  return { requested: (socket) => socket.end(text, encoding) };
}

function answersAndStays(text: string): Behaviour {
  return { requested: (socket) => socket.write(text, 'latin1') };
}

function redirects(status: number, location: string | null): Behaviour {
  return {
    requested(socket, context) {
      const header = location === null ? '' : `location: ${location.replace('{location}', context.location)}\r\n`;
      socket.end(`HTTP/1.1 ${status} Elsewhere\r\n${header}content-length: 0\r\n\r\n`, 'latin1');
    },
  };
}

/** Servers that misbehave on purpose, by name. `ok` and `tls-ok` are the two that do not. */
export const BEHAVIOURS = {
  ok: answers(FINE),
  'never-answers': { requested: () => undefined },
  'drips-header': {
    requested(socket, context) {
      socket.write(OK);
      context.repeat(socket, 20, () => socket.write('x-drip: 1\r\n'));
    },
  },
  'drips-body': {
    requested(socket, context) {
      socket.write(`${OK}content-length: 1000000\r\n\r\n`);
      context.repeat(socket, 20, () => socket.write('.'));
    },
  },
  'stalls-in-body': answersAndStays(`${OK}content-length: 100\r\n\r\nhalf`),
  'infinite-body': {
    requested(socket) {
      const chunk = Buffer.alloc(65_536, '.');
      socket.write(`${OK}\r\n`);
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    },
  },
  resets: { requested: (socket) => socket.resetAndDestroy() },
  'resets-in-body': {
    requested: (socket) =>
      socket.write(`${OK}content-length: 100\r\n\r\nhalf`, () => setTimeout(() => socket.resetAndDestroy(), 30)),
  },
  'resets-in-endless-body': {
    requested: (socket) => socket.write(`${OK}\r\nhalf`, () => setTimeout(() => socket.resetAndDestroy(), 30)),
  },
  'short-body': answers(`${OK}content-length: 100\r\n\r\nhalf`),
  'short-body-closing': answers(`${OK}connection: close\r\ncontent-length: 100\r\n\r\nhalf`),
  'short-chunked-body': answers(`${OK}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`),
  'closes-at-once': { connected: (socket) => socket.end() },
  'closes-early': { requested: (socket) => socket.end() },
  'closes-in-header': answers(`${OK}content-le`),
  'bad-chunk': answersAndStays(`${OK}transfer-encoding: chunked\r\n\r\nzz\r\nhalf\r\n`),
  'giant-header': answers(`${OK}x-giant: ${'x'.repeat(200_000)}\r\n\r\n`),
  'many-headers': answers(
    `${OK}${Array.from({ length: 3000 }, (_, n) => `x-many-${n}: a value of some length\r\n`).join('')}\r\n`,
  ),
  'redirect-loop': redirects(302, '/again'),
  'redirect-relative': {
    requested: (socket, _context, path) =>
      socket.end(path === '/' ? 'HTTP/1.1 302 Found\r\nlocation: there/?q=1#part\r\ncontent-length: 0\r\n\r\n' : FINE),
  },
  'redirect-empty': redirects(302, ''),
  'redirect-missing': redirects(302, null),
  'redirect-invalid': redirects(302, 'http://[nowhere'),
  'redirect-to-file': redirects(302, 'file:///etc/passwd'),
  'redirect-302': redirects(302, '{location}'),
  'redirect-303': redirects(303, '{location}'),
  'redirect-307': redirects(307, '{location}'),
  'redirect-308': redirects(308, '{location}'),
  'tls-redirect-302': { ...redirects(302, '{location}'), certificate: 'good' },
  'http-0.9': { requested: (socket) => socket.end('<html>no status line</html>') },
  'http-1.0': answers('HTTP/1.0 200 OK\r\n\r\nold but fine'),
  'ssh-banner': { connected: (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n') },
  'status-101': answersAndStays('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  'status-103': answers(`HTTP/1.1 103 Early Hints\r\nlink: </x.css>\r\n\r\n${FINE}`),
  'status-100-storm': {
    requested: (socket, context) =>
      context.repeat(socket, 5, () => socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(50))),
  },
  'status-0': answers('HTTP/1.1 0 Nothing\r\ncontent-length: 0\r\n\r\n'),
  'status-503': answers('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy'),
  'status-999': answers('HTTP/1.1 999 Denied\r\ncontent-length: 0\r\n\r\n'),
  'bare-lf': answers('HTTP/1.1 200 OK\ncontent-length: 2\n\nok'),
  'two-lengths': answers(`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nok`),
  'length-and-chunked': answers(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
  'nul-in-header': answers(`${OK}x-nul: a\0b\r\ncontent-length: 2\r\n\r\nok`),
  'latin1-header': answers(`${OK}x-name: caf\u00e9\r\ncontent-length: 2\r\n\r\nok`),
  'tls-ok': { ...answers(FINE), certificate: 'good' },
  'tls-self-signed': { ...answers(FINE), certificate: 'self-signed' },
  'tls-wrong-host': { ...answers(FINE), certificate: 'wrong-host' },
  'tls-expired': { ...answers(FINE), certificate: 'expired' },
  'tls-not-yet-valid': { ...answers(FINE), certificate: 'not-yet-valid' },
  'tls-old-version': { ...answers(FINE), certificate: 'good', maxVersion: 'TLSv1.1' },
  'tls-stall': { claimsTls: true, connected: () => undefined },
  'tls-garbage': { claimsTls: true, connected: (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') },
  'tls-closes': { claimsTls: true, connected: (socket) => socket.end() },
  'tls-resets': { claimsTls: true, connected: (socket) => socket.once('data', () => socket.resetAndDestroy()) },
} as const satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof BEHAVIOURS;
