import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, hourOf } from '../../src/core/history/history-key.ts';
import { keptMicroseconds } from '../../src/core/history/kept-result.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { STATUSES, type Status } from '../../src/core/status.ts';
import { timePerStatus, uptimeFigures, type TimeRange } from '../../src/core/uptime.ts';
import type { Database } from '../../src/db/native.ts';
import { resultsBackwards } from '../../src/query/kept/kept-results.ts';
import { askLatency } from '../../src/query/latency.ts';
import { askMonitor, askMonitors } from '../../src/query/monitors.ts';
import { monitorSpans } from '../../src/query/monitor-spans.ts';
import { askResults, type ResultAnswer, type ResultsQuestion } from '../../src/query/results.ts';
import { askSeries, type SeriesAnswer, type SeriesPoint } from '../../src/query/series.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { prune, writeHistory, type Folding } from '../support/kept-history.ts';
import { aMonitor } from '../support/monitors.ts';
import { fc, test } from '../support/property.ts';
import { aResult } from '../support/results.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 9, 24, 22, 50);
const WEBSITE = 1;

let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

function aHistory(results: readonly CheckResult[], folding: Folding, now: number): Database {
  const database = open();
  writeHistory(database, results, now, folding);
  return database;
}

/** Some results as anything may leave them: two locations, gaps, checks that never began, all statuses. */
interface Step {
  readonly skip: number;
  readonly status: Status;
  readonly ms: number | null;
  readonly late: number | null;
  readonly place: 'here' | 'there' | 'both';
}

const step = fc.record({
  skip: fc.constantFrom(0, 0, 0, 0, 1, 5, 40),
  status: fc.constantFrom<Status>('up', 'up', 'up', ...STATUSES),
  ms: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true })),
  late: fc.option(fc.integer({ min: 0, max: 5000 }), { freq: 9 }),
  place: fc.constantFrom<Step['place'][]>('here', 'here', 'there', 'both'),
});

/** One every ten minutes, more or less. */
function resultsOf(steps: readonly Step[]): CheckResult[] {
  let slot = START;
  return steps.flatMap(({ skip, status, ms, late, place }, index) => {
    slot += (1 + skip) * 10 * MINUTE;
    const result = aResult({
      slot,
      interval: 10 * MINUTE,
      status,
      reason: status === 'up' ? null : status === 'unknown' ? 'missed_late' : 'status_unexpected',
      statusCode: index % 5 === 0 ? null : 500,
      startedAt: late === null ? null : slot + late,
      durationMs: ms,
      phases: { dns: ms === null ? null : ms / 4, connect: null, tls: null, wait: ms, body: null },
      address: index % 3 === 0 ? '[::1]:80' : '192.0.2.1:80',
    });
    const places = place === 'both' ? ['here', 'there'] : [place];
    return places.map((location) => aResult({ ...result, location }));
  });
}

const seams = fc.record({ seam: fc.integer({ min: 0, max: 60 }), halfWay: fc.boolean() });
function foldingOf({ seam, halfWay }: { seam: number; halfWay: boolean }): Folding {
  return { seam: seam === 0 ? 0 : hourOf(START) + seam, halfWay };
}

function nowAfter(results: readonly CheckResult[]): number {
  return (results.at(-1)?.slot ?? START) + 3 * MINUTE;
}

describe('resultsBackwards', () => {
  test(
    [fc.array(step, { minLength: 1, maxLength: 120 }), seams, fc.integer({ min: 1, max: 9 })],
    'gives each result once and in order, wherever the seam is, and says how far it has come',
    (steps, seam, slots) => {
      const results = resultsOf(steps);
      const now = nowAfter(results);
      const database = aHistory(results, foldingOf(seam), now);
      const range = { from: START + 3 * HOUR_MS, to: now - 5 * MINUTE };
      const found: number[][] = [];
      let border = range.to;
      for (const batch of resultsBackwards(database, { monitor: WEBSITE, slots, ...range })) {
        const places = batch.results.map(({ location, result }) => [result.slot, location]);
        expect(places.every(([slot = 0]) => slot <= border && slot >= batch.searchedFrom)).toBe(true);
        expect(batch.searchedFrom).toBeLessThanOrEqual(border);
        border = batch.searchedFrom;
        found.push(...places);
      }
      const expected = results
        .filter(({ slot }) => slot >= range.from && slot < range.to)
        .map(({ slot, location }) => [slot, keyOf(database, location)])
        .sort(([a = 0, b = 0], [c = 0, d = 0]) => c - a || b - d);
      expect(found).toEqual(expected);
    },
  );
});

