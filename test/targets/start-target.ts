import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BEHAVIOURS, type Behaviour, type BehaviourContext, type BehaviourName } from './behaviours.ts';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What of the body came together with the head. */
  readonly body: string;
}

export interface Target {
  /** `http://127.0.0.1:<port>/`, or https where the behaviour speaks TLS or claims to. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  /** Connections the server still holds. */
  openConnections(): number;
  close(): Promise<void>;
}

export interface TargetOptions {
  /** Where the redirecting behaviours lead. */
  readonly location?: string;
  /** The address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
}

/** The authority that signed the certificates of the TLS targets, as PEM. */
export const TEST_AUTHORITY = readFileSync(new URL('certificates/authority.pem', import.meta.url), 'utf8');

/** A certificate of ./certificates with its key, as PEM. */
export function testCertificate(name: string): { readonly cert: Buffer; readonly key: Buffer } {
  return {
    cert: readFileSync(new URL(`certificates/${name}.pem`, import.meta.url)),
    key: readFileSync(new URL('certificates/key.pem', import.meta.url)),
  };
}

/** Starts a server on a free port of the loopback that behaves as named. */
export async function startTarget(name: BehaviourName, options: TargetOptions = {}): Promise<Target> {
  const behaviour: Behaviour = BEHAVIOURS[name];
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const requests: ReceivedRequest[] = [];
  const context: BehaviourContext = {
    location: options.location ?? '/',
    repeat(socket, everyMs, step) {
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : step()), everyMs);
      timers.add(timer);
      socket.on('close', () => clearInterval(timer));
    },
  };

  const serve = (socket: Socket): void => {
    socket.on('error', () => undefined);
    behaviour.connected?.(socket, context);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (!received.includes('\r\n\r\n')) return;
      const request = parseRequest(received);
      requests.push(request);
      received = '';
      behaviour.requested?.(socket, context, request.path);
    });
  };

  const server = createServer(behaviour, serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server, options.host ?? '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  const scheme = behaviour.certificate !== undefined || behaviour.claimsTls === true ? 'https' : 'http';
  const host = options.host?.includes(':') === true ? `[${options.host}]` : (options.host ?? '127.0.0.1');
  return {
    url: `${scheme}://${host}:${port}/`,
    port,
    requests,
    openConnections: () => sockets.size,
    async close() {
      for (const timer of timers) clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port of the loopback on which nobody listens. */
export async function refusedPort(): Promise<number> {
  const server = createTcpServer();
  await listen(server, '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether this machine has an IPv6 loopback to listen on. */
export async function hasIpv6Loopback(): Promise<boolean> {
  const server = createTcpServer();
  try {
    await listen(server, '::1');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

function createServer(behaviour: Behaviour, serve: (socket: Socket) => void): Server {
  if (behaviour.certificate === undefined) return createTcpServer(serve);
  const versions =
    behaviour.maxVersion === undefined
      ? {}
      : { minVersion: 'TLSv1' as const, maxVersion: behaviour.maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' };
  return createTlsServer({ ...testCertificate(behaviour.certificate), ...versions }, serve);
}

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve());
  });
}

function parseRequest(text: string): ReceivedRequest {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, headers, body: text.slice(end + 4) };
}
