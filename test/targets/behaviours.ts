/** Servers that misbehave on purpose, by name; `startTarget` of start-target.ts starts one. */
import { answers, answersAndStays, FINE, OK, pour, type Behaviour, type BehaviourContext } from './behaviour.ts';
import { BODY_BEHAVIOURS } from './body-behaviours.ts';
import { TLS_BEHAVIOURS } from './tls-behaviours.ts';

function redirects(status: number, location: string | null): Behaviour {
  return {
    requested(socket, context) {
      const header = location === null ? '' : `location: ${fill(location, context)}\r\n`;
      socket.end(`HTTP/1.1 ${status} Elsewhere\r\n${header}content-length: 0\r\n\r\n`, 'latin1');
    },
  };
}

function fill(location: string, context: BehaviourContext): string {
  return location.replace('{location}', context.location).replace('{port}', String(context.port));
}

function* endless(piece: Buffer): Generator<Buffer> {
  for (;;) yield piece;
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
  'drips-head': {
    requested(socket, context) {
      let sent = 0;
      context.repeat(socket, 20, () => socket.write('HTTP/1.1 200 OK'.charAt((sent += 1) - 1) || 'x'));
    },
  },
  'drips-answer': {
    requested(socket, context) {
      const answer = Buffer.from(FINE);
      let sent = 0;
      context.repeat(socket, 2, () => {
        if (sent < answer.length) socket.write(answer.subarray(sent, (sent += 1)));
        else socket.end();
      });
    },
  },
  'stalls-in-header': answersAndStays(`${OK}content-le`),
  'stalls-after-header': answersAndStays(`${OK}content-length: 100\r\n\r\n`),
  'stalls-in-body': answersAndStays(`${OK}content-length: 100\r\n\r\nhalf`),
  'infinite-body': {
    requested(socket) {
      socket.write(`${OK}\r\n`);
      pour(socket, endless(Buffer.alloc(65_536, '.')));
    },
  },
  'infinite-chunks': {
    requested(socket) {
      socket.write(`${OK}transfer-encoding: chunked\r\n\r\n`);
      pour(socket, endless(Buffer.from(`8000\r\n${'.'.repeat(32_768)}\r\n`)));
    },
  },
  'infinite-header': {
    requested(socket) {
      socket.write(`${OK}x-endless: `);
      pour(socket, endless(Buffer.alloc(65_536, 'x')));
    },
  },
  'resets-at-once': { connected: (socket) => socket.resetAndDestroy() },
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
  'chunk-too-long': answersAndStays(`${OK}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nhalf\r\n`),
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
  'redirect-to-ftp': redirects(302, 'ftp://127.0.0.1/'),
  'redirect-to-javascript': redirects(302, 'javascript:alert(1)'),
  'redirect-with-credentials': redirects(302, 'http://user:password@127.0.0.1:{port}/'),
  'redirect-to-metadata': redirects(302, 'http://169.254.169.254/latest/meta-data/'),
  'redirect-giant': redirects(302, `/${'x'.repeat(1_048_576)}`),
  'redirect-two-locations': redirects(302, '/one\r\nlocation: /two'),
  /** `/3` leads to `/2`, and so on; `/0` and every other path is fine. */
  'redirect-countdown': {
    requested(socket, _context, path) {
      const hops = Number(path.slice(1));
      const head = `HTTP/1.1 302 Found\r\nlocation: /${hops - 1}\r\ncontent-length: 0\r\n\r\n`;
      socket.end(hops > 0 ? head : FINE);
    },
  },
  'redirect-301': redirects(301, '{location}'),
  'redirect-302': redirects(302, '{location}'),
  'redirect-303': redirects(303, '{location}'),
  'redirect-307': redirects(307, '{location}'),
  'redirect-308': redirects(308, '{location}'),
  'tls-redirect-302': { ...redirects(302, '{location}'), certificate: 'good' },
  'http-0.9': { requested: (socket) => socket.end('<html>no status line</html>') },
  'http-3.7': answers('HTTP/3.7 200 OK\r\ncontent-length: 2\r\n\r\nok'),
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
  'status-200-junk': answers('HTTP/1.1 200 \u0007<b>fine\u00e9</b>\u001b[31m\r\ncontent-length: 2\r\n\r\nok'),
  'status-no-phrase': answers('HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok'),
  'status-text': answers('HTTP/1.1 two-hundred OK\r\ncontent-length: 2\r\n\r\nok'),
  'status-1000': answers('HTTP/1.1 1000 Too Much\r\ncontent-length: 0\r\n\r\n'),
  'status-204': answers('HTTP/1.1 204 No Content\r\n\r\n'),
  'status-304': answers('HTTP/1.1 304 Not Modified\r\n\r\n'),
  'status-404': answers('HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone'),
  'status-999': answers('HTTP/1.1 999 Denied\r\ncontent-length: 0\r\n\r\n'),
  'bare-lf': answers('HTTP/1.1 200 OK\ncontent-length: 2\n\nok'),
  'two-lengths': answers(`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nok`),
  'two-equal-lengths': answers(`${OK}content-length: 2\r\ncontent-length: 2\r\n\r\nok`),
  'bad-length': answers(`${OK}content-length: -2\r\n\r\nok`),
  'length-and-chunked': answers(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
  'nul-in-header': answers(`${OK}x-nul: a\0b\r\ncontent-length: 2\r\n\r\nok`),
  'header-without-colon': answers(`${OK}nonsense\r\ncontent-length: 2\r\n\r\nok`),
  'repeated-header': answers(
    `${OK}x-twice: one\r\nX-Twice: two\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 2\r\n\r\nok`,
  ),
  'folded-header': answers(`${OK}x-folded: a\r\n b\r\ncontent-length: 2\r\n\r\nok`),
  'latin1-header': answers(`${OK}x-name: caf\u00e9\r\ncontent-length: 2\r\n\r\nok`),
  ...BODY_BEHAVIOURS,
  ...TLS_BEHAVIOURS,
} as const satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof BEHAVIOURS;