describe('askMonitors', () => {
  test(
    [fc.array(step, { minLength: 1, maxLength: 40 }), fc.nat(40)],
    'says of all what it says of one, from heads saved long ago or lately, whatever the locations',
    (steps, saved) => {
      const results = resultsOf(steps);
      const now = nowAfter(results);
      const database = open();
      const writer = new Writer(database, START - DAY_MS);
      writer.sync([aMonitor(), aMonitor({ id: 'other', name: 'Other', enabled: false })], [], START);
      const others = results.slice(0, 3).map((each) => aResult({ ...each, monitor: 'other' }));
      for (const [index, result] of [...others, ...results].entries()) {
        writer.flush({ batches: [[result]], now: START - DAY_MS });
        if (index === saved) writer.finish(START - DAY_MS);
      }
      const { monitors } = askMonitors(database, { now });
      expect(monitors).toEqual([
        ...askMonitor(database, { id: 'website', now }).monitors,
        ...askMonitor(database, { id: 'other', now }).monitors,
      ]);
      expect(monitors[0]?.last?.slot).toBe(new Date(results.at(-1)?.slot ?? 0).toISOString());
    },
  );
});

function keyOf(database: Database, location: string): number {
  return database.prepare<[string], number>('SELECT key FROM locations WHERE name = ?').pluck().get(location) ?? 0;
}

