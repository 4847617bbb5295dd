/** Servers whose answers are well framed, and whose bodies are not what one hopes: encodings, character sets, JSON. */
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, type ZlibOptions } from 'node:zlib';
import { answers, OK, pour, type Behaviour } from './behaviour.ts';

/** What every body of an `encoded-…` behaviour says once it is decoded. */
export const DECODED_BODY = 'Longwatch keeps what it saw: every word of this body came through the decoder.\n';

/** How many bytes a `…-bomb` decodes to. */
export const BOMB_BYTES = 200 * 1024 * 1024;

// Node 20 cannot make zstd: `zstd -19` made this of DECODED_BODY.
const ZSTD = Buffer.from(
  'KLUv/SRPFQIA8oQPEaDtsFsFWuJlKxp6zb293zMjILw9bfZ8OZ6T7Mfxy4h5PV0OFcej/nlNX9/OvaAEPqpHwvTQ7a6ziYSm1iMAr31Sug==',
  'base64',
);

// BOMB_BYTES zeros; made here, they would need that much memory.
const BR_BOMB = Buffer.from(
  'z///fwAkAOKxQHLv//n//w+ABEAcFoDu/T////8BkACIwwLQvf/n//8/ABIAcVgAuvf//P//B0ACIA4LQPf+n////wBIAMRhAeje//P//x8ACYA4LADd' +
    '+3/+//8DIAEQhwWge//P//9/ACQA4rAAdO//+f//D4AEQBwWgO79P////wGQAIjDAtC9/+f//z8AEgBxWAC69//5//8HQAIgDgtA9/4P',
  'base64',
);

const GZIP = gzipSync(DECODED_BODY);
const MEBIBYTE_OF_ZEROS = Buffer.alloc(1_048_576);
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
const LAST_BLOCK = Buffer.from([3, 0]);
// CRC-32 of BOMB_BYTES zeros, and their count, both little-endian (RFC 1952, 2.3.1).
const BOMB_TRAILER = Buffer.from([0x61, 0x08, 0x4f, 0x53, 0, 0, 0x80, 0x0c]);

function encoded(encoding: string, body: Buffer): Behaviour {
  return answers(withBody(`content-encoding: ${encoding}\r\n`, body));
}

function typed(type: string, body: string | Buffer): Behaviour {
  return answers(withBody(`content-type: ${type}\r\n`, Buffer.from(body)));
}

