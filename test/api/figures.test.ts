import { beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/core/status-machine.ts';
import type { TimeRange } from '../../src/core/uptime.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { openApi, type TestApi } from '../support/api.ts';
import { aFolder } from '../support/longwatch.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { addGroups, addWatched } from '../support/span-history.ts';

const HOUR = 3_600_000;
const clock = new ManualClock(Date.UTC(2026, 9, 26, 12));

/** Two days and a half around the end of summer time: `api` was down for the last two hours. */
async function aServer(path: string, maintenance: readonly TimeRange[] = []): Promise<TestApi> {
  const hourly = (down: number): Verdict[] =>
    Array.from({ length: 60 }, (_, index) => {
      const isDown = 60 - index <= down;
      const slot = clock.now() - (60 - index) * HOUR;
      return { slot, interval: HOUR, status: isDown ? 'down' : 'up', reason: isDown ? 'timeout_wait' : null };
    });
  const opened = openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: 0 });
  addWatched(opened.database, [
    { id: 'website', verdicts: hourly(0), group: 'Shop', tags: { team: 'web' } },
    { id: 'api', verdicts: hourly(2), group: 'Shop', slo: { target: 99, window: 24 * HOUR }, maintenance },
  ]);
  addGroups(opened.database, [{ name: 'Shop', rule: 'all_down', objective: { target: 99.9, window: 24 * HOUR } }]);
  opened.close();
  return openApi(path, clock);
}

describe('the API on figures', () => {
  let get: TestApi['get'];
  beforeAll(async () => {
    const folder = aFolder();
    const api = await aServer(`${folder.path}/longwatch.db`);
    get = api.get;
    return async () => {
      await api.close();
      folder.remove();
    };
  });

  it('gives uptime over a range, day by day in a time zone, and says what counted as what', async () => {
    const range = 'from=2026-10-24&to=2026-10-26&zone=Europe/Berlin&by=day';
    const { status, body } = await get(`/api/v1/monitors/api/uptime?${range}`);
    expect([status, body.policy]).toEqual([200, { degraded: 'up', unknown: 'excluded', maintenance: 'excluded' }]);
    const [label] = Object.keys(body.monitors[0].windows);
    expect(label).toBe('2026-10-24T00:00:00.000+02:00/2026-10-26T00:00:00.000+01:00');
    expect(body.monitors[0].windows[label ?? '']).toMatchObject({
      from: '2026-10-23T22:00:00.000Z',
      observed_seconds: 47 * 3600,
      unknown_seconds: 2 * 3600,
      periods: [
        { label: '2026-10-24', observed_seconds: 22 * 3600, unknown_seconds: 2 * 3600 },
        { label: '2026-10-25', observed_seconds: 25 * 3600, unknown_seconds: 0 },
      ],
    });
    const all = await get('/api/v1/uptime?period=2026-10-26&by=day');
    expect(all.body.monitors.map(({ id }: { id: string }) => id)).toEqual(['website', 'api']);
    expect(all.body.monitors[1].windows['2026-10-26']).toMatchObject({ uptime: 10 / 12, observed: 1 });
  });

  it('gives how objectives stand', async () => {
    const { body } = await get('/api/v1/slo');
    expect(body.objectives).toMatchObject([
      { id: 'api', met: false, budget_minutes: 14.4, burn_rates: { '1h': 100 }, budget_ends_at: null },
      { group: 'Shop', rule: 'all_down', met: true, attained: 1 },
    ]);
    expect((await get('/api/v1/monitors/api/slo')).body.objectives).toEqual(body.objectives.slice(0, 1));
    expect((await get('/api/v1/slo?group=Shop')).body.objectives).toEqual(body.objectives.slice(1));
  });

  it('gives how available groups and tags were as a whole', async () => {
    const { body } = await get('/api/v1/availability?window=24h&by=day');
    expect(body.groups).toMatchObject([
      { group: 'Shop', rule: 'all_down', monitors: ['website', 'api'], windows: { '24h': { uptime: 1 } } },
    ]);
    expect(body.groups[0].windows['24h'].periods).toHaveLength(2);
    const any = await get('/api/v1/availability?group=Shop&rule=any_down&window=24h');
    expect(any.body.groups[0].windows['24h'].uptime).toBe(22 / 24);
    const tagged = await get('/api/v1/availability?tag=team%3Dweb&window=24h');
    expect(tagged.body.groups[0]).toMatchObject({ tag: 'team=web', group: null, monitors: ['website'] });
  });

  it('gives what is worth a look', async () => {
    const { status, body } = await get('/api/v1/insights?window=24h&limit=1');
    expect([status, body.window.label]).toEqual([200, '24h']);
    expect(body).toMatchObject({
      slowest: [],
      flakiest: [{ id: 'api', changes: 1, outages: 1, failures: 0, results: 0 }],
      longest_outages: [{ id: 'api', seconds: 7200, reason: 'timeout_wait', ended_in: null, ongoing: true, to: null }],
      longwatch: { checks: 0, missed: 0, unobserved: [] },
    });
  });

  it.each([
    ['/api/v1/uptime?zone=Europe/Berln', 422, 'bad_request'],
    ['/api/v1/uptime?window=1h&period=2026', 422, 'bad_request'],
    ['/api/v1/uptime?by=hour', 422, 'bad_request'],
    ['/api/v1/uptime?period=2026-13', 422, 'bad_request'],
    ['/api/v1/uptime?windows=1h', 422, 'bad_request'],
    ['/api/v1/monitors/nobody/uptime?period=2026', 404, 'monitor_not_found'],
    ['/api/v1/monitors/nobody/slo', 404, 'monitor_not_found'],
    ['/api/v1/monitors/website/slo', 404, 'not_found'],
    ['/api/v1/slo?group=Shpo', 404, 'not_found'],
    ['/api/v1/availability?group=Shpo', 404, 'not_found'],
    ['/api/v1/availability?group=Shop&tag=team', 422, 'bad_request'],
    ['/api/v1/availability?rule=any', 422, 'bad_request'],
    ['/api/v1/insights?limit=0', 422, 'bad_request'],
    ['/api/v1/insights?window=1h,2h', 422, 'bad_request'],
  ])('refuses %s with %d %s', async (url, status, code) => {
    expect(await get(url)).toMatchObject({ status, body: { status, code } });
  });
});

