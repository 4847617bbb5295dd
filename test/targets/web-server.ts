/**
 * A well-behaved web server that records whole requests and answers with what came, as JSON; options make it ask for
 * credentials or a client certificate, speak TLS or HTTP/2, or answer something else:
 *
 *     const server = await startWebServer({ bearer: ['token'] });
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import { TEST_AUTHORITY, testCertificate, type CertificateName } from './certificates.ts';
import { openFixture, type Fixture } from './open-fixture.ts';
import { startTarget, type Target } from './start-target.ts';

/** A request with its whole body. */
export interface WebRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Names in lower case; repeated ones joined by a comma. Those of HTTP/2 without its pseudo-headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values in the order and case they came in. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly httpVersion: string;
  /** Common name of the client's certificate. */
  readonly client: string | null;
}

export interface WebAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface WebServerOptions {
  /** The certificate to speak TLS with; plain HTTP without one. */
  readonly certificate?: CertificateName;
  /** Speaks HTTP/2 (needs `certificate`): alone, or beside HTTP/1.1. */
  readonly http2?: 'only' | 'with-fallback';
  /** Ends connections of clients without a certificate signed by the test authority (needs `certificate`). */
  readonly clientCertificate?: boolean;
  /** Answers 401 with a challenge to whoever does not name these. */
  readonly basic?: { readonly username: string; readonly password: string };
  /** Answers 401 with a challenge to tokens that are not in the list, or that the function refuses. */
  readonly bearer?: readonly string[] | ((token: string) => boolean);
  /** What to answer; the request as JSON unless given. Null: never. */
  readonly answer?: (request: WebRequest) => WebAnswer | null;
  /** The address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
}

export interface WebServer extends Fixture {
  /** With a slash at the end. */
  readonly url: string;
  /** Every request, refused ones too, oldest first. */
  readonly requests: readonly WebRequest[];
}

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

/** Starts a web server on a free port of the loopback. */
export async function startWebServer(options: WebServerOptions = {}): Promise<WebServer> {
  const requests: WebRequest[] = [];
  const serve = async (incoming: AnyRequest, response: AnyResponse): Promise<void> => {
    const request = await readRequest(incoming);
    requests.push(request);
    const answer = challenge(request, options) ?? (options.answer ?? echo)(request);
    if (answer !== null) send(answer, response);
  };
  const server = createWebServer(options, (request, response) => {
    // A request that breaks off is not answered.
    serve(request, response).catch(() => response.destroy());
  });
  const fixture = await openFixture(server, options.host);
  const scheme = options.certificate === undefined ? 'http' : 'https';
  const host = options.host?.includes(':') === true ? `[${options.host}]` : (options.host ?? '127.0.0.1');
  return { ...fixture, url: `${scheme}://${host}:${fixture.port}/`, requests };
}

/** A server that redirects every path to the same path of another origin, and that other server. */
export async function startRedirectToOtherOrigin(
  status: 301 | 302 | 303 | 307 | 308 = 302,
  options: WebServerOptions = {},
): Promise<{ readonly from: Target; readonly to: WebServer; readonly close: () => Promise<void> }> {
  const to = await startWebServer(options);
  const from = await startTarget(`redirect-${status}`, { location: to.url });
  return {
    from,
    to,
    async close() {
      await Promise.all([from.close(), to.close()]);
    },
  };
}

function createWebServer(
  { certificate, http2, clientCertificate }: WebServerOptions,
  serve: (request: AnyRequest, response: AnyResponse) => void,
): Server {
  if (certificate === undefined) return createServer(serve);
  const options = {
    ...testCertificate(certificate),
    ...(clientCertificate === true ? { ca: TEST_AUTHORITY, requestCert: true, rejectUnauthorized: true } : {}),
  };
  if (http2 === undefined) return createHttpsServer(options, serve);
  return createSecureServer({ ...options, allowHTTP1: http2 === 'with-fallback' }, serve);
}

async function readRequest(incoming: AnyRequest): Promise<WebRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && !name.startsWith(':')) headers[name] = [value].flat().join(', ');
  }
  const { socket } = incoming;
  const peer = 'getPeerCertificate' in socket ? (socket.getPeerCertificate() as { subject?: { CN?: string } }) : null;
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers,
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(pieces).toString(),
    httpVersion: incoming.httpVersion,
    client: peer?.subject?.CN ?? null,
  };
}

function challenge(request: WebRequest, { basic, bearer }: WebServerOptions): WebAnswer | null {
  const [scheme = '', credentials = ''] = (request.headers['authorization'] ?? '').split(' ');
  if (basic !== undefined) {
    const wanted = Buffer.from(`${basic.username}:${basic.password}`).toString('base64');
    const named = scheme.toLowerCase() === 'basic' && credentials === wanted;
    if (!named) return refuse('Basic realm="test", charset="UTF-8"');
  }
  if (bearer !== undefined) {
    const known = typeof bearer === 'function' ? bearer(credentials) : bearer.includes(credentials);
    if (scheme.toLowerCase() !== 'bearer' || !known) return refuse('Bearer realm="test", error="invalid_token"');
  }
  return null;
}

function refuse(challenge: string): WebAnswer {
  return { status: 401, headers: { 'www-authenticate': challenge }, body: 'who are you?' };
}

function echo(request: WebRequest): WebAnswer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) };
}

function send({ status = 200, headers = {}, body = '' }: WebAnswer, response: AnyResponse): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
