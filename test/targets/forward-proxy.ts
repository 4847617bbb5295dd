/**
 * An HTTP forward proxy: tunnels with CONNECT, and requests in absolute form. It finds names in its own table, so that a
 * test can ask through it for hosts that exist nowhere:
 *
 *     const proxy = await startForwardProxy({ hosts: { 'site.test': '127.0.0.1' } });
 */
import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { testCertificate, type CertificateName } from './certificates.ts';
import { openFixture, type Fixture } from './open-fixture.ts';

/**
 * `forwards` is right; `refuses` answers 403, `breaks` 502 to everything; `hangs` never answers; `closes` ends the connection
 * instead of answering; `resets` resets it; `garbage` answers bytes that are no HTTP; `hangs-in-tunnel` agrees to CONNECT and
 * forwards nothing; `drops-tunnel` agrees and ends.
 */
export type ProxyMode =
  | 'forwards'
  | 'refuses'
  | 'breaks'
  | 'hangs'
  | 'closes'
  | 'resets'
  | 'garbage'
  | 'hangs-in-tunnel'
  | 'drops-tunnel';

export interface ForwardProxyOptions {
  readonly mode?: ProxyMode;
  /** Answers 407 to whoever does not name these. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Speaks TLS with its clients. */
  readonly certificate?: CertificateName;
  /** Addresses by name; `localhost` is 127.0.0.1, and other names lead to a 502. */
  readonly hosts?: Readonly<Record<string, string>>;
}

export interface ProxyRequest {
  readonly method: string;
  /** As asked: `host:port` with CONNECT, a whole URL otherwise. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface ForwardProxy extends Fixture {
  readonly url: string;
  readonly requests: readonly ProxyRequest[];
  readonly setMode: (mode: ProxyMode) => void;
}

/** Starts a forward proxy on a free port of the loopback. */
export async function startForwardProxy(options: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const { certificate } = options;
  let { mode = 'forwards' } = options;
  const requests: ProxyRequest[] = [];
  const upstream = new Set<Socket>();
  const server = certificate === undefined ? createServer() : createHttpsServer(testCertificate(certificate));

  const record = ({ method = '', url = '', headers }: IncomingMessage): void => {
    requests.push({ method, target: url, headers });
  };
  const keep = (socket: Socket): Socket => {
    upstream.add(socket);
    return socket.on('close', () => upstream.delete(socket)).on('error', () => socket.destroy());
  };

  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    record(request);
    client.on('error', () => undefined);
    const refusal = refuse(request, mode, options);
    if (refusal !== null) return misbehave(client, refusal);
    const address = find(request.url ?? '', options);
    if (address === null) return void client.end(`${BAD_GATEWAY}content-length: 0\r\n\r\n`);
    tunnel({ client, head, mode, dial: () => keep(connect(address.port, address.host)) });
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    record(request);
    const refusal = refuse(request, mode, options);
    if (refusal !== null) return misbehave(request.socket, refusal);
    forward(request, response, options);
  });

  const fixture = await openFixture(server);
  return {
    ...fixture,
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${fixture.port}/`,
    requests,
    setMode: (next) => (mode = next),
    async close() {
      for (const socket of upstream) socket.destroy();
      await fixture.close();
    },
  };
}

const BAD_GATEWAY = 'HTTP/1.1 502 Bad Gateway\r\n';
const PROXY_AUTHENTICATE = 'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="proxy"\r\n';

/** What to answer instead of forwarding, or what to do to the connection; null where nothing is wrong. */
type Refusal = { readonly answer: string } | { readonly act: 'hang' | 'end' | 'reset' };

function refuse(request: IncomingMessage, mode: ProxyMode, { credentials }: ForwardProxyOptions): Refusal | null {
  switch (mode) {
    case 'refuses':
      return { answer: 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n' };
    case 'breaks':
      return { answer: `${BAD_GATEWAY}content-length: 0\r\n\r\n` };
    case 'garbage':
      return { answer: 'SSH-2.0-OpenSSH_9.2p1\r\n' };
    case 'hangs':
      return { act: 'hang' };
    case 'closes':
      return { act: 'end' };
    case 'resets':
      return { act: 'reset' };
    case 'forwards':
    case 'hangs-in-tunnel':
    case 'drops-tunnel':
  }
  if (credentials === undefined) return null;
  const wanted = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  if (request.headers['proxy-authorization'] === `Basic ${wanted}`) return null;
  return { answer: `${PROXY_AUTHENTICATE}content-length: 0\r\n\r\n` };
}

function misbehave(client: Socket, refusal: Refusal): void {
  leaveWithPeer(client);
  if ('answer' in refusal) client.end(refusal.answer);
  else if (refusal.act === 'end') client.end();
  else if (refusal.act === 'reset') client.resetAndDestroy();
}

/** Sockets of an HTTP server stay half open by themselves, and do not see their peer leave while nobody reads. */
function leaveWithPeer(client: Socket): void {
  client.resume().on('end', () => client.end());
}

interface Tunnel {
  readonly client: Socket;
  readonly head: Buffer;
  readonly mode: ProxyMode;
  readonly dial: () => Socket;
}

function tunnel({ client, head, mode, dial }: Tunnel): void {
  const agreement = 'HTTP/1.1 200 Connection Established\r\n\r\n';
  if (mode === 'hangs-in-tunnel' || mode === 'drops-tunnel') {
    leaveWithPeer(client);
    client.write(agreement);
    if (mode === 'drops-tunnel') client.end();
    return;
  }
  const server = dial();
  server.once('connect', () => {
    client.write(agreement);
    server.write(head);
    server.pipe(client).pipe(server);
  });
  server.once('error', () => client.end(`${BAD_GATEWAY}content-length: 0\r\n\r\n`));
  server.once('close', () => client.end());
  client.once('close', () => server.destroy());
}

function forward(request: IncomingMessage, response: ServerResponse, options: ForwardProxyOptions): void {
  const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : null;
  const address = url === null ? null : find(`${url.hostname}:${url.port || 80}`, options);
  if (url === null || address === null) return void response.writeHead(502).end();
  const { 'proxy-authorization': _secret, 'proxy-connection': _hop, ...headers } = request.headers;
  const onward = sendRequest({
    ...address,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, via: '1.1 test-proxy' },
    agent: false,
  });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

function find(
  target: string,
  { hosts = {} }: ForwardProxyOptions,
): { readonly host: string; readonly port: number } | null {
  const [, bracketed, plain, port = ''] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(target) ?? [];
  const name = bracketed ?? plain;
  if (name === undefined) return null;
  const host = isIP(name) === 0 ? (hosts[name] ?? (name === 'localhost' ? '127.0.0.1' : null)) : name;
  return host === null ? null : { host, port: Number(port) };
}
