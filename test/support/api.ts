import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import type { Clock } from '../../src/core/clock.ts';
import { openReader } from '../../src/query/reader.ts';

/** The answer to a GET request. */
export interface Got {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the tests say what they expect of it
  readonly body: any;
}

/** The API over a database, as a server has it but for the jobs that report. Goes away with the test. */
export async function anApi(path: string, clock: Clock): Promise<(url: string) => Promise<Got>> {
  const reader = await openReader(path);
  const well = () => Promise.resolve({ ok: true, detail: '' });
  const app = await buildApi({
    reader,
    reports: { take: () => Promise.resolve({ fate: 'unknown_token' }) },
    clock,
    logger: pino({ level: 'silent' }),
    readiness: { queue: well, database: well, scheduler: well },
  });
  onTestFinished(async () => {
    await app.close();
    await reader.close();
  });
  return async (url) => {
    const response = await app.inject({ url });
    return { status: response.statusCode, body: response.json() };
  };
}
