import { beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/core/status-machine.ts';
import type { Database } from '../../src/db/native.ts';
import { readInsights } from '../../src/query/asked-insights.ts';
import { askInsights } from '../../src/query/insights.ts';
import { maintenanceOf, maintenanceOfAll } from '../../src/query/maintenance-periods.ts';
import { askSeries } from '../../src/query/series.ts';
import { memoryDatabases } from '../support/database.ts';
import { addWatched } from '../support/span-history.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 23, 12);

/** Checked every minute of the last six hours; down for the last two but the newest ten minutes. */
const VERDICTS: readonly Verdict[] = Array.from({ length: 360 }, (_, index) => {
  const ago = 360 - index;
  const status = ago <= 120 && ago > 10 ? 'down' : 'up';
  return { slot: NOW - ago * MINUTE, interval: MINUTE, status, reason: status === 'up' ? null : 'timeout_wait' };
});
const MAINTENANCE = [
  { from: NOW - 150 * MINUTE, to: NOW - 100 * MINUTE },
  { from: NOW - 140 * MINUTE, to: NOW - 90 * MINUTE },
  { from: NOW - 30 * MINUTE, to: NOW + HOUR },
];

let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

function aHistory(): Database {
  const database = open();
  addWatched(database, [
    { id: 'website', verdicts: VERDICTS, maintenance: MAINTENANCE },
    { id: 'other', verdicts: VERDICTS },
  ]);
  return database;
}

describe('maintenanceOf', () => {
  it('joins what overlaps and finds what touches a range, of one monitor and of all', () => {
    const database = aHistory();
    const first = { from: NOW - 150 * MINUTE, to: NOW - 90 * MINUTE };
    expect(maintenanceOf(database, 1, { from: 0, to: NOW })).toEqual([first, MAINTENANCE[2]]);
    expect(maintenanceOf(database, 1, { from: NOW - 95 * MINUTE, to: NOW - HOUR })).toEqual([MAINTENANCE[1]]);
    expect(maintenanceOf(database, 1, { from: NOW - 90 * MINUTE, to: NOW - 30 * MINUTE })).toEqual([]);
    expect(maintenanceOf(database, 2, { from: 0, to: NOW })).toEqual([]);
    expect([...maintenanceOfAll(database, { from: 0, to: NOW })]).toEqual([[1, [first, MAINTENANCE[2]]]]);
  });
});

describe('askSeries', () => {
  it('counts maintenance apart, step by step', () => {
    const range = { from: NOW - 4 * HOUR, to: NOW };
    const { points } = askSeries(aHistory(), { id: 'website', range, step: HOUR, zone: 'UTC', now: NOW });
    expect(points.map(({ uptime, observed, maintenance }) => [uptime, observed, maintenance])).toEqual([
      [1, 1, 0],
      [1, 0.5, 0.5],
      [0, 0.5, 0.5],
      [0, 0.5, 0.5],
    ]);
  });
});

describe('askInsights', () => {
  it('tells how much of an outage lay in maintenance, also before the window', () => {
    const { longest_outages } = askInsights(aHistory(), readInsights({ window: '1h' }, NOW));
    expect(longest_outages).toMatchObject([
      { id: 'other', seconds: 110 * 60, maintenance_seconds: 0 },
      { id: 'website', seconds: 110 * 60, maintenance_seconds: (30 + 20) * 60 },
    ]);
  });
});
