import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What a service does with a request. */
export type Behaviour = (request: Recorded, response: ServerResponse, incoming: IncomingMessage) => void;

export interface RecordingService {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly Recorded[];
  /** What it does from now on. */
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

/** Takes every message. */
export const takes: Behaviour = (_, response) => void response.writeHead(200).end('ok');

/** Answers with a status. */
export function answers(status: number, headers: Record<string, string> = {}, body = ''): Behaviour {
  return (_, response) => void response.writeHead(status, headers).end(body);
}

/** A service on a port of its own that keeps what it is sent. */
export async function startService(): Promise<RecordingService> {
  const requests: Recorded[] = [];
  let behaviour = takes;
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, path: url, headers, body };
      requests.push(request);
      behaviour(request, response, incoming);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    behave: (next) => (behaviour = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
