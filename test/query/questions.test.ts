import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/core/outcome.ts';
import { STATUSES, type Status } from '../../src/core/status.ts';
import type { Database } from '../../src/db/native.ts';
import { askLatency } from '../../src/query/latency.ts';
import { askMonitor, askMonitors } from '../../src/query/monitors.ts';
import { askResults, type ResultAnswer, type ResultsQuestion } from '../../src/query/results.ts';
import { askUptime } from '../../src/query/uptime.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';
import { fc, test } from '../support/property.ts';
import { aResult } from '../support/results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

/** A history of `website` and `other`, as the writer makes it. */
function aHistory(results: readonly CheckResult[], now = NOON): Database {
  const database = open();
  const writer = new Writer(database, now);
  const monitors = [aMonitor({ group: 'shop', tags: { team: 'web' } }), aMonitor({ id: 'other', name: 'Other' })];
  writer.sync(monitors, [], now);
  writer.flush({ batches: [results], now });
  return database;
}
const at = (minute: number, status: Status = 'up', overrides: Partial<CheckResult> = {}) =>
  aResult({ slot: NOON + minute * MINUTE, status, reason: status === 'down' ? 'timeout_wait' : null, ...overrides });
const iso = (minute: number) => new Date(NOON + minute * MINUTE).toISOString();
const notFound = expect.objectContaining({ code: 'monitor_not_found', hint: 'Did you mean "website"?' });

describe('askMonitors', () => {
  it('tells what each monitor is and how it stands', () => {
    const database = aHistory([at(0), at(1, 'down', { statusCode: 503, durationMs: 20 })]);
    const { monitors } = askMonitors(database, { now: NOON + MINUTE });
    expect(monitors).toEqual([
      {
        id: 'website', name: 'Website', type: 'http', target: 'http://127.0.0.1:9/', group: 'shop', tags: { team: 'web' },
        enabled: true, interval_ms: MINUTE, status: 'down', since: iso(1), removed_at: null,
        confirming: false, flapping: false, incident: 1, maintenance: null,
        last: { slot: iso(1), ok: false, reason: 'timeout_wait', status_code: 503, duration_ms: 20 },
      },
      expect.objectContaining({ id: 'other', status: 'unknown', since: null, last: null }),
    ]); // prettier-ignore
    expect(askMonitor(database, { id: 'website', now: NOON + MINUTE }).monitors).toEqual(monitors.slice(0, 1));
  });

  it.each<[string, number, Status, string]>([
    ['stands while the next check may still be running', 2 * MINUTE + 12_000, 'up', iso(0)],
    ['is unknown from the slot that brought nothing', 2 * MINUTE + 12_001, 'unknown', iso(2)],
    ['stands when the clock was set back by less than an interval', MINUTE - 1, 'up', iso(0)],
    ['is unknown when the clock was set back by more', -MINUTE, 'unknown', 'null'],
    ['is unknown before there was anything', -1, 'unknown', 'null'],
  ])('gives a status that %s', (_, later, status, since) => {
    const database = aHistory([at(0), at(1)]);
    const [monitor] = askMonitors(database, { now: NOON + later }).monitors;
    expect([monitor?.status, String(monitor?.since)]).toEqual([status, since]);
  });

  it('keeps the beginning of unknown time that a gap only prolongs', () => {
    const database = aHistory([at(0), at(1, 'unknown', { reason: 'missed_late', startedAt: null, durationMs: null })]);
    const [monitor] = askMonitors(database, { now: NOON + 60 * MINUTE }).monitors;
    expect(monitor).toMatchObject({ status: 'unknown', since: iso(1), last: { ok: null, reason: 'missed_late' } });
  });

  it('leaves out monitors that were removed, whose history can still be asked for', () => {
    const database = aHistory([at(0)]);
    new Writer(database, NOON).sync([aMonitor({ id: 'other' })], [], NOON);
    expect(askMonitors(database, { now: NOON }).monitors.map(({ id }) => id)).toEqual(['other']);
    expect(askResults(database, { id: 'website' }).results).toHaveLength(1);
  });

  it('names the id that was probably meant', () => {
    const database = aHistory([]);
    const now = NOON;
    expect(() => askMonitor(database, { id: 'webiste', now })).toThrow(notFound);
    expect(() => askResults(database, { id: 'webiste' })).toThrow(notFound);
    expect(() => askUptime(database, { id: 'webiste', windows: [], now })).toThrow(notFound);
    expect(() => askLatency(database, { id: 'webiste', ranges: [] })).toThrow(notFound);
  });

  const step = fc.record({
    gap: fc.integer({ min: 1, max: 4 }),
    status: fc.constantFrom(...STATUSES),
    save: fc.boolean(),
  });
  test(
    [fc.array(step, { minLength: 1, maxLength: 30 })],
    'says the same whether heads were saved lately or not',
    (steps) => {
      const database = aHistory([]);
      const writer = new Writer(database, NOON);
      let minute = 0;
      for (const { gap, status, save } of steps) {
        minute += gap;
        writer.flush({ batches: [[at(minute, status)]], now: NOON + minute * MINUTE });
        if (save) writer.finish(NOON + minute * MINUTE);
      }
      const now = NOON + minute * MINUTE;
      const before = askMonitors(database, { now });
      writer.finish(now);
      expect(before).toEqual(askMonitors(database, { now }));
      expect(before.monitors.slice(0, 1)).toEqual(askMonitor(database, { id: 'website', now }).monitors);
      expect(before.monitors[0]).toMatchObject({ status: steps.at(-1)?.status, last: { slot: iso(minute) } });
    },
  );
});

