import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import type { Health } from '../../src/api/health.ts';
import type { ApiInstance } from '../../src/api/instance.ts';
import { listen } from '../../src/api/listen.ts';
import { NO_EVIDENCE } from '../../src/core/evidence.ts';
import { outcomeNotRun, type CheckResult } from '../../src/core/outcome.ts';
import { openReader, type Reader } from '../../src/query/reader.ts';
import { openRecorder } from '../../src/recorder/recorder.ts';
import { aFolder } from '../support/longwatch.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';

const logger = pino({ level: 'silent' });
const clock = new ManualClock(Date.UTC(2026, 10, 23, 12));
const START = clock.now() - 600_000;

/** Ten minutes of one check a minute: up for six, down for four. */
function tenMinutes(): CheckResult[] {
  return Array.from({ length: 10 }, (_, minute) => {
    const up = minute < 6;
    return {
      ...outcomeNotRun('internal_error'),
      monitor: 'website',
      slot: START + minute * 60_000,
      location: 'local',
      interval: 60_000,
      attempt: 1,
      status: up ? 'up' : 'down',
      reason: up ? null : 'status_unexpected',
      statusCode: up ? 200 : 503,
      startedAt: START + minute * 60_000 + 3,
      durationMs: 10 + minute,
      evidence: minute === 8 ? { ...NO_EVIDENCE, attempts: [{ address: '192.0.2.1:80', reason: null, ms: 2 }] } : null,
    };
  });
}

