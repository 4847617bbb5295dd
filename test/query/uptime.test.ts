import { beforeAll, describe, expect, it } from 'vitest';
import { COUNTED } from '../../src/core/counted-spans.ts';
import { STATUSES, type Status } from '../../src/core/status.ts';
import type { Verdict } from '../../src/core/status-machine.ts';
import { PERIOD_UNITS, formatInZone } from '../../src/core/time-zone.ts';
import type { TimeRange } from '../../src/core/uptime.ts';
import type { Database } from '../../src/db/native.ts';
import { readRanges } from '../../src/query/asked-ranges.ts';
import { askUptime } from '../../src/query/uptime.ts';
import { memoryDatabases } from '../support/database.ts';
import { fc, test } from '../support/property.ts';
import { addWatched, countedAt } from '../support/span-history.ts';

const HOUR = 3_600_000;
const utc = (text: string): number => Date.parse(text);
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

const verdict = (slot: number, status: Status, interval = HOUR): Verdict => ({ slot, interval, status, reason: null });

/** Checked every hour from one moment to another; down in the hours that begin within one of the outages. */
function hourly(from: string, to: string, outages: readonly (readonly [string, string])[]): Verdict[] {
  const verdicts: Verdict[] = [];
  for (let slot = utc(from); slot < utc(to); slot += HOUR) {
    const isDown = outages.some(([begin, end]) => slot >= utc(begin) && slot < utc(end));
    verdicts.push(verdict(slot, isDown ? 'down' : 'up'));
  }
  return verdicts;
}