describe('askResults', () => {
  it('gives all that is known of a result, newest first', () => {
    const database = aHistory([
      at(0),
      at(1, 'down', { message: 'no answer', statusCode: null, startedAt: NOON + MINUTE + 7 }),
    ]);
    expect(askResults(database, { id: 'website', limit: 1 }).results).toEqual([
      {
        slot: iso(1), started_at: new Date(NOON + MINUTE + 7).toISOString(), late_ms: 7, status: 'down', ok: false,
        reason: 'timeout_wait', message: 'no answer', status_code: null, duration_ms: 12.34,
        phases_ms: { dns: 1, connect: null, tls: null, wait: 10, body: null }, location: 'local',
        trace_id: null, interval_ms: MINUTE, ip_version: null, attempt: 1,
      },
    ]); // prettier-ignore
  });

  it('knows no beginning of a check that never began, and nothing of a monitor never checked', () => {
    const missed = at(0, 'unknown', { reason: 'missed_overlap', startedAt: null, durationMs: null });
    const database = aHistory([missed]);
    const [result] = askResults(database, { id: 'website' }).results;
    expect(result).toMatchObject({ started_at: null, late_ms: null, duration_ms: null, ok: null });
    expect(askResults(database, { id: 'other' })).toEqual({ results: [], next_cursor: null });
  });

  it.each([[0], [10_001], [1.5], [NaN]])('refuses a limit of %d', (limit) => {
    const database = aHistory([]);
    expect(() => askResults(database, { id: 'website', limit })).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    );
  });

  it.each([['x'], [''], ['MTIz'], ['A'.repeat(100)]])('refuses the cursor "%s"', (cursor) => {
    const database = aHistory([]);
    expect(() => askResults(database, { id: 'website', cursor })).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    );
  });

  const minute = fc.integer({ min: 0, max: 80 });
  const one = fc.record({ minute, status: fc.constantFrom(...STATUSES), location: fc.constantFrom('here', 'there') });
  const history = fc.uniqueArray(one, { maxLength: 60, selector: (each) => `${each.minute} ${each.location}` });
  const asked = fc.record(
    {
      since: minute.map((each) => NOON + each * MINUTE),
      until: minute.map((each) => NOON + each * MINUTE + 1),
      status: fc.subarray([...STATUSES], { minLength: 1 }),
    },
    { requiredKeys: [] },
  );
  test(
    [history, asked, fc.integer({ min: 1, max: 20 })],
    'gives every result that fits exactly once, page by page',
    (list, filter, limit) => {
      const results = list.map((each) => at(each.minute, each.status, { location: each.location }));
      const strangers = list.map((each) => at(each.minute, 'down', { monitor: 'other' }));
      const database = aHistory([...results, ...new Map(strangers.map((each) => [each.slot, each])).values()]);
      const found = allPages(database, { id: 'website', limit, ...filter }).map(({ slot, location, status }) => [
      Date.parse(slot), location, status,
    ]); // prettier-ignore
      const fits = results.filter(
        ({ slot, status }) =>
          slot >= (filter.since ?? 0) && slot < (filter.until ?? Infinity) && (filter.status?.includes(status) ?? true),
      );
      expect(found).toHaveLength(fits.length);
      expect(new Set(found.map(String))).toEqual(
        new Set(fits.map(({ slot, location, status }) => String([slot, location, status]))),
      );
      const slots = found.map(([slot]) => Number(slot));
      expect(slots).toEqual(slots.toSorted((first, second) => second - first));
    },
  );

  it('may come short when results are rare, but the next page goes on from there', () => {
    const many = Array.from({ length: 21_000 }, (_, index) => aResult({ slot: NOON + index * 1000, interval: 1000 }));
    const rare = { status: 'down', reason: 'conn_reset' } as const;
    const database = aHistory([{ ...(many[0] as CheckResult), ...rare }, ...many.slice(1)]);
    const first = askResults(database, { id: 'website', status: ['down'] });
    expect(first.results).toEqual([]);
    const second = askResults(database, { id: 'website', status: ['down'], cursor: first.next_cursor ?? '' });
    expect(second).toMatchObject({ results: [{ slot: iso(0) }], next_cursor: null });
  });

  it('finds the page before a time far back, past the rows of many others', () => {
    const others = Array.from({ length: 30_000 }, (_, index) =>
      aResult({ monitor: 'other', slot: NOON + MINUTE + index * 1000, interval: 1000 }),
    );
    const database = aHistory([at(0), at(1), at(600), ...others]);
    const found = askResults(database, { id: 'website', until: NOON + 599 * MINUTE }).results;
    expect(found.map(({ slot }) => slot)).toEqual([iso(1), iso(0)]);
  });
});