function withBody(headers: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${OK}${headers}content-length: ${body.length}\r\n\r\n`), body]);
}

/** A gzip stream of BOMB_BYTES zeros: one small block, again and again. */
function* gzipBomb(): Generator<Buffer> {
  const options: ZlibOptions = { finishFlush: constants.Z_FULL_FLUSH, level: 9 };
  const block = deflateRawSync(MEBIBYTE_OF_ZEROS, options);
  yield GZIP_HEADER;
  for (let sent = 0; sent < BOMB_BYTES; sent += MEBIBYTE_OF_ZEROS.length) yield block;
  yield Buffer.concat([LAST_BLOCK, BOMB_TRAILER]);
}

function bomb(encoding: string, pieces: () => Iterable<Buffer>): Behaviour {
  return {
    requested(socket) {
      socket.write(`${OK}content-encoding: ${encoding}\r\n\r\n`);
      pour(socket, pieces()[Symbol.iterator]());
    },
  };
}

const DEPTH = 100_000;

export const BODY_BEHAVIOURS = {
  'encoded-gzip': encoded('gzip', GZIP),
  'encoded-x-gzip': encoded('x-gzip', GZIP),
  'encoded-gzip-upper-case': encoded('GZIP', GZIP),
  'encoded-br': encoded('br', brotliCompressSync(DECODED_BODY)),
  'encoded-deflate': encoded('deflate', deflateSync(DECODED_BODY)),
  'encoded-deflate-raw': encoded('deflate', deflateRawSync(DECODED_BODY)),
  'encoded-zstd': encoded('zstd', ZSTD),
  'encoded-identity': encoded('identity', Buffer.from(DECODED_BODY)),
  'encoded-gzip-members': encoded(
    'gzip',
    Buffer.concat([gzipSync(DECODED_BODY.slice(0, 9)), gzipSync(DECODED_BODY.slice(9))]),
  ),
  'encoded-gzip-gzip': encoded('gzip, gzip', gzipSync(GZIP)),
  'encoded-br-gzip': encoded('br, gzip', gzipSync(brotliCompressSync(DECODED_BODY))),
  'encoded-gzip-twice-named': answers(withBody('content-encoding: gzip\r\ncontent-encoding: gzip\r\n', gzipSync(GZIP))),
  'encoded-three-times': encoded('gzip, gzip, gzip', gzipSync(gzipSync(GZIP))),
  'encoded-500-times': encoded(Array.from({ length: 500 }, () => 'gzip').join(', '), GZIP),
  'encoded-unknown': encoded('rot13', Buffer.from('Ybatjngpu')),
  'encoded-empty': encoded('gzip', Buffer.alloc(0)),
  'encoded-gzip-in-chunks': answers(
    Buffer.concat([
      Buffer.from(`${OK}content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n`),
      ...Array.from(GZIP, (byte) => Buffer.from([0x31, 13, 10, byte, 13, 10])),
      Buffer.from('0\r\n\r\n'),
    ]),
  ),
  'gzip-wrong': encoded('gzip', Buffer.from(DECODED_BODY)),
  'gzip-trailing-junk': encoded('gzip', Buffer.concat([GZIP, Buffer.from('junk')])),
  'gzip-truncated': encoded('gzip', GZIP.subarray(0, GZIP.length - 20)),
  'gzip-bad-checksum': encoded('gzip', Buffer.concat([GZIP.subarray(0, -8), Buffer.alloc(4), GZIP.subarray(-4)])),
  'br-wrong': encoded('br', Buffer.alloc(64, 0xff)),
  'gzip-stalls': {
    requested: (socket) => socket.write(withBody('content-encoding: gzip\r\n', GZIP).subarray(0, -20)),
  },
  'gzip-bomb': bomb('gzip', gzipBomb),
  'gzip-bomb-in-gzip': bomb('gzip, gzip', () => [gzipSync(Buffer.concat([...gzipBomb()]))]),
  'br-bomb': encoded('br', BR_BOMB),
  'body-empty': typed('text/plain', ''),
  'body-not-utf8': typed('text/plain; charset=utf-8', Buffer.from('caf\u00e9 \u00fc\u00ff', 'latin1')),
  'body-latin1': typed('text/plain; charset=iso-8859-1', Buffer.from('caf\u00e9', 'latin1')),
  'body-utf16': typed('text/plain; charset=utf-16le', Buffer.from('caf\u00e9', 'utf16le')),
  'body-utf8-bom': typed('application/json', '\u{feff}{"status":"ok"}'),
  'body-unknown-charset': typed('text/plain; charset=klingon', 'caf\u00e9'),
  'body-html': typed('text/html', '<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\u0000'),
  'body-one-long-line': {
    requested(socket) {
      const line = Buffer.alloc(65_536, 'a');
      socket.write(`${OK}content-type: text/plain\r\ncontent-length: ${line.length * 16_384}\r\n\r\n`);
      pour(socket, Array.from({ length: 16_384 }, () => line)[Symbol.iterator]());
    },
  },
  'body-for-backtracking': typed('text/plain', `${'a'.repeat(5000)}!`),
  'json-ok': typed('application/json', '{"status":"ok","queue":{"length":3},"nodes":[{"up":true},{"up":false}]}'),
  'json-deep': typed('application/json', `${'['.repeat(DEPTH)}1${']'.repeat(DEPTH)}`),
  'json-deep-object': typed('application/json', `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`),
  'json-duplicate-keys': typed('application/json', '{"status":"ok","status":"broken"}'),
  'json-huge-number': typed('application/json', '{"status":1e400,"exact":12345678901234567890}'),
  'json-proto': typed('application/json', '{"__proto__":{"status":"ok"},"constructor":{"name":"ok"}}'),
  'json-truncated': typed('application/json', '{"status":"ok"'),
  'json-not': typed('application/json', 'ok'),
} as const satisfies Record<string, Behaviour>;
