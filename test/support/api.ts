import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
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

/** The API over a database. */
export interface TestApi {
  readonly get: (url: string) => Promise<Got>;
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

/** Opens the API over a database, as a server has it but for the jobs that report. */
export async function openApi(path: string, clock: Clock): Promise<TestApi> {
  const reader = await openReader(path);
  const well = () => Promise.resolve({ ok: true, detail: '' });
  const app = await buildApi({
    reader,
    reports: { take: () => Promise.resolve({ fate: 'unknown_token' }) },
    clock,
    logger: pino({ level: 'silent' }),
    readiness: { queue: well, database: well, scheduler: well },
  });
  return {
    get: async (url) => {
      const response = await app.inject({ url });
      const isJson = String(response.headers['content-type']).includes('json');
      const body = isJson ? response.json() : response.body;
      return { status: response.statusCode, headers: response.headers, body };
    },
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    close: async () => {
      await app.close();
      await reader.close();
    },
  };
}
