import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the sink saw it. */
export interface Received {
  /** The channel: the path without its slash. */
  readonly channel: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  /** When the whole request had come, ms since the epoch. */
  readonly at: number;
}

/** How a channel answers: with a status, late, or not at all. */
export type Manner =
  | { readonly status: number; readonly retryAfter?: number; readonly afterMs?: number }
  | 'hang'
  | 'reset';

/** A receiver on loopback that behaves as badly as it is told to, each channel in a manner of its own. */
export interface Sink {
  urlOf(channel: string): string;
  /** All that came for a channel, in the order it came; of all channels when left out. */
  received(channel?: string): readonly Received[];
  /** From now on the channel answers so; `{ status: 200 }` as long as nobody says otherwise. */
  answer(channel: string, manner: Manner): void;
  /** The most requests of the channel that were open at once. */
  mostAtOnce(channel: string): number;
  close(): Promise<void>;
}

/** Starts a sink on a free port. */
export async function startSink(): Promise<Sink> {
  const all: Received[] = [];
  const manners = new Map<string, Manner>();
  const open = new Map<string, number>();
  const most = new Map<string, number>();
  const server = createServer((request, response) => {
    const channel = (request.url ?? '').slice(1);
    const count = (open.get(channel) ?? 0) + 1;
    open.set(channel, count);
    most.set(channel, Math.max(count, most.get(channel) ?? 0));
    response.once('close', () => open.set(channel, (open.get(channel) ?? 1) - 1));
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.once('end', () => {
      all.push({ channel, body, headers: request.headers, at: Date.now() });
      behave(request, response, manners.get(channel) ?? { status: 200 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (channel) => `http://127.0.0.1:${port}/${channel}`,
    received: (channel) => (channel === undefined ? all : all.filter((one) => one.channel === channel)),
    answer: (channel, manner) => void manners.set(channel, manner),
    mostAtOnce: (channel) => most.get(channel) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function behave(request: IncomingMessage, response: ServerResponse, manner: Manner): void {
  if (manner === 'hang') return;
  if (manner === 'reset') return void request.socket.resetAndDestroy();
  const { status, retryAfter, afterMs = 0 } = manner;
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const end = (): void => void response.writeHead(status, headers).end(status < 300 ? 'taken' : 'not now');
  if (afterMs === 0) end();
  else setTimeout(end, afterMs);
}
