import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import type { TroubleDeps } from '../../src/api/trouble-deps.ts';
import type { Clock } from '../../src/core/clock.ts';
import { openReader } from '../../src/query/reader.ts';

/** The answer to a GET request. */
export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** What the JSON says, or the text of anything else. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the tests say what they expect of it
  readonly body: any;
}

/** A request that is more than a question. */
export interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
  /** From where it comes; 127.0.0.1 when left out. */
  readonly remoteAddress?: string;
}

/** The API over a database. */
export interface TestApi {
  readonly get: (url: string) => Promise<Got>;
  readonly send: (request: Sent) => Promise<Got>;
  /** Opens a port of this machine; gives the address. */
  readonly listen: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Asks the API over a database; it goes away with the test. */
export async function anApi(path: string, clock: Clock): Promise<TestApi['get']> {
  const { get, close } = await openApi(path, clock);
  onTestFinished(close);
  return get;
}

/** Opens the API over a database, as a server has it but for the jobs that report; without `trouble` it only answers. */
export async function openApi(path: string, clock: Clock, trouble?: TroubleDeps): Promise<TestApi> {
  const reader = await openReader(path);
  const well = () => Promise.resolve({ ok: true, detail: '' });
  const app = await buildApi({
    reader,
    reports: { take: () => Promise.resolve({ fate: 'unknown_token' }) },
    ...(trouble && { trouble }),
    clock,
    logger: pino({ level: 'silent' }),
    readiness: { queue: well, database: well, scheduler: well, notifications: well },
  });
  const send = async ({ method = 'GET', url, headers, body, remoteAddress }: Sent): Promise<Got> => {
    const response = await app.inject({
      method,
      url,
      ...(headers && { headers }),
      ...(body !== undefined && { payload: body }),
      ...(remoteAddress !== undefined && { remoteAddress }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? response.json() : response.body,
    };
  };
  return {
    get: (url) => send({ url }),
    send,
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    close: async () => {
      await app.close();
      await reader.close();
    },
  };
}