describe('askResults', () => {
  const asked = fc.record(
    {
      status: fc.subarray([...STATUSES], { minLength: 1 }),
      location: fc.constantFrom(['here'], ['here', 'there']),
      reason: fc.constantFrom(['missed_late' as const], ['status_unexpected' as const, 'missed_late' as const]),
      since: fc.integer({ min: 0, max: 40 }).map((hours) => START + hours * HOUR_MS),
    },
    { requiredKeys: [] },
  );
  test(
    [fc.array(step, { minLength: 1, maxLength: 100 }), seams, asked, fc.integer({ min: 1, max: 40 })],
    'gives every result that fits once, newest first, page by page, also when it is folded meanwhile',
    (steps, seam, filter, limit) => {
      const results = resultsOf([{ skip: 0, status: 'up', ms: 1, late: 0, place: 'both' }, ...steps]);
      const now = nowAfter(results);
      const database = aHistory(results, { seam: 0 }, now);
      const folded = aHistory(results, foldingOf(seam), now);
      const question = { id: 'website', limit, ...filter };
      const pages = pagesOf([database, folded], question);
      const fits = results.filter(
        ({ slot, status, location, reason }) =>
          (filter.status?.includes(status) ?? true) &&
          (filter.location?.some((name) => name === location) ?? true) &&
          (filter.reason === undefined || filter.reason.some((known) => known === reason)) &&
          slot >= (filter.since ?? 0),
      );
      const names = (list: readonly { slot: string | number; location: string }[]) =>
        list.map(({ slot, location }) => `${new Date(slot).toISOString()} ${location}`);
      expect(names(pages)).toEqual(
        names(fits.toSorted((a, b) => b.slot - a.slot || (a.location < b.location ? -1 : 1))),
      );
      expect(pages.every(({ count }) => count === undefined)).toBe(true);
    },
  );

  it('tells all that is kept of a result the same from a block as from the journal', () => {
    const results = resultsOf([
      { skip: 0, status: 'degraded', ms: 12.345678, late: 3, place: 'both' },
      { skip: 0, status: 'unknown', ms: null, late: null, place: 'here' },
      { skip: 0, status: 'up', ms: 0.1239, late: 5, place: 'here' },
    ]).map((result) => aResult({ ...result, attempt: 2, message: result.status === 'up' ? null : 'Größe, 大小' }));
    const now = nowAfter(results);
    const fresh = askResults(aHistory(results, { seam: 0 }, now), { id: 'website' });
    const folded = askResults(aHistory(results, { seam: hourOf(START) + 9 }, now), { id: 'website' });
    expect(folded).toEqual(fresh);
    expect(fresh.results.at(-1)).toMatchObject({
      attempt: 2,
      interval_ms: 10 * MINUTE,
      ip_version: 6,
      duration_ms: 12.35,
      message: 'Größe, 大小',
    });
  });

  test(
    [fc.array(step, { minLength: 1, maxLength: 100 }), seams, fc.integer({ min: 1, max: 200 })],
    'counts a run of the same failure as one, and every result once',
    (steps, seam, limit) => {
      const results = resultsOf(steps);
      const now = nowAfter(results);
      const database = aHistory(results, foldingOf(seam), now);
      const pages = pagesOf([database], { id: 'website', limit, group: true });
      expect(pages.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(results.length);
      for (const { status, count = 0, first_slot = '', last_slot = '', slot, interval_ms, location } of pages) {
        const members = results.filter(
          (each) => each.location === location && each.slot >= Date.parse(first_slot) && each.slot <= Date.parse(slot),
        );
        expect([members.length, slot]).toEqual([count, last_slot]);
        expect(members.every((each) => each.status === status)).toBe(true);
        expect(status === 'up' ? count : 1).toBe(1);
        const length = Date.parse(last_slot) - Date.parse(first_slot);
        expect(length).toBe((count - 1) * interval_ms);
      }
      if (limit < 200) return;
      const whole = runsOf(results);
      expect(pages).toHaveLength(whole);
    },
  );

  it('searches rare results over years in bounded calls', () => {
    const hours = 60_000;
    const results = Array.from({ length: 60 }, (_, index) =>
      aResult({ slot: START + index * 1000 * HOUR_MS, interval: HOUR_MS, status: index === 0 ? 'down' : 'up', reason: index === 0 ? 'conn_reset' : null }),
    ); // prettier-ignore
    const now = START + hours * HOUR_MS;
    const database = aHistory(results, { seam: hourOf(now) - 1 }, now);
    let calls = 0;
    let cursor: string | undefined;
    const found: ResultAnswer[] = [];
    do {
      const page = askResults(database, { id: 'website', status: ['down'], cursor });
      found.push(...page.results);
      cursor = page.next_cursor ?? undefined;
      calls += 1;
    } while (cursor !== undefined);
    expect(found).toHaveLength(1);
    expect(calls).toBeGreaterThan(2);
    expect(calls).toBeLessThan(6);
  });

  it('names the locations there are to whoever asks for another', () => {
    const database = aHistory([aResult({ location: 'here' })], { seam: 0 }, START);
    expect(() => askResults(database, { id: 'website', location: ['hree'] })).toThrow(
      expect.objectContaining({ code: 'bad_request', hint: 'There are: here.' }),
    );
  });
});

/** Asks page after page, of one database after the other. */
function pagesOf(databases: readonly Database[], question: ResultsQuestion): ResultAnswer[] {
  const results: ResultAnswer[] = [];
  let cursor: string | undefined;
  for (let page = 0; page === 0 || cursor !== undefined; page += 1) {
    const answer = askResults(databases[page % databases.length] ?? open(), { ...question, cursor });
    expect(answer.results.length).toBeLessThanOrEqual(question.limit ?? 100);
    results.push(...answer.results);
    cursor = answer.next_cursor ?? undefined;
  }
  return results;
}

/** How many runs results make, counted from the oldest on. */
function runsOf(results: readonly CheckResult[]): number {
  let runs = 0;
  for (const location of ['here', 'there']) {
    const list = results.filter((each) => each.location === location);
    for (const [index, each] of list.entries()) {
      const before = list[index - 1];
      const same =
        before !== undefined &&
        each.status !== 'up' &&
        each.status === before.status &&
        each.reason === before.reason &&
        each.statusCode === before.statusCode &&
        each.slot === before.slot + before.interval;
      if (!same) runs += 1;
    }
  }
  return runs;
}

/** A figure by rank, as a sorted list has it. */
function ranked(values: readonly number[], fraction: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(fraction * (sorted.length - 1))] ?? null;
}