it('tells maintenance apart in every answer', async () => {
  const folder = aFolder();
  const [from, to] = [clock.now() - HOUR, clock.now() + HOUR];
  const { get, close } = await aServer(`${folder.path}/longwatch.db`, [{ from, to }]);
  try {
    const figures = { maintenance: 1 / 24, maintenance_seconds: 3600, down_seconds: 3600, unknown_seconds: 0 };
    const one = await get('/api/v1/monitors/api/uptime?window=24h');
    expect(one.body.monitors[0].windows['24h']).toMatchObject({ uptime: 22 / 23, observed: 23 / 24, ...figures });
    const group = await get('/api/v1/availability?group=Shop&rule=any_down&window=24h');
    // The other one was up meanwhile.
    expect(group.body.groups[0].windows['24h']).toMatchObject({ uptime: 23 / 24, maintenance_seconds: 0 });
    const slo = await get('/api/v1/monitors/api/slo');
    expect(slo.body.objectives[0]).toMatchObject({ attained: 22 / 23, maintenance: 1 / 24 });
    const series = await get('/api/v1/monitors/api/series?window=2h&step=1h');
    expect(series.body.points.map(({ maintenance }: { maintenance: number }) => maintenance)).toEqual([0, 1]);
    const insights = await get('/api/v1/insights?window=24h');
    expect(insights.body.longest_outages[0]).toMatchObject({ seconds: 7200, maintenance_seconds: 3600 });
    const report = await get('/api/v1/report?window=24h&id=api');
    expect(report.body.monitors[0]).toMatchObject({ ...figures, outages: { count: 1, seconds: 3600 } });
    expect(report.body.monitors[0].incidents).toMatchObject([{ seconds: 7200, maintenance_seconds: 3600 }]);
  } finally {
    await close();
    folder.remove();
  }
});
