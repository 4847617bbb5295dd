/** Raw servers that do with a connection what their name says: `const { url, close } = await startTarget('drips-body')`. */
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type SecureContext, type TlsOptions } from 'node:tls';
import type { Behaviour, BehaviourContext } from './behaviour.ts';
import { BEHAVIOURS, type BehaviourName } from './behaviours.ts';
import { TEST_AUTHORITY, testCertificate, type CertificateName } from './certificates.ts';
import { openFixture, type Fixture } from './open-fixture.ts';

export { TEST_AUTHORITY } from './certificates.ts';
export { hasIpv6Loopback, refusedPort } from './open-fixture.ts';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What of the body came together with the head. */
  readonly body: string;
}

export interface Target extends Fixture {
  /** `http://127.0.0.1:<port>/`, or https where the behaviour speaks TLS or claims to. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
}

export interface TargetOptions {
  /** Where the redirecting behaviours lead. */
  readonly location?: string;
  /** The address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
}

/** Starts a server on a free port of the loopback that behaves as named. */
export async function startTarget(name: BehaviourName, options: TargetOptions = {}): Promise<Target> {
  const behaviour: Behaviour = BEHAVIOURS[name];
  const timers = new Set<NodeJS.Timeout>();
  const requests: ReceivedRequest[] = [];
  let port = 0;
  const context: BehaviourContext = {
    location: options.location ?? '/',
    get port() {
      return port;
    },
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
  const fixture = await openFixture(server, options.host);
  port = fixture.port;
  const scheme = behaviour.certificate !== undefined || behaviour.claimsTls === true ? 'https' : 'http';
  const host = options.host?.includes(':') === true ? `[${options.host}]` : (options.host ?? '127.0.0.1');
  return {
    ...fixture,
    url: `${scheme}://${host}:${port}/`,
    requests,
    close() {
      for (const timer of timers) clearInterval(timer);
      return fixture.close();
    },
  };
}

function createServer(behaviour: Behaviour, serve: (socket: Socket) => void): Server {
  if (behaviour.certificate === undefined) return createTcpServer(serve);
  return createTlsServer(tlsOptions(behaviour, behaviour.certificate), serve);
}

// OpenSSL forbids the old versions and short keys from level 1 on.
const EVEN_WEAK_CIPHERS = 'DEFAULT@SECLEVEL=0';

function tlsOptions(behaviour: Behaviour, certificate: CertificateName): TlsOptions {
  const { minVersion, maxVersion, certificatesByName, alpnProtocols } = behaviour;
  return {
    ...(behaviour.needsServerName === true ? {} : testCertificate(certificate)),
    ...(minVersion === undefined ? {} : { minVersion, ciphers: EVEN_WEAK_CIPHERS }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
    ...(certificatesByName === undefined ? {} : { SNICallback: byName(certificatesByName) }),
    ...(behaviour.demandsClientCertificate === true
      ? { ca: TEST_AUTHORITY, requestCert: true, rejectUnauthorized: true }
      : {}),
  };
}

type SniCallback = (name: string, done: (error: Error | null, context?: SecureContext) => void) => void;

function byName(certificates: Readonly<Record<string, CertificateName>>): SniCallback {
  return (name, done) => {
    const certificate = certificates[name] ?? certificates['*'];
    if (certificate === undefined) done(new Error(`no certificate for ${name}`));
    else done(null, createSecureContext(testCertificate(certificate)));
  };
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
