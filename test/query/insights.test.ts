import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/core/history/history-key.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import type { Database } from '../../src/db/native.ts';
import { readInsights, type InsightsRequest } from '../../src/query/asked-insights.ts';
import { askInsights } from '../../src/query/insights.ts';
import type { InsightsAnswer } from '../../src/query/insights-answer.ts';
import { aReader } from '../support/database.ts';
import { aFilledDatabase } from '../support/folded-history.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 23, 12);
const IDS = ['fast', 'slow', 'flaky', 'broken', 'missed', 'new'];

/** 40 hours of checks once a minute. */
function results(): CheckResult[] {
  const all: CheckResult[] = [];
  for (let minute = 0; minute < 2400; minute += 1) {
    const slot = NOW - (2400 - minute) * MINUTE;
    const down = { status: 'down', reason: 'conn_refused', statusCode: null } as const;
    const late = { startedAt: slot + (minute === 2000 ? 4000 : 2) };
    all.push(aResult({ monitor: 'fast', slot, durationMs: 10, ...late }));
    all.push(aResult({ monitor: 'slow', slot, durationMs: minute % 10 === 0 ? 900 : 300, ...late }));
    all.push(aResult({ monitor: 'flaky', slot, durationMs: 20, ...(minute % 200 === 7 ? down : {}), ...late }));
    all.push(aResult({ monitor: 'broken', slot, durationMs: 30, ...(minute >= 2340 ? down : {}), ...late }));
    const missed = { status: 'unknown', reason: 'missed_overlap', startedAt: null, durationMs: null } as const;
    all.push(aResult({ monitor: 'missed', slot, durationMs: 40, ...late, ...(minute % 100 === 0 ? missed : {}) }));
  }
  return all;
}

async function aHistory(seam: number): Promise<Database> {
  const monitors = IDS.map((id) => aMonitor({ id, name: id }));
  return aReader(await aFilledDatabase({ monitors, results: results(), now: NOW, seam }));
}

const ask = (database: Database, request: InsightsRequest = {}): InsightsAnswer =>
  askInsights(database, readInsights({ window: '30h', ...request }, NOW));

describe('askInsights', () => {
  it.each([
    ['nothing is folded', 0],
    ['all but the last hours are folded', Math.floor(NOW / HOUR_MS) - 3],
  ])('finds what is worth a look when %s', async (_, seam) => {
    const answer = ask(await aHistory(seam));
    expect(answer.window).toEqual({
      label: '30h',
      from: new Date(NOW - 30 * HOUR_MS).toISOString(),
      to: new Date(NOW).toISOString(),
    });
    expect(answer.slowest.map(({ id }) => id)).toEqual(['slow', 'missed', 'broken', 'flaky', 'fast']);
    const [slow] = answer.slowest;
    expect(slow).toMatchObject({ count: 1800, max_ms: 900 });
    expect(Math.abs((slow?.p95_ms ?? 0) - 900)).toBeLessThanOrEqual(9);
    expect(Math.abs((slow?.p50_ms ?? 0) - 300)).toBeLessThanOrEqual(3);
    expect(answer.flakiest).toEqual([
      { id: 'flaky', changes: 18, outages: 9, failures: 9, results: 1800 },
      { id: 'broken', changes: 1, outages: 1, failures: 60, results: 1800 },
    ]);
    expect(answer.longest_outages.slice(0, 2)).toEqual([
      {
        id: 'broken', from: new Date(NOW - 60 * MINUTE).toISOString(), to: null, seconds: 3600, maintenance_seconds: 0,
        reason: 'conn_refused', ended_in: null, ongoing: true,
      },
      {
        id: 'flaky', from: new Date(NOW - 193 * MINUTE).toISOString(), to: new Date(NOW - 192 * MINUTE).toISOString(),
        seconds: 60, maintenance_seconds: 0, reason: 'conn_refused', ended_in: 'up', ongoing: false,
      },
    ]); // prettier-ignore
    expect(answer.longest_outages).toHaveLength(10);
    expect(answer.longwatch).toEqual({
      checks: 5 * 1800 - 18,
      late_p50_ms: expect.closeTo(2, 1) as number,
      late_p99_ms: expect.closeTo(2, 1) as number,
      late_max_ms: 4000,
      missed: 18,
      unobserved: [{ reason: 'missed_overlap', seconds: 18 * 60, monitors: 1 }],
    });
  });

  it('gives no more than was asked for, of any stretch of time', async () => {
    const database = await aHistory(0);
    const answer = ask(database, { window: undefined, from: '10h', to: '2h', limit: 1 });
    expect([answer.slowest.length, answer.flakiest.length, answer.longest_outages.length]).toEqual([1, 1, 1]);
    expect(answer.longest_outages[0]).toMatchObject({ id: 'flaky', ongoing: false });
    expect(answer.longwatch).toMatchObject({ checks: 5 * 480 - 5, missed: 5, late_max_ms: 4000 });
  });

  it('says so when Longwatch did not run', async () => {
    const database = await aHistory(0);
    const later = NOW + 2 * HOUR_MS;
    const { longwatch, longest_outages } = askInsights(database, readInsights({ window: '1h' }, later));
    expect(longwatch).toEqual({
      checks: 0, late_p50_ms: null, late_p99_ms: null, late_max_ms: null, missed: 0,
      unobserved: [{ reason: null, seconds: 5 * 3600, monitors: 5 }],
    }); // prettier-ignore
    expect(longest_outages).toEqual([]);
  });

  it.each([[{ limit: 0 }], [{ limit: 1.5 }], [{ limit: 1001 }], [{ window: '1h,2h' }], [{ window: 'x' }]])(
    'refuses %j',
    (request) => {
      expect(() => readInsights(request, NOW)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    },
  );
});