function allPages(database: Database, question: ResultsQuestion): ResultAnswer[] {
  const results: ResultAnswer[] = [];
  let cursor: string | undefined;
  do {
    const page = askResults(database, { ...question, cursor });
    expect(page.results.length).toBeLessThanOrEqual(question.limit ?? 100);
    results.push(...page.results);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return results;
}

describe('askUptime', () => {
  const hour = [{ label: '1h', length: 60 * MINUTE }];

  it('weighs by time, and says what was not observed', () => {
    const database = aHistory([at(0), at(1), at(2, 'down'), at(3), at(4, 'degraded'), at(20)]);
    const now = NOON + 21 * MINUTE;
    const [monitor] = askUptime(database, { id: 'website', windows: hour, now }).monitors;
    // 0-2 up, 2-3 down, 3-4 up, 4-5 degraded, 5-20 nothing, 20-21 up; and 39 minutes before the first check.
    expect(monitor?.windows['1h']).toEqual({
      from: iso(-39), to: iso(21), uptime: 5 / 6, observed: 0.1, observed_seconds: 360, degraded_seconds: 60,
      down_seconds: 60, unknown_seconds: 54 * 60, maintenance: 0, maintenance_seconds: 0,
    }); // prettier-ignore
  });

  it('counts the span in force when a window begins from there', () => {
    const database = aHistory(Array.from({ length: 100 }, (_, index) => at(index, index < 50 ? 'down' : 'up')));
    const windows = [...hour, { label: '2m', length: 2 * MINUTE }];
    const [monitor] = askUptime(database, { id: 'website', windows, now: NOON + 99 * MINUTE }).monitors;
    expect(monitor?.windows['1h']).toMatchObject({ observed: 1, down_seconds: 11 * 60 });
    expect(monitor?.windows['2m']).toMatchObject({ uptime: 1, down_seconds: 0 });
  });

  it('answers for all monitors as for each, and null where nothing was observed', () => {
    const database = aHistory([at(0), at(1, 'down')]);
    const question = { windows: hour, now: NOON + 2 * MINUTE };
    const all = askUptime(database, question).monitors;
    expect(all.map(({ id }) => id)).toEqual(['website', 'other']);
    expect(all[0]).toEqual(askUptime(database, { id: 'website', ...question }).monitors[0]);
    expect(all[1]?.windows['1h']).toMatchObject({ uptime: null, observed: 0, unknown_seconds: 3600 });
  });

  const slots = fc.uniqueArray(fc.record({ second: fc.nat(200), status: fc.constantFrom(...STATUSES) }), {
    selector: ({ second }) => second,
  });
  test(
    [slots, fc.integer({ min: 0, max: 250_000 }), fc.integer({ min: 1, max: 300_000 })],
    'observes and does not know exactly the window together',
    (list, later, length) => {
      const database = aHistory(
        list.map(({ second, status }) => aResult({ slot: NOON + second * 1000, interval: 2000, status })),
      );
      const windows = [{ label: 'w', length }];
      const [monitor] = askUptime(database, { id: 'website', windows, now: NOON + later }).monitors;
      const figures = monitor?.windows['w'];
      expect((figures?.observed_seconds ?? 0) + (figures?.unknown_seconds ?? 0)).toBeCloseTo(length / 1000, 6);
      expect(figures?.down_seconds).toBeLessThanOrEqual((figures?.observed_seconds ?? 0) + 1e-9);
    },
  );
});

describe('askLatency', () => {
  it('counts checks that found the target up or degraded, of one monitor as of all', () => {
    const durations = Array.from({ length: 200 }, (_, index) => at(index, 'up', { durationMs: index + 1 }));
    const others = [at(200, 'down', { durationMs: 9999 }), at(201, 'degraded', { durationMs: 201 })];
    const database = aHistory([...durations, ...others]);
    const to = NOON + 202 * MINUTE;
    const ranges = [
      { label: 'all', range: { from: to - 500 * MINUTE, to } },
      { label: '10m', range: { from: to - 10 * MINUTE, to } },
    ];
    const [one] = askLatency(database, { id: 'website', ranges }).monitors;
    const all = one?.windows['all'];
    expect(all).toMatchObject({ count: 201, min_ms: 1, max_ms: 201, mean_ms: 101 });
    expect(Math.abs((all?.p50_ms ?? 0) - 101)).toBeLessThanOrEqual(1.01);
    expect(Math.abs((all?.p95_ms ?? 0) - 191)).toBeLessThanOrEqual(1.91);
    expect(one?.windows['10m']).toMatchObject({ count: 9 });
    const every = askLatency(database, { ranges }).monitors;
    expect(every[0]).toEqual(one);
    expect(every[1]?.windows['all']).toMatchObject({ count: 0, p50_ms: null, mean_ms: null });
  });
});
