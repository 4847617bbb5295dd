/** HTTP/2 servers that misbehave; one that does not is `startWebServer({ certificate: 'good', http2: 'only' })`. */
import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { testCertificate } from './certificates.ts';
import { openFixture, type Fixture } from './open-fixture.ts';

/**
 * `never-answers`; `stalls-in-body` after the first bytes; `resets-stream` at once; `resets-in-body`; `goes-away` says
 * GOAWAY instead of answering; `closes` the connection; `speaks-http1` answers HTTP/1.1 although h2 was agreed on;
 * `informs` sends a 103 first.
 */
export type Http2Behaviour =
  | 'never-answers'
  | 'stalls-in-body'
  | 'resets-stream'
  | 'resets-in-body'
  | 'goes-away'
  | 'closes'
  | 'speaks-http1'
  | 'informs';

export interface Http2Target extends Fixture {
  readonly url: string;
  /** Paths asked for. */
  readonly paths: readonly string[];
}

/** Starts an HTTP/2 server with the good certificate on a free port of the loopback. */
export async function startHttp2Target(behaviour: Http2Behaviour): Promise<Http2Target> {
  const paths: string[] = [];
  const server = createSecureServer(testCertificate('good'));
  server.on('stream', (stream, headers) => {
    paths.push(headers[':path'] ?? '');
    stream.on('error', () => undefined);
    answer(behaviour, stream);
  });
  server.on('sessionError', () => undefined);
  if (behaviour === 'speaks-http1') {
    server.removeAllListeners('secureConnection');
    server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      // Reads on, so as to see its client leave.
      socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  }
  const fixture = await openFixture(server);
  return { ...fixture, url: `https://127.0.0.1:${fixture.port}/`, paths };
}

function answer(behaviour: Http2Behaviour, stream: ServerHttp2Stream): void {
  switch (behaviour) {
    case 'never-answers':
    case 'speaks-http1':
      return;
    case 'stalls-in-body':
      stream.respond({ ':status': 200 });
      stream.write('half');
      return;
    case 'resets-stream':
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      return;
    case 'resets-in-body':
      stream.respond({ ':status': 200, 'content-length': 100 });
      stream.write('half', () => setTimeout(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR), 30));
      return;
    case 'goes-away':
      stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      return;
    case 'closes':
      stream.session?.destroy();
      return;
    case 'informs':
      stream.additionalHeaders({ ':status': 103, link: '</x.css>' });
      stream.respond({ ':status': 200 });
      stream.end('ok');
  }
}
