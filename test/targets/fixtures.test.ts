/** Each server of this folder does what its name says, as plain clients of Node see it. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { closeAfterEach } from './close-after-each.ts';
import { BEHAVIOURS, type BehaviourName } from './behaviours.ts';
import { BOMB_BYTES, DECODED_BODY } from './body-behaviours.ts';
import { TEST_CLIENT, TEST_CLIENT_STRANGER } from './certificates.ts';
import { startTarget, TEST_AUTHORITY, type TargetOptions } from './start-target.ts';

const { keep, later } = closeAfterEach();

const target = (name: BehaviourName, options?: TargetOptions) => keep(startTarget(name, options));

function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  later(() => socket.destroy());
  return socket;
}

/** What a peer sends until it ends or `enough` says so. */
async function hear(socket: Socket, enough: (heard: Buffer) => boolean = () => false): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of socket) {
    pieces.push(piece as Buffer);
    if (enough(Buffer.concat(pieces))) break;
  }
  return Buffer.concat(pieces);
}

/** The whole answer of a raw server to a GET. */
async function answerOf(name: BehaviourName, path = '/'): Promise<Buffer> {
  const { port } = await target(name);
  const socket = dial(port);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  return hear(socket);
}

async function bodyOf(name: BehaviourName): Promise<Buffer> {
  const answer = await answerOf(name);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
}

async function handshake(name: BehaviourName, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { port } = await target(name);
  const socket = connectTls({ port, host: '127.0.0.1', ca: TEST_AUTHORITY, ...options });
  later(() => socket.destroy());
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  return socket;
}

