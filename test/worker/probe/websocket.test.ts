import { afterEach, describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/core/reasons.ts';
import { VERSION } from '../../../src/core/version.ts';
import { probeWebsocket } from '../../../src/worker/probe/websocket.ts';
import { leaksNothing, probeWritten } from '../../support/probing.ts';
import type { BehaviourName } from '../../targets/behaviours.ts';
import type { CertificateName } from '../../targets/certificates.ts';
import { refusedPort, type Fixture } from '../../targets/open-fixture.ts';
import { startTarget } from '../../targets/start-target.ts';
import {
  startWebSocketServer,
  type WebSocketBehaviour,
  type WebSocketServerOptions,
} from '../../targets/websocket-server.ts';

const TIMEOUT = 300;

const open: Fixture[] = [];
afterEach(() => Promise.all(open.splice(0).map((fixture) => fixture.close())));

async function keep<F extends Fixture>(starting: Promise<F>): Promise<F> {
  const fixture = await starting;
  open.push(fixture);
  return fixture;
}

const serve = (behaviour: WebSocketBehaviour, options: WebSocketServerOptions = {}) =>
  keep(startWebSocketServer(behaviour, options));

function probeUrl(url: string, written: Readonly<Record<string, unknown>> = {}) {
  return probeWritten(probeWebsocket, { type: 'websocket', url, timeout: `${TIMEOUT}ms`, ...written });
}

async function probeServer(behaviour: WebSocketBehaviour, written: Readonly<Record<string, unknown>> = {}) {
  return probeUrl((await serve(behaviour)).url, written);
}

const HELLO = { expect: { message: 'hello' } };

type Expected = readonly [WebSocketBehaviour, Readonly<Record<string, unknown>>, Reason | null];

const OUTCOMES: readonly Expected[] = [
  ['silent', {}, null],
  ['silent', { send: 'hi' }, null],
  ['echo', { send: 'hello', ...HELLO }, null],
  ['greets', HELLO, null],
  ['greets', { expect: { message: { equals: 'hello' } } }, null],
  ['greets-binary', { expect: { message: { matches: '.' } } }, null],
  ['greets-json', { expect: { message: '"status":"ok"' } }, null],
  ['pings', HELLO, null],
  ['fragments', HELLO, null],
  ['drips-message', HELLO, null],
  ['no-closing', HELLO, null],
  ['counts', { expect: { message: { equals: '7' } } }, null],
  ['counts', { expect: { message: 'never' } }, 'message_unexpected'],
  ['greets', { expect: { message: 'goodbye' } }, 'message_unexpected'],
  ['silent', HELLO, 'timeout_wait'],
  ['closes', HELLO, 'conn_closed'],
  ['closes-after-message', { send: 'hi', ...HELLO }, 'conn_closed'],
  ['closes-without-code', HELLO, 'conn_closed'],
  ['ends', HELLO, 'conn_closed'],
  ['big-message', HELLO, 'message_unexpected'],
  ['endless-message', HELLO, 'message_unexpected'],
  ['masked', HELLO, 'protocol_error'],
  ['reserved-bits', HELLO, 'protocol_error'],
  ['unknown-opcode', HELLO, 'protocol_error'],
  ['bad-utf8', HELLO, 'protocol_error'],
  ['lone-continuation', HELLO, 'protocol_error'],
  ['long-ping', HELLO, 'protocol_error'],
  ['fragmented-ping', HELLO, 'protocol_error'],
  ['huge-length', HELLO, 'protocol_error'],
  ['bad-close-code', HELLO, 'protocol_error'],
  ['short-close', HELLO, 'protocol_error'],
  ['garbage', HELLO, 'protocol_error'],
  ['text-after-close', HELLO, 'conn_closed'],
  ['refuses', {}, 'websocket_refused'],
  ['wants-login', {}, 'websocket_refused'],
  ['answers-200', {}, 'websocket_refused'],
  ['redirects', {}, 'websocket_refused'],
  ['wrong-accept', {}, 'websocket_refused'],
  ['no-accept', {}, 'websocket_refused'],
  ['no-upgrade-header', {}, 'websocket_refused'],
  ['unasked-protocol', {}, 'websocket_refused'],
  ['unasked-extension', {}, 'websocket_refused'],
  ['never-answers', {}, 'timeout_wait'],
  ['stalls-in-upgrade', {}, 'timeout_wait'],
  ['closes-in-upgrade', {}, 'conn_closed'],
];

describe('a WebSocket', () => {
  it.each(OUTCOMES)('that %s, with %j, comes to %s', async (behaviour, written, reason) => {
    const { url, port } = await serve(behaviour);
    const outcome = await probeUrl(url, written);
    expect(outcome).toMatchObject({ reason, status: reason === null ? 'up' : 'down', finalUrl: url });
    expect(outcome.address).toBe(`127.0.0.1:${port}`);
    expect(outcome.message === null).toBe(reason === null);
    expect(outcome.durationMs).toBeLessThanOrEqual(TIMEOUT + 100);
    expect(outcome.phases.wait).toBeGreaterThan(0);
    expect(outcome.evidence.attempts).toMatchObject([{ reason: null }]);
  });

  it('that resets is closed or reset: Node ends a connection before it resets it', async () => {
    const { reason } = await probeServer('resets', HELLO);
    expect(['conn_closed', 'conn_reset']).toContain(reason);
  });

  it.each<[WebSocketBehaviour, number | null]>([
    ['silent', 101],
    ['refuses', 403],
    ['wants-login', 401],
    ['redirects', 302],
    ['wrong-accept', 101],
    ['never-answers', null],
  ])('that %s has the status code %s', async (behaviour, statusCode) => {
    expect(await probeServer(behaviour)).toMatchObject({ statusCode });
  });

  it.each<[WebSocketBehaviour, Readonly<Record<string, unknown>>, string]>([
    ['refuses', {}, 'the server does not open the WebSocket (403)'],
    ['wrong-accept', {}, 'the server does not open the WebSocket (Invalid Sec-WebSocket-Accept header)'],
    ['closes', HELLO, 'the connection was closed before an answer (1001 going away)'],
    ['greets', { expect: { message: 'bye' } }, 'message: got "hello", expected to contain "bye"'],
    ['big-message', HELLO, 'a message is larger than 1 MiB'],
  ])('that %s says so', async (behaviour, written, message) => {
    expect(await probeServer(behaviour, written)).toMatchObject({ message });
  });

  it('counts the messages that came before the one that fits', async () => {
    const outcome = await probeServer('counts', { expect: { message: { equals: '7' } } });
    expect(outcome.evidence.facts).toMatchObject({ messages: '7' });
    expect(outcome.evidence.findings).toMatchObject([{ what: 'message', ok: true, got: '"7", the last of 7' }]);
  });

  it('is not opened where nobody listens, nor at an address the guard refuses', async () => {
    expect(await probeUrl(`ws://127.0.0.1:${await refusedPort()}/`)).toMatchObject({ reason: 'conn_refused' });
    expect(await probeUrl('ws://169.254.169.254/')).toMatchObject({ status: 'unknown', reason: 'blocked' });
  });

  it.each<[BehaviourName, Reason]>([
    ['ssh-banner', 'protocol_error'],
    ['http-0.9', 'protocol_error'],
    ['closes-at-once', 'conn_closed'],
    ['resets', 'conn_reset'],
    ['giant-header', 'protocol_error'],
  ])('where there is a server that is %s comes to %s', async (behaviour, reason) => {
    const { port } = await keep(startTarget(behaviour));
    expect(await probeUrl(`ws://127.0.0.1:${port}/`)).toMatchObject({ status: 'down', reason });
  });
});

describe('over TLS', () => {
  it('opens, and reads the certificate', async () => {
    const { url } = await serve('greets', { certificate: 'good' });
    const outcome = await probeUrl(url, {
      timeout: '5s',
      expect: { message: 'hello', certificate: { expires_in: '7d', subject: 'localhost' } },
    });
    expect(outcome).toMatchObject({ status: 'up', statusCode: 101 });
    expect(outcome.phases.tls).toBeGreaterThan(0);
    expect(outcome.evidence.facts).toMatchObject({ 'tls version': 'TLSv1.3' });
    expect(outcome.evidence.certificates[0]).toMatchObject({ subject: 'localhost' });
    expect(outcome.evidence.findings.map(({ what, ok }) => [what, ok])).toEqual([
      ['message', true],
      ['certificate.expires_in', true],
      ['certificate.subject', true],
    ]);
  });

  it.each<[CertificateName, Reason]>([
    ['expired', 'tls_expired'],
    ['self-signed', 'tls_untrusted'],
    ['wrong-host', 'tls_wrong_host'],
  ])('a certificate that is %s comes to %s and is kept', async (certificate, reason) => {
    const { url } = await serve('greets', { certificate });
    const outcome = await probeUrl(url, { timeout: '5s' });
    expect(outcome).toMatchObject({ status: 'down', reason, statusCode: null });
    expect(outcome.evidence.certificates.length).toBeGreaterThan(0);
  });
});

describe('what is sent', () => {
  it('names the program, its credentials and what is configured', async () => {
    const server = await serve('echo', { protocol: 'graphql-ws' });
    const outcome = await probeUrl(`${server.url}live?room=1`, {
      headers: { 'X-Room': 'one', Origin: 'https://app.example' },
      auth: { basic: { username: 'me', password: 'secret' } },
      subprotocol: 'graphql-ws',
      send: 'hello',
      ...HELLO,
    });
    expect(outcome).toMatchObject({ status: 'up', evidence: { facts: { subprotocol: 'graphql-ws' } } });
    expect(server.handshakes).toMatchObject([{ path: '/live?room=1' }]);
    expect(server.handshakes[0]?.headers).toMatchObject({
      'user-agent': `longwatch/${VERSION} (uptime monitor)`,
      authorization: `Basic ${btoa('me:secret')}`,
      'x-room': 'one',
      origin: 'https://app.example',
      'sec-websocket-protocol': 'graphql-ws',
    });
    expect(server.handshakes[0]?.headers).not.toHaveProperty('sec-websocket-extensions');
    expect(server.messages()).toEqual(['hello']);
  });

  it('lets configured headers win', async () => {
    const server = await serve('silent');
    await probeUrl(server.url, { headers: { 'User-Agent': 'mine', AUTHORIZATION: 'Own' }, auth: { bearer: 'token' } });
    expect(server.handshakes[0]?.headers).toMatchObject({ 'user-agent': 'mine', authorization: 'Own' });
  });

  it('is a goodbye when all went well', async () => {
    const server = await serve('greets');
    await probeUrl(server.url, HELLO);
    await expect.poll(() => server.frames.at(-1), { interval: 5 }).toMatchObject({ opcode: 8 });
    expect(server.frames.at(-1)?.payload.readUInt16BE()).toBe(1000);
  });

  it('is refused when the server does not speak the subprotocol', async () => {
    expect(await probeServer('echo', { subprotocol: 'mqtt' })).toMatchObject({ reason: 'websocket_refused' });
  });
});

describe('a probe of a WebSocket', () => {
  it.each<[WebSocketBehaviour, Readonly<Record<string, unknown>>]>([
    ['greets', { timeout: '5s', ...HELLO }],
    ['refuses', { timeout: '5s' }],
    ['never-answers', { timeout: '30ms' }],
    ['masked', { timeout: '5s', ...HELLO }],
    ['counts', { timeout: '30ms', expect: { message: 'never' } }],
    ['endless-message', { timeout: '5s', ...HELLO }],
  ])(
    'that %s leaves nothing behind',
    async (behaviour, written) => {
      const { url, openConnections } = await serve(behaviour);
      await leaksNothing(() => probeUrl(url, written), openConnections);
    },
    20_000,
  );

  it('over TLS leaves nothing behind', async () => {
    const { url, openConnections } = await serve('greets', { certificate: 'good' });
    await leaksNothing(() => probeUrl(url, { timeout: '5s', ...HELLO }), openConnections);
  }, 20_000);
});