describe('the API', () => {
  const folder = aFolder();
  const health: Record<'queue' | 'database' | 'scheduler' | 'notifications', Health> = {
    queue: { ok: true, detail: '' },
    database: { ok: true, detail: '' },
    scheduler: { ok: true, detail: '' },
    notifications: { ok: true, detail: '' },
  };
  let app: ApiInstance;
  let reader: Reader;
  beforeAll(async () => {
    const path = join(folder.path, 'longwatch.db');
    const recorder = await openRecorder({ path, clock, logger });
    await recorder.syncMonitors([
      aMonitor({ group: 'Web', tags: { team: 'a' }, url: 'https://u.example/?key=secret' }),
    ]);
    await recorder.record(tenMinutes());
    await recorder.close();
    reader = await openReader(path);
    app = await buildApi({
      reader,
      reports: { take: () => Promise.resolve({ fate: 'unknown_token' }) },
      clock,
      logger,
      readiness: {
        queue: () => Promise.resolve(health.queue),
        database: () => Promise.resolve(health.database),
        scheduler: () => Promise.resolve(health.scheduler),
        notifications: () => Promise.resolve(health.notifications),
      },
    });
  });
  afterAll(async () => {
    await app.close();
    await reader.close();
    folder.remove();
  });

  const get = async (url: string) => {
    const response = await app.inject({ url });
    return { status: response.statusCode, type: response.headers['content-type'], body: response.json() };
  };

  it('lists the monitors with status and last result, and no secret', async () => {
    const { status, body } = await get('/api/v1/monitors');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      monitors: [
        {
          id: 'website',
          name: 'Website',
          type: 'http',
          group: 'Web',
          tags: { team: 'a' },
          status: 'down',
          since: new Date(START + 360_000).toISOString(),
          last: { ok: false, reason: 'status_unexpected', status_code: 503, duration_ms: 19 },
        },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('secret');
    expect((await get('/api/v1/monitors/website')).body).toEqual(body.monitors[0]);
  });

  it('gives results newest first, page by page, without losing or repeating one', async () => {
    const slots: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const { body } = await get(`/api/v1/monitors/website/results?limit=3${cursor}`);
      slots.push(...body.results.map(({ slot }: { slot: string }) => slot));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(slots).toEqual(
      tenMinutes()
        .map(({ slot }) => new Date(slot).toISOString())
        .toReversed(),
    );
    const { body } = await get('/api/v1/monitors/website/results?since=5m&status=down');
    expect(body.results).toHaveLength(4);
    expect(body.results[0]).toMatchObject({ late_ms: 3, ok: false, location: 'local', phases_ms: { dns: null } });
  });

  it('gives a failure that repeats itself as one entry, and what else is asked for', async () => {
    const { body } = await get('/api/v1/monitors/website/results?group=true');
    expect(body.results).toHaveLength(7);
    expect(body.results[0]).toMatchObject({
      count: 4,
      status: 'down',
      ip_version: null,
      attempt: 1,
      interval_ms: 60_000,
    });
    expect(Date.parse(body.results[0].last_slot) - Date.parse(body.results[0].first_slot)).toBe(180_000);
    const filters = 'reason=status_unexpected,timeout_wait&location=local&limit=10000';
    expect((await get(`/api/v1/monitors/website/results?${filters}`)).body.results).toHaveLength(4);
  });

  it('gives history in steps', async () => {
    const { status, body } = await get('/api/v1/monitors/website/series?window=10m&step=5m&zone=Europe/Berlin');
    expect([status, body.step, body.zone]).toEqual([200, '5m', 'Europe/Berlin']);
    expect(body.points).toHaveLength(2);
    expect(body.points[1]).toMatchObject({
      counts: { up: 1, degraded: 0, down: 4, unknown: 0 },
      uptime: 0.2,
      observed: 1,
      p50_ms: 15,
      late_max_ms: 3,
      phases_ms: { dns: null },
    });
  });

  it('gives what checks saw, the newest of each status', async () => {
    const { status, body } = await get('/api/v1/monitors/website/evidence');
    expect([status, body.evidence.map((entry: { status: string }) => entry.status)]).toEqual([200, ['down']]);
    expect(body.evidence[0]).toMatchObject({ reason: 'status_unexpected', attempts: [{ reason: null, ms: 2 }] });
    expect((await get('/api/v1/monitors/nobody/evidence')).status).toBe(404);
  });

  it('gives uptime over any window, with what was observed', async () => {
    const { body } = await get('/api/v1/monitors/website/uptime?window=10m,1h');
    expect(body.monitors[0].windows['10m']).toMatchObject({
      uptime: 0.6,
      observed: 1,
      down_seconds: 240,
      unknown_seconds: 0,
    });
    expect(body.monitors[0].windows['1h']).toMatchObject({ uptime: 0.6, down_seconds: 240, unknown_seconds: 3000 });
    expect((await get('/api/v1/uptime?window=10m')).body.monitors[0].windows['10m'].uptime).toBe(0.6);
  });

  it('gives latency as percentiles', async () => {
    const { body } = await get('/api/v1/monitors/website/latency?window=1h');
    expect(body.monitors[0].windows['1h']).toMatchObject({ count: 6, min_ms: 10, max_ms: 15, counts: { down: 4 } });
    const day = (await get('/api/v1/latency?period=2026-11-23&zone=Europe/Berlin')).body.monitors[0].windows[
      '2026-11-23'
    ];
    expect(day).toMatchObject({ from: '2026-11-22T23:00:00.000Z', count: 6, missed: 0 });
  });

  it.each([
    ['/api/v1/monitors/nobody', 404, 'monitor_not_found'],
    ['/api/v1/monitors/nobody/uptime', 404, 'monitor_not_found'],
    ['/api/v1/monitors/website/results?limit=0', 422, 'bad_request'],
    ['/api/v1/monitors/website/results?limit=abc', 422, 'bad_request'],
    ['/api/v1/monitors/website/results?limit=1e9', 422, 'bad_request'],
    ['/api/v1/monitors/website/results?since=yesterday', 422, 'bad_request'],
    ['/api/v1/monitors/website/results?status=broken', 422, 'bad_request'],
    ['/api/v1/monitors/website/results?cursor=nonsense', 422, 'bad_request'],
    ['/api/v1/monitors/website/results?sort=name;drop', 422, 'bad_request'],
    ['/api/v1/monitors/website/results?reason=bad_luck', 422, 'bad_request'],
    ['/api/v1/monitors/website/results?location=moon', 422, 'bad_request'],
    ['/api/v1/monitors/nobody/series', 404, 'monitor_not_found'],
    ['/api/v1/monitors/website/series?step=7m', 422, 'bad_request'],
    ['/api/v1/monitors/website/series?window=365d&step=1m', 422, 'bad_request'],
    ['/api/v1/monitors/website/series?window=24h,7d', 422, 'bad_request'],
    ['/api/v1/monitors/website/series?window=24h&zone=Mars/Base', 422, 'bad_request'],
    ['/api/v1/monitors/website/latency?from=2027-01-01', 422, 'bad_request'],
    ['/api/v1/uptime?window=30', 422, 'bad_request'],
    ['/api/v1/uptime?window=', 422, 'bad_request'],
    ['/api/v1/nothing', 404, 'not_found'],
    [`/api/v1/monitors/${'x'.repeat(200)}`, 414, 'bad_request'],
    ['/%', 400, 'bad_request'],
  ])('answers %s with a problem, not with a stack', async (url, status, code) => {
    const answer = await get(url);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.type).toMatch(/^application\/problem\+json/);
    expect(answer.body.detail.length).toBeGreaterThan(5);
    expect(JSON.stringify(answer.body)).not.toMatch(/ at .*\.ts/);
  });

  it('is alive while it answers, and ready only while each of its parts works', async () => {
    expect(await get('/livez')).toMatchObject({ status: 200, body: { ok: true } });
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { ok: true, ...health } });
    for (const part of ['queue', 'database', 'scheduler', 'notifications'] as const) {
      health[part] = { ok: false, detail: 'away' };
      expect(await get('/readyz')).toMatchObject({ status: 503, body: { ok: false, ...health } });
      expect((await get('/livez')).status).toBe(200);
      health[part] = { ok: true, detail: '' };
    }
  });

  it('describes itself as OpenAPI 3.1, each route with its answer', async () => {
    const { body } = await get('/api/v1/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const routes = Object.keys(body.paths).toSorted();
    expect(routes).toContain('/api/v1/monitors/{id}/results');
    for (const route of routes) expect(body.paths[route].get.responses['200'].content).toBeDefined();
    expect(Object.keys(body.components.schemas)).toEqual(expect.arrayContaining(['Monitor', 'Result', 'Problem']));
  });

  it('says so when its port is taken', async () => {
    const { url } = await listen(app, { host: '127.0.0.1', port: 0 });
    const port = Number(new URL(url).port);
    const other = await buildApi({ reader, reports: {} as never, clock, logger, readiness: {} as never });
    await expect(listen(other, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'listen_in_use',
      exitStatus: 4,
    });
    await other.close();
  });
});