describe('raw servers', () => {
  it('count what they hold and took, and let go of it when they close', async () => {
    const { port, openConnections, acceptedConnections, close } = await target('never-answers');
    const sockets = [dial(port), dial(port)];
    await vi.waitFor(() => expect(openConnections()).toBe(2), 5000);
    sockets[0]?.destroy();
    await vi.waitFor(() => expect(openConnections()).toBe(1), 5000);
    expect(acceptedConnections()).toBe(2);
    await close();
    expect(openConnections()).toBe(0);
  });

  it.each<[BehaviourName, RegExp]>([
    ['drips-answer', /^HTTP\/1\.1 200 OK\r\ncontent-length: 2\r\n\r\nok$/],
    ['status-103', /^HTTP\/1\.1 103 .*\r\n\r\nHTTP\/1\.1 200 /s],
    ['status-200-junk', /^HTTP\/1\.1 200 .<b>/],
    ['redirect-giant', /location: \/x{1048576}\r\n/],
    ['redirect-empty', /location: \r\n/],
    ['redirect-to-file', /location: file:\/\/\/etc\/passwd\r\n/],
    ['two-lengths', /content-length: 2\r\ncontent-length: 3\r\n/],
    ['nul-in-header', /x-nul: a\0b/],
    ['bare-lf', /^HTTP\/1\.1 200 OK\ncontent-length: 2\n\nok$/],
  ])('%s answers %s', async (name, expected) => {
    const answer = (await answerOf(name)).toString('latin1');
    expect(answer).toMatch(expected);
  });

  it.each<BehaviourName>([
    'stalls-in-header',
    'stalls-after-header',
    'infinite-header',
    'infinite-chunks',
    'gzip-stalls',
  ])('%s begins and does not end', async (name) => {
    const { port, openConnections } = await target(name);
    const socket = dial(port);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await hear(socket, (heard) => heard.length > 20);
    expect(openConnections()).toBe(1);
  });

  it('resets-at-once resets', async () => {
    const { port } = await target('resets-at-once');
    const socket = connect(port, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('redirect-countdown leads down to zero', async () => {
    expect(String(await answerOf('redirect-countdown', '/3'))).toContain('location: /2\r\n');
    expect(String(await answerOf('redirect-countdown', '/0'))).toContain('200 OK');
  });

  it.each(Object.keys(BEHAVIOURS) as BehaviourName[])('%s lets go of a client that leaves', async (name) => {
    const { port, openConnections, acceptedConnections } = await target(name);
    const socket = dial(port);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await vi.waitFor(() => expect(acceptedConnections()).toBe(1), { interval: 2, timeout: 5000 });
    socket.destroy();
    await vi.waitFor(() => expect(openConnections()).toBe(0), { interval: 2, timeout: 5000 });
  });

  it('has a name for each in one style', () => {
    for (const name of Object.keys(BEHAVIOURS)) expect(name).toMatch(/^[a-z0-9.-]+$/);
  });
});

describe('encoded bodies', () => {
  it.each<[BehaviourName, (body: Buffer) => Buffer]>([
    ['encoded-gzip', gunzipSync],
    ['encoded-gzip-members', gunzipSync],
    ['encoded-br', brotliDecompressSync],
    ['encoded-deflate', inflateSync],
    ['encoded-deflate-raw', inflateRawSync],
    ['encoded-gzip-gzip', (body) => gunzipSync(gunzipSync(body))],
    ['encoded-br-gzip', (body) => brotliDecompressSync(gunzipSync(body))],
  ])('%s decodes to the same body', async (name, decode) => {
    expect(decode(await bodyOf(name)).toString()).toBe(DECODED_BODY);
  });

  it('encoded-zstd has the magic number of zstd and the length of the body', async () => {
    const body = await bodyOf('encoded-zstd');
    expect(body.subarray(0, 4).toString('hex')).toBe('28b52ffd');
    expect(body[5]).toBe(DECODED_BODY.length);
  });

  it.each<BehaviourName>(['gzip-wrong', 'gzip-truncated', 'gzip-bad-checksum'])('%s does not decode', async (name) => {
    const body = await bodyOf(name);
    expect(() => gunzipSync(body)).toThrow(/incorrect|unexpected end/);
  });

  it('br-bomb is valid and tiny on the wire', async () => {
    const body = await bodyOf('br-bomb');
    expect(body.length).toBeLessThan(200);
    expect(brotliDecompressSync(body)).toHaveLength(BOMB_BYTES);
  });

  it('gzip-bomb is valid, small on the wire and large when decoded', async () => {
    const body = await bodyOf('gzip-bomb');
    expect(body.length).toBeLessThan(300_000);
    expect(gunzipSync(body)).toHaveLength(BOMB_BYTES);
    expect(gunzipSync(await bodyOf('gzip-bomb-in-gzip')).equals(body)).toBe(true);
  });
});

/** OpenSSL 3.5, which newer Node.js brings along, names it otherwise. */
const HANDSHAKE_ALERT = /^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/;

describe('TLS servers', () => {
  it.each<[BehaviourName, string | RegExp]>([
    ['tls-self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['tls-wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['tls-expired', 'CERT_HAS_EXPIRED'],
    ['tls-not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['tls-missing-intermediate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['tls-giant-chain', 'ERR_SSL_EXCESSIVE_MESSAGE_SIZE'],
    ['tls-1.0-only', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['tls-1.1-only', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['tls-alert', HANDSHAKE_ALERT],
    ['tls-noise', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['tls-plain-http', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['tls-name-needed', HANDSHAKE_ALERT],
    ['tls-1.2-client-certificate', HANDSHAKE_ALERT],
  ])('%s fails with %s', async (name, code) => {
    await expect(handshake(name)).rejects.toMatchObject({ code: expect.stringMatching(code) });
  });

  it.each<[BehaviourName, ConnectionOptions]>([
    ['tls-ok', {}],
    ['tls-full-chain', {}],
    ['tls-hostile-name', {}],
    ['tls-1.2-only', { maxVersion: 'TLSv1.2' }],
    ['tls-1.3-only', { minVersion: 'TLSv1.3' }],
    ['tls-1.0-only', { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['tls-1.1-only', { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['tls-weak-key', { ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['tls-name-needed', { servername: 'localhost' }],
    ['tls-name-needed', { servername: 'other.example' }],
    ['tls-by-name', { servername: 'localhost' }],
    ['tls-alpn-http1', { ALPNProtocols: ['http/1.1'] }],
  ])('%s is fine for a client with %j', async (name, options) => {
    const socket = await handshake(name, options);
    expect(socket.authorized).toBe(true);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    expect((await hear(socket)).toString()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it.each<BehaviourName>(['tls-client-certificate', 'tls-1.2-client-certificate'])(
    '%s lets in the client with the certificate',
    async (name) => {
      const socket = await handshake(name, TEST_CLIENT);
      socket.write('GET / HTTP/1.1\r\n\r\n');
      expect((await hear(socket)).toString()).toMatch(/^HTTP\/1\.1 200 OK/);
    },
  );

  it('tls-by-name shows another certificate to a client that names no host', async () => {
    await expect(handshake('tls-by-name')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it.each([
    ['no certificate', {}],
    ['one it does not trust', TEST_CLIENT_STRANGER],
  ])('tls-client-certificate lets in nobody with %s', async (_what, options) => {
    const { port, requests } = await target('tls-client-certificate');
    const socket = connectTls({ port, host: '127.0.0.1', ca: TEST_AUTHORITY, ...options });
    socket.on('error', () => undefined).on('secureConnect', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
    await new Promise((resolve) => socket.resume().on('close', resolve));
    expect(requests).toEqual([]);
  });

  it('tls-weak-key shows a key that is too short', async () => {
    await expect(handshake('tls-weak-key')).rejects.toThrow(/too weak/);
  });
});
