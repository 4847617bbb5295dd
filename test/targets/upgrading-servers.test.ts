/** The WebSocket servers and the forward proxy, as plain clients see them. */
import { once } from 'node:events';
import { get, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { get as getTls, request as requestTls } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { closeAfterEach } from './close-after-each.ts';
import { startForwardProxy, type ForwardProxy } from './forward-proxy.ts';
import { startTarget, TEST_AUTHORITY } from './start-target.ts';
import { startWebServer } from './web-server.ts';
import { closeFrame, frame, frameReader, OPCODE, type Frame } from './websocket-frames.ts';
import {
  startWebSocketServer,
  type WebSocketBehaviour,
  type WebSocketServer,
  type WebSocketServerOptions,
} from './websocket-server.ts';

const { keep, later } = closeAfterEach();

function eventually<T>(look: () => T) {
  return expect.poll(look, { interval: 5, timeout: 5000 });
}

function keepRequest<R extends ClientRequest>(asked: R): R {
  later(() => asked.destroy());
  return asked.on('error', () => undefined);
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

function upgradeRequest(url: string): ClientRequest {
  const options = {
    agent: false,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': KEY,
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'one, two',
    },
  };
  const asked = url.startsWith('wss:')
    ? getTls(url.replace('wss', 'https'), { ...options, ca: TEST_AUTHORITY })
    : get(url.replace('ws', 'http'), options);
  return keepRequest(asked);
}

interface Upgraded {
  readonly server: WebSocketServer;
  readonly response: IncomingMessage;
  readonly socket: Socket;
  readonly frames: Frame[];
  /** Whether the connection is gone. */
  readonly ended: () => boolean;
}

async function upgrade(behaviour: WebSocketBehaviour, options?: WebSocketServerOptions): Promise<Upgraded> {
  const server = await keep(startWebSocketServer(behaviour, options));
  const [response, socket, head] = (await once(upgradeRequest(server.url), 'upgrade')) as [
    IncomingMessage,
    Socket,
    Buffer,
  ];
  later(() => socket.destroy());
  const frames: Frame[] = [];
  let ended = false;
  const read = frameReader((each) => frames.push(each));
  socket.on('error', () => undefined).on('close', () => (ended = true));
  read(head);
  socket.on('data', read);
  return { server, response, socket, frames, ended: () => ended };
}

const told = (frames: readonly Frame[]): readonly string[] => frames.map(({ payload }) => payload.toString('latin1'));

describe('the WebSocket servers', () => {
  it('agree to the upgrade as the RFC has it, and echo', async () => {
    const { server, response, socket, frames } = await upgrade('echo', { protocol: 'two' });
    expect(response.headers).toMatchObject({
      'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'sec-websocket-protocol': 'two',
    });
    const long = 'x'.repeat(70_000);
    for (const message of ['one', 'x'.repeat(200), long]) socket.write(frame(OPCODE.text, message, { mask: true }));
    await eventually(() => told(frames)).toEqual(['one', 'x'.repeat(200), long]);
    expect(frames.every(({ masked }) => !masked)).toBe(true);
    expect(server.messages()).toEqual(told(frames));
    expect(server.handshakes[0]).toMatchObject({ path: '/', headers: { upgrade: 'websocket' } });
    socket.write(frame(OPCODE.ping, 'p', { mask: true }));
    await eventually(() => frames.at(-1)?.opcode).toBe(OPCODE.pong);
  });

  it('speak TLS', async () => {
    const { frames } = await upgrade('greets', { certificate: 'good' });
    await eventually(() => told(frames)).toEqual(['hello']);
  });

  it.each<[WebSocketBehaviour, readonly string[]]>([
    ['greets', ['hello']],
    ['greets-json', ['{"status":"ok","clients":3}']],
    ['greets-binary', ['\0\u00ff\u0001']],
    ['drips-message', ['hello']],
    ['fragments', ['h', 'e', '', 'l', '', 'lo']],
    ['closes', ['\u0003\u00e9going away']],
    ['closes-without-code', ['']],
    ['text-after-close', ['\u0003\u00e8', 'hello']],
    ['bad-close-code', ['\u0003\u00e7']],
    ['short-close', ['x']],
    ['bad-utf8', ['\u00c3(']],
    ['lone-continuation', ['hello']],
    ['unknown-opcode', ['hello']],
  ])('%s says %j', async (behaviour, expected) => {
    const { frames } = await upgrade(behaviour);
    await eventually(() => told(frames)).toEqual(expected);
  });

  it('ping, and greet whoever answers', async () => {
    const { frames, socket } = await upgrade('pings');
    await eventually(() => frames.length).toBe(1);
    socket.write(frame(OPCODE.pong, frames[0]?.payload ?? '', { mask: true }));
    await eventually(() => told(frames)).toEqual(['are you there?', 'hello']);
  });

  it('send messages that are masked, or large, or many', async () => {
    const masked = await upgrade('masked');
    await eventually(() => masked.frames).toMatchObject([{ masked: true }]);
    const large = await upgrade('big-message');
    await eventually(() => large.frames[0]?.payload.length).toBe(10 * 1_048_576);
    const many = await upgrade('counts');
    await eventually(() => told(many.frames).slice(0, 3)).toEqual(['1', '2', '3']);
    const endless = await upgrade('endless-message');
    await eventually(() => endless.frames.length).toBeGreaterThan(20);
    expect(endless.frames.some(({ fin }) => fin)).toBe(false);
  });

  it('break off a message or a connection', async () => {
    const { socket, frames } = await upgrade('closes-after-message');
    socket.write(frame(OPCODE.text, 'x', { mask: true }));
    await eventually(() => told(frames)).toEqual(['\u0003\u00f3it broke']);
    for (const behaviour of ['ends', 'resets'] as const) {
      const { ended } = await upgrade(behaviour);
      await eventually(ended).toBe(true);
    }
  });

  it('answer a close frame, or do not', async () => {
    const polite = await upgrade('silent');
    polite.socket.write(closeFrame(1000));
    await eventually(polite.ended).toBe(true);
    const rude = await upgrade('no-closing');
    rude.socket.write(closeFrame(1000));
    await eventually(() => rude.server.frames.length).toBe(1);
    expect(rude.ended()).toBe(false);
  });

  it.each<[WebSocketBehaviour, number]>([
    ['refuses', 403],
    ['wants-login', 401],
    ['answers-200', 200],
    ['redirects', 302],
  ])('%s answers %d', async (behaviour, status) => {
    const { url } = await keep(startWebSocketServer(behaviour));
    const [response] = (await once(upgradeRequest(url), 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(status);
  });

  it('get the accept key wrong', async () => {
    expect((await upgrade('wrong-accept')).response.headers['sec-websocket-accept']).toMatch(/^(?!s3pP).{27}=$/);
    expect((await upgrade('no-accept')).response.headers).not.toHaveProperty('sec-websocket-accept');
    expect((await upgrade('unasked-protocol')).response.headers['sec-websocket-protocol']).toBe('nobody-asked');
  });

  it.each<WebSocketBehaviour>(['silent', 'counts', 'endless-message', 'big-message', 'garbage', 'huge-length'])(
    '%s lets go of a client that leaves',
    async (behaviour) => {
      const { server, socket } = await upgrade(behaviour);
      socket.destroy();
      await eventually(server.openConnections).toBe(0);
    },
  );

  it.each<WebSocketBehaviour>(['never-answers', 'stalls-in-upgrade'])('%s', async (behaviour) => {
    const { url, handshakes, openConnections } = await keep(startWebSocketServer(behaviour));
    const asked = upgradeRequest(url);
    await eventually(() => handshakes.length).toBe(1);
    expect(openConnections()).toBe(1);
    asked.destroy();
    await eventually(openConnections).toBe(0);
  });
});

/** Asks a proxy for a tunnel. */
async function tunnel(proxy: ForwardProxy, target: string, headers = {}): Promise<[IncomingMessage, Socket]> {
  const send = proxy.url.startsWith('https:') ? requestTls : request;
  const asked = send(proxy.url, { method: 'CONNECT', path: target, headers, ca: TEST_AUTHORITY, agent: false });
  keepRequest(asked).end();
  const [response, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket];
  later(() => socket.destroy());
  return [response, socket];
}

async function askThrough(proxy: ForwardProxy, url: string, headers = {}): Promise<[number | undefined, string]> {
  const asked = keepRequest(
    get(proxy.url, { path: url, headers: { host: new URL(url).host, ...headers }, agent: false }),
  );
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return [response.statusCode, await text(response)];
}

describe('the forward proxy', () => {
  it.each([{}, { certificate: 'good' }] as const)('tunnels %j', async (options) => {
    const { port } = await keep(startTarget('tls-ok'));
    const proxy = await keep(startForwardProxy({ ...options, hosts: { 'site.test': '127.0.0.1' } }));
    const [response, socket] = await tunnel(proxy, `site.test:${port}`);
    expect(response.statusCode).toBe(200);
    const secure = connectTls({ socket, ca: TEST_AUTHORITY, servername: 'localhost' });
    later(() => secure.destroy());
    secure.write('GET / HTTP/1.1\r\n\r\n');
    expect(await text(secure)).toMatch(/200 OK/);
    expect(proxy.requests).toMatchObject([{ method: 'CONNECT', target: `site.test:${port}` }]);
  });

  it('forwards requests in absolute form, without its own secrets', async () => {
    const server = await keep(startWebServer());
    const proxy = await keep(startForwardProxy({ hosts: { 'site.test': '127.0.0.1' } }));
    const url = `http://site.test:${server.port}/a?b=1`;
    const [status] = await askThrough(proxy, url, { 'proxy-authorization': 'Basic eDp5' });
    expect(status).toBe(200);
    expect(server.requests[0]).toMatchObject({ path: '/a?b=1', headers: { host: `site.test:${server.port}` } });
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(proxy.requests[0]?.target).toBe(url);
    expect((await askThrough(proxy, 'http://nowhere.test/'))[0]).toBe(502);
  });

  it('asks for credentials', async () => {
    const { port, url } = await keep(startTarget('ok'));
    const proxy = await keep(startForwardProxy({ credentials: { username: 'ada', password: 'secret' } }));
    const headers = { 'proxy-authorization': `Basic ${Buffer.from('ada:secret').toString('base64')}` };
    expect((await tunnel(proxy, `127.0.0.1:${port}`))[0].statusCode).toBe(407);
    expect((await tunnel(proxy, `127.0.0.1:${port}`, headers))[0].statusCode).toBe(200);
    expect((await askThrough(proxy, url))[0]).toBe(407);
    expect((await askThrough(proxy, url, headers))[0]).toBe(200);
  });

  it('refuses, breaks, drops and hangs', async () => {
    const { port } = await keep(startTarget('ok'));
    const proxy = await keep(startForwardProxy());
    const target = `127.0.0.1:${port}`;
    const statuses = [];
    for (const mode of ['refuses', 'breaks', 'hangs-in-tunnel', 'drops-tunnel'] as const) {
      proxy.setMode(mode);
      statuses.push((await tunnel(proxy, target))[0].statusCode);
    }
    expect(statuses).toEqual([403, 502, 200, 200]);
    for (const mode of ['closes', 'resets', 'garbage'] as const) {
      proxy.setMode(mode);
      await expect(tunnel(proxy, target)).rejects.toThrow(/hang up|ECONNRESET|Parse Error/);
    }
    proxy.setMode('hangs');
    const asked = keepRequest(request(proxy.url, { method: 'CONNECT', path: target, agent: false }));
    asked.end();
    await eventually(() => proxy.requests.length).toBe(8);
    expect(proxy.openConnections()).toBeGreaterThan(0);
    asked.destroy();
  });
});