describe('askUptime by periods', () => {
  const history = (verdicts: readonly Verdict[], maintenance: readonly TimeRange[] = []): Database => {
    const database = open();
    addWatched(database, [{ id: 'website', verdicts, maintenance }]);
    return database;
  };

  it('gives the day on which clocks are put back 25 hours, and the day they are put forward 23', () => {
    const database = history(
      hourly('2026-03-01T00:00:00Z', '2026-11-01T00:00:00Z', [['2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z']]),
    );
    const now = utc('2026-11-01T00:00:00Z');
    const days = (from: string, to: string) => {
      const asked = readRanges({ from, to, by: 'day', zone: 'Europe/Berlin' }, '', now);
      const [monitor] = askUptime(database, { id: 'website', ...asked, now }).monitors;
      return Object.values(monitor?.windows ?? {})[0]?.periods?.map(
        ({ label, observed_seconds, down_seconds, uptime }) => [label, observed_seconds / 3600, down_seconds / 3600, uptime],
      ); // prettier-ignore
    };
    expect(days('2026-10-24', '2026-10-27')).toEqual([
      ['2026-10-24', 24, 0, 1],
      ['2026-10-25', 25, 2, 23 / 25],
      ['2026-10-26', 24, 0, 1],
    ]);
    expect(days('2026-03-28', '2026-03-30')).toEqual([
      ['2026-03-28', 24, 0, 1],
      ['2026-03-29', 23, 0, 1],
    ]);
  });

  it('gives a month that still runs up to now, and says which part of a year was observed', () => {
    const database = history(hourly('2026-06-01T00:00:00Z', '2026-10-10T12:00:00Z', []));
    const now = utc('2026-10-10T12:00:00Z');
    const month = readRanges({ period: '2026-10', zone: 'UTC' }, '', now);
    expect(askUptime(database, { ...month, now }).monitors[0]?.windows['2026-10']).toMatchObject({
      from: '2026-10-01T00:00:00.000Z',
      to: '2026-10-10T12:00:00.000Z',
      uptime: 1,
      observed: 1,
    });
    const year = readRanges({ period: '2026', by: 'month' }, '', now);
    const whole = askUptime(database, { ...year, now }).monitors[0]?.windows['2026'];
    expect(whole?.periods?.map(({ label, observed }) => [label, observed])).toEqual([
      ...['01', '02', '03', '04', '05'].map((month) => [`2026-${month}`, 0]),
      ...['06', '07', '08', '09', '10'].map((month) => [`2026-${month}`, 1]),
    ]);
    expect(whole?.uptime).toBe(1);
  });

  it('counts time in maintenance apart, of plans that overlap once', () => {
    const outage = ['2026-10-24T01:00:00Z', '2026-10-24T05:00:00Z'] as const;
    const verdicts = hourly('2026-10-23T00:00:00Z', '2026-10-25T00:00:00Z', [outage]);
    const at = (from: string, to: string) => ({ from: utc(`2026-10-${from}:00Z`), to: utc(`2026-10-${to}:00Z`) });
    // The last of them goes on.
    const maintenance = [at('24T02:00', '24T04:00'), at('24T03:00', '24T04:30'), at('24T23:00', '25T09:00')];
    const now = utc('2026-10-25T00:00:00Z');
    const asked = readRanges({ window: '2d', by: 'day' }, '', now);
    const [monitor] = askUptime(history(verdicts, maintenance), { id: 'website', ...asked, now }).monitors;
    const whole = monitor?.windows['2d'];
    expect(whole).toMatchObject({
      uptime: 43 / 44.5,
      observed: 44.5 / 48,
      maintenance: 3.5 / 48,
      down_seconds: 1.5 * 3600,
      unknown_seconds: 0,
      maintenance_seconds: 3.5 * 3600,
    });
    expect(whole?.periods?.map(({ uptime, maintenance_seconds }) => [uptime, maintenance_seconds])).toEqual([
      [1, 0],
      [19 / 20.5, 3.5 * 3600],
    ]);
  });

  it('says what counted as what', () => {
    const database = history([]);
    expect(askUptime(database, { windows: [], now: 0 }).policy).toEqual({
      degraded: 'up',
      unknown: 'excluded',
      maintenance: 'excluded',
    });
  });

  it('refuses more figures than anybody reads', () => {
    const database = open();
    const ids = Array.from({ length: 100 }, (_, index) => `m${index}`);
    addWatched(
      database,
      ids.map((id) => ({ id, verdicts: [] })),
    );
    const now = utc('2026-11-01');
    const asked = readRanges({ window: '3660d', by: 'day' }, '', now);
    expect(() => askUptime(database, { ...asked, now })).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(askUptime(database, { id: 'm1', ...asked, now }).monitors).toHaveLength(1);
  });

  it('answers the same of many monitors at once as of each', () => {
    const database = open();
    const ids = Array.from({ length: 250 }, (_, index) => `m${index}`);
    const begin = utc('2026-10-01');
    addWatched(
      database,
      ids.map((id, index) => ({
        id,
        verdicts: [verdict(begin + index, 'up'), verdict(begin + HOUR, index % 3 === 0 ? 'down' : 'degraded')],
        maintenance: index % 2 === 0 ? [] : [{ from: begin + index * 1000, to: begin + HOUR + index }],
      })),
    );
    const now = begin + 2 * HOUR;
    const asked = readRanges({ window: '3h', by: 'day' }, '', now);
    const all = askUptime(database, { ...asked, now }).monitors;
    expect(all).toHaveLength(250);
    for (const index of [0, 1, 249]) {
      expect(all[index]).toEqual(askUptime(database, { id: `m${index}`, ...asked, now }).monitors[0]);
    }
  });

  const ZONES = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kathmandu'];
  const START = utc('2026-10-22T00:00:00Z');
  const TICK = 600_000;
  // Kathmandu's days begin at 18:15 UTC: between two ticks, on a step.
  const STEP = TICK / 2;
  const tick = fc.nat(1000);
  const verdicts = fc
    .uniqueArray(fc.tuple(tick, fc.constantFrom(...STATUSES)), { selector: ([at]) => at, maxLength: 80 })
    .map((list) => list.toSorted(([one], [other]) => one - other))
    .map((list) => list.map(([at, status]) => verdict(START + at * TICK, status, 3 * TICK)));
  const maintenance = fc
    .array(fc.tuple(tick, fc.nat(60)), { maxLength: 5 })
    .map((list) => list.map(([at, length]) => ({ from: START + at * TICK, to: START + (at + length) * TICK })));
  test(
    [
      fc.tuple(verdicts, maintenance),
      fc.constantFrom(...ZONES),
      fc.constantFrom(...PERIOD_UNITS),
      fc.tuple(tick, tick, tick),
    ],
    'counts every five minutes once, in the period in which they lie',
    ([list, maintenance], zone, by, [one, other, later]) => {
      const [from, to] = [START + Math.min(one, other) * TICK, START + (Math.max(one, other) + 1) * TICK];
      const now = to + later * TICK;
      const seen = list.filter(({ slot }) => slot <= now);
      const asked = readRanges({ from: formatInZone(from, zone), to: formatInZone(to, zone), zone, by }, '', now);
      const [monitor] = askUptime(history(seen, maintenance), { id: 'website', ...asked, now }).monitors;
      const [whole] = Object.values(monitor?.windows ?? {});
      const expected = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
      for (const period of whole?.periods ?? []) {
        const time = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
        for (let moment = utc(period.from); moment < utc(period.to); moment += STEP) {
          const length = Math.min(STEP, utc(period.to) - moment);
          time[countedAt({ verdicts: seen, maintenance }, moment, now)] += length / 1000;
        }
        expect(period.degraded_seconds).toBeCloseTo(time.degraded, 6);
        expect(period.down_seconds).toBeCloseTo(time.down, 6);
        expect(period.unknown_seconds).toBeCloseTo(time.unknown, 6);
        expect(period.maintenance_seconds).toBeCloseTo(time.maintenance, 6);
        expect(period.observed_seconds).toBeCloseTo(time.up + time.degraded + time.down, 6);
        for (const status of COUNTED) expected[status] += time[status];
      }
      expect(whole?.down_seconds).toBeCloseTo(expected.down, 6);
      expect(whole?.unknown_seconds).toBeCloseTo(expected.unknown, 6);
      expect(whole?.maintenance_seconds).toBeCloseTo(expected.maintenance, 6);
      expect(whole?.periods?.[0]?.from).toBe(whole?.from);
      expect(whole?.periods?.at(-1)?.to).toBe(whole?.to);
    },
  );
});

describe('readRanges', () => {
  const now = utc('2026-11-23T12:00:00Z');
  it('takes the usual windows when nothing is said, also with a zone', () => {
    expect(readRanges({ zone: 'Europe/Berlin' }, '24h,7d', now).ranges.map(({ label }) => label)).toEqual([
      '24h',
      '7d',
    ]);
  });

  it.each([
    [{ zone: 'Europe/Berln' }, 'zone: "Europe/Berln" is not a time zone: did you mean Europe/Berlin?'],
    [{ window: '30' }, 'window: "30" is not a window: write 24h, 7d or 24h,7d,30d'],
    [{ window: '30d', period: '2026' }, 'only one can be given of a window, from and to, and a period'],
    [{ by: 'days' }, 'by: "days" is not one of day, week, month, quarter, year'],
    [{ to: '2026-10-01' }, 'to needs a from'],
  ])('refuses %j', (request, message) => {
    expect(() => readRanges(request, '24h', now)).toThrow(expect.objectContaining({ code: 'bad_request', message }));
  });
});