function expectNear(found: number | null | undefined, exact: number | null, share = 0.01): void {
  if (exact === null || found === null || found === undefined) {
    expect(found ?? null).toBe(exact);
    return;
  }
  // Figures are told to the microsecond.
  expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * share + 0.0006);
}

interface Figures {
  readonly counts: Readonly<Record<Status, number>>;
  readonly missed: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly min_ms: number | null;
  readonly mean_ms: number | null;
  readonly max_ms: number | null;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length;
const kept = (value: number | null): number => (keptMicroseconds(value) ?? 0) / 1000;

/** Compares figures with those counted from the results themselves. */
function expectFigures(figures: Figures, { from, to }: TimeRange, results: readonly CheckResult[]): void {
  const within = results.filter(({ slot }) => slot >= from && slot < to);
  const counts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  for (const { status } of within) counts[status] += 1;
  expect(figures.counts).toEqual(counts);
  expect(figures.missed).toBe(within.filter(({ startedAt }) => startedAt === null).length);
  const durations = within
    .filter(({ status, durationMs }) => durationMs !== null && (status === 'up' || status === 'degraded'))
    .map(({ durationMs }) => kept(durationMs));
  expect(figures.min_ms).toBe(durations.length === 0 ? null : Math.min(...durations));
  expect(figures.max_ms).toBe(durations.length === 0 ? null : Math.max(...durations));
  expectNear(figures.mean_ms, mean(durations), 1e-9);
  expectNear(figures.p50_ms, ranked(durations, 0.5));
  expectNear(figures.p95_ms, ranked(durations, 0.95));
  expectNear(figures.p99_ms, ranked(durations, 0.99));
}

function expectPoint(point: SeriesPoint, results: readonly CheckResult[], database: Database, now: number): void {
  const range = { from: Date.parse(point.from), to: Date.parse(point.to) };
  expectFigures(point, range, results);
  const within = results.filter(({ slot }) => slot >= range.from && slot < range.to);
  const good = within.filter(({ status }) => status === 'up' || status === 'degraded');
  const waits = good.flatMap(({ phases }) => (phases.wait === null ? [] : [kept(phases.wait)]));
  expectNear(point.phases_ms.wait, mean(waits), 1e-9);
  expect(point.phases_ms.tls).toBeNull();
  const late = within.flatMap(({ startedAt, slot }) => (startedAt === null ? [] : [startedAt - slot]));
  expect(point.late_max_ms).toBe(late.length === 0 ? null : Math.max(...late));
  expectNear(point.late_p99_ms, ranked(late, 0.99));
  const spans = monitorSpans(database, WEBSITE, { from: 0, to: now });
  const { uptime, observed } = uptimeFigures(timePerStatus(spans, range, now));
  expect([point.uptime, point.observed]).toEqual([uptime, observed]);
}

/** Whether points follow one another without a hole from one moment to another. */
function expectTiles({ points }: SeriesAnswer, from: number, to: number): void {
  expect([points[0]?.from, points.at(-1)?.to]).toEqual([new Date(from).toISOString(), new Date(to).toISOString()]);
  for (const [index, point] of points.entries()) {
    expect(point.from < point.to).toBe(true);
    expect(point.from).toBe(index === 0 ? point.from : points[index - 1]?.to);
  }
}

describe('askSeries', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu');
  const lengths = fc.constantFrom(10, 15, 60, 120, 360, 1440);
  const cut = fc.record({ from: fc.integer({ min: -100, max: 2000 }), to: fc.integer({ min: 0, max: 500 }) });
  test(
    [fc.array(step, { minLength: 1, maxLength: 150 }), seams, zones, fc.tuple(lengths, cut)],
    'gives what the results come to, wherever the seam is, in whatever steps of whatever zone',
    (steps, seam, zone, [length, { from, to }]) => {
      const results = resultsOf(steps);
      const now = nowAfter(results);
      const database = aHistory(results, foldingOf(seam), now);
      const range = { from: Math.min(START + from * MINUTE, now - 1), to: now };
      range.to = Math.max(range.from + 1, now - to * MINUTE);
      const answer = askSeries(database, { id: 'website', range, step: length * MINUTE, zone, now });
      expect(answer.asked_step).toBe(answer.step);
      expectTiles(answer, range.from, range.to);
      for (const point of answer.points) expectPoint(point, results, database, now);
    },
  );

  test(
    [
      fc.array(step, { minLength: 80, maxLength: 150 }),
      fc.integer({ min: 0, max: 60 }),
      zones,
      fc.constantFrom(15, 120, 1440),
    ],
    'says which longer steps it gives where results are no longer kept, and counts right in them',
    (steps, gone, zone, length) => {
      const results = resultsOf(steps);
      const now = nowAfter(results);
      const database = aHistory(results, { seam: hourOf(now) - 1 }, now);
      const before = (hourOf(START) + gone) * HOUR_MS;
      prune(database, 'blocks', before);
      const range = { from: START - 5 * MINUTE, to: now };
      const answer = askSeries(database, { id: 'website', range, step: length * MINUTE, zone, now });
      const anyGone = results.some(({ slot }) => slot < before);
      expect(answer.step).toBe(anyGone && length < 60 ? '1h' : (length / 60 >= 24 ? '1d' : length < 60 ? `${length}m` : `${length / 60}h`)); // prettier-ignore
      expect(answer.points.at(-1)?.to).toBe(new Date(now).toISOString());
      for (const point of answer.points) expectPoint(point, results, database, now);
      const first = Date.parse(answer.points[0]?.from ?? '');
      expect(first - range.from).toBeLessThan(HOUR_MS);
      const counted = answer.points.reduce((sum, { counts }) => sum + counts.up + counts.degraded + counts.down + counts.unknown, 0); // prettier-ignore
      expect(counted).toBe(results.filter(({ slot }) => slot >= first).length);
    },
  );

  it('gives days where hours are no longer kept', () => {
    const results = Array.from({ length: 20 * 24 }, (_, hour) =>
      aResult({ slot: START + hour * HOUR_MS, interval: HOUR_MS, durationMs: hour + 1 }),
    );
    const now = START + 20 * DAY_MS;
    const database = aHistory(results, { seam: hourOf(now) - 2 }, now);
    prune(database, 'blocks', now - 3 * DAY_MS);
    prune(database, 'hours', now - 10 * DAY_MS);
    const range = { from: START, to: now };
    const answer = askSeries(database, { id: 'website', range, step: 6 * HOUR_MS, zone: 'UTC', now });
    expect(answer).toMatchObject({ step: '1d', asked_step: '6h' });
    expect(answer.points[0]?.from).toBe('2026-10-25T00:00:00.000Z');
    for (const point of answer.points) expectPoint(point, results, database, now);
    const latency = askLatency(database, { id: 'website', ranges: [{ label: 'all', range }] });
    const figures = latency.monitors[0]?.windows['all'];
    expect(figures).toMatchObject({ from: '2026-10-25T00:00:00.000Z', to: new Date(now).toISOString() });
    if (figures !== undefined) expectFigures(figures, { from: Date.UTC(2026, 9, 25), to: now }, results);
  });

  it.each([
    { zone: 'Europe/Berlin', start: '2026-10-25T00:00+02:00', hours: 25, length: 360, steps: 4 },
    { zone: 'Europe/Berlin', start: '2026-10-25T00:00+02:00', hours: 25, length: 60, steps: 25 },
    { zone: 'Europe/Berlin', start: '2027-03-28T00:00+01:00', hours: 23, length: 60, steps: 23 },
    { zone: 'Australia/Lord_Howe', start: '2026-10-04T00:00+10:30', hours: 23.5, length: 60, steps: 24 },
    { zone: 'Australia/Lord_Howe', start: '2027-04-04T00:00+11:00', hours: 24.5, length: 1440, steps: 1 },
  ])('counts $steps steps of $length min from midnight in $zone at $start', ({ zone, start, hours, length, steps }) => {
    const from = Date.parse(start);
    const results = Array.from({ length: 200 }, (_, index) =>
      aResult({ slot: from - 600 * MINUTE + index * 10 * MINUTE, interval: 10 * MINUTE }),
    );
    const now = nowAfter(results);
    const database = aHistory(results, { seam: hourOf(from) + 5 }, now);
    const range = { from, to: from + hours * HOUR_MS };
    const answer = askSeries(database, { id: 'website', range, step: length * MINUTE, zone, now });
    expect(answer.points).toHaveLength(steps);
    expectTiles(answer, range.from, range.to);
    for (const point of answer.points) expectPoint(point, results, database, now);
  });

  it.each([
    [HOUR_MS, '1m'],
    [DAY_MS, '5m'],
    [7 * DAY_MS, '30m'],
    [30 * DAY_MS, '2h'],
    [400 * DAY_MS, '1d'],
  ])('chooses the steps of %d ms by itself: %s', (length, expected) => {
    const now = START + DAY_MS;
    const database = aHistory([], { seam: 0 }, now);
    const range = { from: now - length, to: now };
    const answer = askSeries(database, { id: 'website', range, step: null, zone: 'UTC', now });
    expect(answer).toMatchObject({ step: expected, asked_step: 'auto' });
    expect(answer.points.every(({ observed, uptime }) => observed === 0 && uptime === null)).toBe(true);
    expectTiles(answer, range.from, range.to);
  });

  it('refuses more steps than anybody could look at, and knows no monitor it was not told of', () => {
    const database = aHistory([], { seam: 0 }, START);
    const question = { id: 'website', range: { from: 0, to: START }, step: MINUTE, zone: 'UTC', now: START };
    expect(() => askSeries(database, question)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(() => askSeries(database, { ...question, id: 'webiste' })).toThrow(
      expect.objectContaining({ code: 'monitor_not_found' }),
    );
  });
});

describe('askLatency', () => {
  test(
    [
      fc.array(step, { minLength: 1, maxLength: 150 }),
      seams,
      fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 4 }),
    ],
    'counts what the results come to, of one monitor as of all, wherever the seam is',
    (steps, seam, minutes) => {
      const results = resultsOf(steps);
      const now = nowAfter(results);
      const other = results.slice(0, 20).map((each) => aResult({ ...each, monitor: 'other' }));
      const database = aHistory([...results, ...other], foldingOf(seam), now);
      const ranges = [...new Set([...minutes, 60])].map((each) => ({
        label: `${each}`,
        range: { from: now - each * MINUTE, to: each % 7 === 0 ? now - 90_000 : now },
      }));
      const [one] = askLatency(database, { id: 'website', ranges }).monitors;
      for (const { label, range } of ranges) {
        const figures = one?.windows[label];
        expect(figures).toMatchObject({
          from: new Date(range.from).toISOString(),
          to: new Date(range.to).toISOString(),
        });
        if (figures !== undefined) expectFigures(figures, range, results);
      }
      const all = askLatency(database, { ranges }).monitors;
      expect(all[0]).toEqual(one);
      expect(all[1]).toEqual(askLatency(database, { id: 'other', ranges }).monitors[0]);
    },
  );
});
