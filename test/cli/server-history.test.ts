import { beforeAll, describe, expect, it } from 'vitest';
import { serverHistory } from '../../src/cli/server-history.ts';
import type { Verdict } from '../../src/core/status-machine.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { openHistory, type History } from '../../src/query/history.ts';
import { openApi } from '../support/api.ts';
import { aFolder } from '../support/longwatch.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { addGroups, addWatched } from '../support/span-history.ts';

const HOUR = 3_600_000;
const clock = new ManualClock(Date.UTC(2026, 9, 26, 12));

async function fill(path: string): Promise<void> {
  const hourly = (down: number): Verdict[] =>
    Array.from({ length: 60 }, (_, index) => {
      const status = 60 - index <= down ? 'down' : 'up';
      return { slot: clock.now() - (60 - index) * HOUR, interval: HOUR, status, reason: null };
    });
  const opened = openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: 0 });
  addWatched(opened.database, [
    { id: 'website', verdicts: hourly(0), group: 'Shop', tags: { team: 'web' } },
    { id: 'api', verdicts: hourly(2), group: 'Shop', slo: { target: 99, window: 24 * HOUR } },
  ]);
  addGroups(opened.database, [{ name: 'Shop', rule: 'all_down', objective: { target: 99.9, window: 24 * HOUR } }]);
  opened.close();
}

type Asked = 'uptime' | 'slo' | 'availability' | 'insights';
type Asking = Readonly<Record<Asked, (request: never) => unknown>>;

/** What came of a question: the answer, or the code, message and hint of the error. */
async function outcomeOf(source: Asking, question: Asked, request: object): Promise<unknown> {
  try {
    return await source[question](request as never);
  } catch (thrown) {
    const { code, message, hint } = thrown as Record<string, unknown>;
    return { code, message, hint };
  }
}

describe('serverHistory', () => {
  let server: ReturnType<typeof serverHistory>;
  let history: History;
  beforeAll(async () => {
    const folder = aFolder();
    const path = `${folder.path}/longwatch.db`;
    await fill(path);
    const api = await openApi(path, clock);
    server = serverHistory(await api.listen());
    history = await openHistory(path, { now: () => clock.now() });
    return async () => {
      history.close();
      await api.close();
      folder.remove();
    };
  });

  it.each<[Asked, object]>([
    ['uptime', {}],
    ['uptime', { id: 'api', period: '2026-10', by: 'week', zone: 'Europe/Berlin' }],
    ['uptime', { from: '2026-10-24', to: '2026-10-26T12:00', zone: 'Asia/Tokyo' }],
    ['uptime', { id: 'nobody' }],
    ['uptime', { period: '2101' }],
    ['uptime', { zone: 'Europe/Berln' }],
    ['slo', {}],
    ['slo', { id: 'api' }],
    ['slo', { id: 'website' }],
    ['slo', { group: 'Shop' }],
    ['availability', {}],
    ['availability', { window: '1h,1d', group: 'Shop', rule: 'any_down' }],
    ['availability', { tag: 'team=web', period: '2026', by: 'month' }],
    ['availability', { group: 'Shpo' }],
    ['insights', {}],
    ['insights', { window: '2d', limit: 1 }],
    ['insights', { window: '1h,2h' }],
  ])('answers the question for %s %j as the file does', async (question, request) => {
    const remote = await outcomeOf(server, question, request);
    expect(remote).toEqual(await outcomeOf(history, question, request));
    expect(remote).not.toHaveProperty('code', 'server_answer');
  });
});
