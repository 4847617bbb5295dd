import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What the server does from now on: `up` answers 200, `down` 503, `slow` 200 after `delayMs`, `hang` never answers,
 * `refuse` closes the port until another mode opens the same one again.
 */
export type Mode = 'up' | 'down' | 'slow' | 'hang' | 'refuse';

/** One request, as it came. */
export interface Hit {
  /** Wall-clock time, ms since the epoch. */
  readonly at: number;
  /** Path with query, so that many monitors can share one server. */
  readonly path: string;
  /** The mode the server was in. */
  readonly mode: Mode;
}

export interface SwitchableServer {
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first; a refused connection leaves none. */
  readonly hits: readonly Hit[];
  readonly mode: Mode;
  set(mode: Mode, options?: { readonly delayMs?: number }): Promise<void>;
  close(): Promise<void>;
}

/** A server on 127.0.0.1 that goes up, down, slow, silent or away at will, for tests from end to end. */
export async function startSwitchableServer(options: { readonly port?: number } = {}): Promise<SwitchableServer> {
  const hits: Hit[] = [];
  let mode: Mode = 'up';
  let delayMs = 0;
  const server = createServer((request, response) => {
    hits.push({ at: Date.now(), path: request.url ?? '', mode });
    request.resume();
    const answer = (): void => {
      response.writeHead(mode === 'down' ? 503 : 200, { 'content-type': 'text/plain', connection: 'close' });
      response.end(mode === 'down' ? 'down\n' : 'ok\n');
    };
    if (mode === 'hang') return;
    if (mode === 'slow') setTimeout(answer, delayMs);
    else answer();
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    hits,
    get mode() {
      return mode;
    },
    async set(next, settings = {}) {
      delayMs = settings.delayMs ?? delayMs;
      const wasAway = mode === 'refuse';
      mode = next;
      if (next === 'refuse' && !wasAway) await stop(server);
      if (next !== 'refuse' && wasAway) await listen(server, port);
    },
    async close() {
      if (mode !== 'refuse') await stop(server);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
