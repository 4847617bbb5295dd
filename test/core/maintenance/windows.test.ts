import { describe, expect, it } from 'vitest';
import type { MaintenancePlan, MaintenanceTimes, MaintenanceWindow } from '../../../src/core/maintenance/plan.ts';
import { nextWindow, windowAt, windowsWithin } from '../../../src/core/maintenance/windows.ts';
import { formatInZone, momentOfWallTime } from '../../../src/core/time-zone.ts';
import { fc, test } from '../../support/property.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BERLIN = 'Europe/Berlin';
const LORD_HOWE = 'Australia/Lord_Howe';
const WEEK = [1, 2, 3, 4, 5, 6, 7];

function planned(times: MaintenanceTimes): MaintenancePlan {
  return { id: 'patches', name: 'Patches', for: { monitors: [], groups: [], tags: {} }, times };
}

function cron(pattern: string, duration: number, zone = 'UTC'): MaintenancePlan {
  return planned({ kind: 'cron', cron: pattern, duration, zone });
}

function weekly(days: readonly number[], at: number, duration: number, zone = 'UTC'): MaintenancePlan {
  return planned({ kind: 'weekly', days, at, duration, zone });
}

function once(start: string, end: string): MaintenancePlan {
  return planned({ kind: 'once', start: Date.parse(start), end: Date.parse(end) });
}

/** A window as people of a zone read it, to the minute and with the offsets. */
function shown({ start, end }: MaintenanceWindow, zone: string): string {
  return [start, end].map((moment) => formatInZone(moment, zone).replace(':00.000', '')).join(' - ');
}

function shownWithin(plan: MaintenancePlan, from: string, to: string): string[] {
  const zone = plan.times.kind === 'once' ? 'UTC' : plan.times.zone;
  return windowsWithin(plan, { from: Date.parse(from), to: Date.parse(to) }, 100).map((window) => shown(window, zone));
}

describe('windows', () => {
  it('carry the id and the name of their plan', () => {
    const plan = once('2026-05-01T10:00Z', '2026-05-01T12:00Z');
    expect(windowAt(plan, Date.parse('2026-05-01T11:00Z'))).toEqual({
      plan: 'patches',
      name: 'Patches',
      start: Date.parse('2026-05-01T10:00Z'),
      end: Date.parse('2026-05-01T12:00Z'),
    });
  });

  it.each<[string, boolean, boolean]>([
    ['2026-05-01T09:59:59.999Z', false, true],
    ['2026-05-01T10:00:00.000Z', true, false],
    ['2026-05-01T11:59:59.999Z', true, false],
    ['2026-05-01T12:00:00.000Z', false, false],
  ])('that happen once hold their start and not their end: %s', (moment, isHeld, isAhead) => {
    const plan = once('2026-05-01T10:00Z', '2026-05-01T12:00Z');
    expect(windowAt(plan, Date.parse(moment)) !== undefined).toBe(isHeld);
    expect(nextWindow(plan, Date.parse(moment)) !== undefined).toBe(isAhead);
  });

  it.each<[string, MaintenancePlan]>([
    ['end where they begin', once('2026-05-01T10:00Z', '2026-05-01T10:00Z')],
    ['end before they begin', once('2026-05-01T10:00Z', '2026-05-01T09:00Z')],
    ['have no duration', cron('0 * * * *', 0)],
    ['are on no day', cron('0 0 30 2 *', HOUR)],
    ['are in years gone by', cron('0 0 3 1 1 * 2020', HOUR)],
  ])('of plans that %s are none', (_, plan) => {
    const moment = Date.parse('2026-05-01T10:00Z');
    expect(windowAt(plan, moment)).toBeUndefined();
    expect(nextWindow(plan, moment - 1)).toBeUndefined();
    expect(windowsWithin(plan, { from: moment - DAY, to: Infinity }, 10)).toEqual([]);
  });

  it('of 29 February are found from one leap day to the next, also over the year 2100', () => {
    const plan = cron('0 0 29 2 *', HOUR);
    expect(nextWindow(plan, Date.parse('2024-02-29T00:00Z'))?.start).toBe(Date.parse('2028-02-29T00:00Z'));
    expect(nextWindow(plan, Date.parse('2096-02-29T00:00Z'))?.start).toBe(Date.parse('2104-02-29T00:00Z'));
  });

  it.each<[string, MaintenancePlan, [string, string], string[]]>([
    [
      'across midnight',
      weekly([6], 23 * 60 + 30, HOUR, BERLIN),
      ['2026-06-07T00:00+02:00', '2026-06-08T00:00+02:00'],
      ['2026-06-06T23:30+02:00 - 2026-06-07T00:30+02:00'],
    ],
    [
      'across the end of a year',
      weekly([4], 22 * 60, 4 * HOUR, BERLIN),
      ['2026-12-31T12:00Z', '2027-01-02T00:00Z'],
      ['2026-12-31T22:00+01:00 - 2027-01-01T02:00+01:00'],
    ],
    [
      'across the end of a week',
      weekly([1, 7], 23 * 60, 2 * HOUR),
      ['2026-06-07T00:00Z', '2026-06-14T00:00Z'],
      ['2026-06-07T23:00Z - 2026-06-08T01:00Z', '2026-06-08T23:00Z - 2026-06-09T01:00Z'],
    ],
    [
      'that touch',
      weekly([6, 7], 0, DAY, BERLIN),
      ['2026-06-01T00:00Z', '2026-06-08T00:00Z'],
      ['2026-06-06T00:00+02:00 - 2026-06-08T00:00+02:00'],
    ],
    [
      'that overlap',
      cron('0,20 3 * * *', 30 * MINUTE),
      ['2026-06-06T00:00Z', '2026-06-07T00:00Z'],
      ['2026-06-06T03:00Z - 2026-06-06T03:50Z'],
    ],
  ])('%s are one', (_, plan, [from, to], expected) => {
    expect(shownWithin(plan, from, to)).toEqual(expected);
  });

  it('are those that overlap a range, and at most so many', () => {
    const plan = cron('0 * * * *', 10 * MINUTE);
    const at = (time: string): number => Date.parse(`2026-06-06T${time}Z`);
    const starts = (from: string, to: string, most: number): number[] =>
      windowsWithin(plan, { from: at(from), to: at(to) }, most).map(({ start }) => start);
    expect(starts('01:09', '03:00', 10)).toEqual([at('01:00'), at('02:00')]);
    expect(starts('01:10', '03:01', 10)).toEqual([at('02:00'), at('03:00')]);
    expect(starts('01:00', '09:00', 2)).toEqual([at('01:00'), at('02:00')]);
    expect(starts('01:00', '09:00', 0)).toEqual([]);
    expect(starts('01:05', '01:05', 10)).toEqual([]);
  });
});

describe('windows where clocks change', () => {
  const spring = ['2026-03-28T00:00+01:00', '2026-03-31T00:00+02:00'] as const;
  const autumn = ['2026-10-24T00:00+02:00', '2026-10-27T00:00+01:00'] as const;

  it.each<[string, MaintenancePlan]>([
    ['weekly', weekly(WEEK, 2 * 60 + 30, HOUR, BERLIN)],
    ['cron', cron('30 2 * * *', HOUR, BERLIN)],
  ])('begin when the clocks move on where these skip their start: %s', (_, plan) => {
    expect(shownWithin(plan, ...spring)).toEqual([
      '2026-03-28T02:30+01:00 - 2026-03-28T03:30+01:00',
      '2026-03-29T03:00+02:00 - 2026-03-29T04:00+02:00',
      '2026-03-30T02:30+02:00 - 2026-03-30T03:30+02:00',
    ]);
  });

  it.each<[string, MaintenancePlan]>([
    ['weekly', weekly(WEEK, 2 * 60 + 30, HOUR, BERLIN)],
    ['cron', cron('30 2 * * *', HOUR, BERLIN)],
  ])('begin at the first of two starts, and last as long as ever: %s', (_, plan) => {
    expect(shownWithin(plan, ...autumn)).toEqual([
      '2026-10-24T02:30+02:00 - 2026-10-24T03:30+02:00',
      '2026-10-25T02:30+02:00 - 2026-10-25T02:30+01:00',
      '2026-10-26T02:30+01:00 - 2026-10-26T03:30+01:00',
    ]);
  });

  it('last real hours over a change', () => {
    const plan = weekly([7], 60, 3 * HOUR, BERLIN);
    expect(shownWithin(plan, ...spring)).toEqual(['2026-03-29T01:00+01:00 - 2026-03-29T05:00+02:00']);
    expect(shownWithin(plan, ...autumn)).toEqual(['2026-10-25T01:00+02:00 - 2026-10-25T03:00+01:00']);
  });

  it('of whole days leave out the hour that a day is longer, and overlap where it is shorter', () => {
    const plan = weekly([6, 7], 0, DAY, BERLIN);
    expect(shownWithin(plan, ...spring)).toEqual(['2026-03-28T00:00+01:00 - 2026-03-30T01:00+02:00']);
    expect(shownWithin(plan, ...autumn)).toEqual(['2026-10-24T00:00+02:00 - 2026-10-25T23:00+01:00']);
  });

  it('keep lists of hours to the clock, and steps to real time', () => {
    const listed = cron('30 2,14 * * *', HOUR, BERLIN);
    const stepped = cron('*/30 2 * * *', 10 * MINUTE, BERLIN);
    const day = ['2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00'] as const;
    const long = ['2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00'] as const;
    expect(shownWithin(listed, ...day).map((window) => window.slice(11, 16))).toEqual(['03:00', '14:30']);
    expect(shownWithin(listed, ...long).map((window) => window.slice(11, 22))).toEqual(['02:30+02:00', '14:30+01:00']);
    expect(shownWithin(stepped, ...day)).toEqual([]);
    expect(shownWithin(stepped, ...long).map((window) => window.slice(11, 22))).toEqual([
      '02:00+02:00',
      '02:30+02:00',
      '02:00+01:00',
      '02:30+01:00',
    ]);
  });

  it('meet a change of half an hour', () => {
    const skipped = weekly(WEEK, 2 * 60 + 15, HOUR, LORD_HOWE);
    expect(shownWithin(skipped, '2026-10-04T00:00+10:30', '2026-10-05T00:00+11:00')).toEqual([
      '2026-10-04T02:30+11:00 - 2026-10-04T03:30+11:00',
    ]);
    const doubled = weekly(WEEK, 60 + 45, HOUR, LORD_HOWE);
    expect(shownWithin(doubled, '2026-04-05T00:00+11:00', '2026-04-06T00:00+10:30')).toEqual([
      '2026-04-05T01:45+11:00 - 2026-04-05T02:15+10:30',
    ]);
  });

  it('do not happen where the clocks move on to the next day', () => {
    const plan = weekly([6], 23 * 60 + 30, HOUR, 'America/Scoresbysund');
    expect(shownWithin(plan, '2026-03-28T00:00Z', '2026-04-06T00:00Z')).toEqual([
      '2026-04-04T23:30-01:00 - 2026-04-05T00:30-01:00',
    ]);
  });
});

describe('a plan that never pauses', () => {
  const plan = cron('*/5 * * * *', 10 * MINUTE, BERLIN);
  const moment = Date.parse('2026-10-25T00:30Z');

  it('is in windows of 200 durations that follow each other', () => {
    const windows = windowsWithin(plan, { from: moment, to: Infinity }, 5);
    expect(windows).toHaveLength(5);
    const first = Math.floor(moment / (2000 * MINUTE));
    for (const [index, { start, end }] of windows.entries()) {
      expect(start).toBe((first + index) * 2000 * MINUTE);
      expect(end).toBe((first + index + 1) * 2000 * MINUTE);
    }
  });

  it('has the same windows from wherever they are looked for', () => {
    const [window] = windowsWithin(plan, { from: moment, to: Infinity }, 1);
    const { start = 0, end = 0 } = window ?? {};
    for (const inside of [start, start + 1, moment, end - 1]) {
      expect(windowAt(planned({ ...plan.times }), inside)).toEqual(window);
    }
    expect(nextWindow(plan, start - 1)).toEqual(window);
    expect(nextWindow(plan, start)?.start).toBe(end);
  });

  it('begins and ends when its pattern does', () => {
    const year = cron('0 */5 * * * * 2026', 5 * MINUTE);
    const last = windowAt(year, Date.parse('2026-12-31T23:59Z'));
    expect(last?.end).toBe(Date.parse('2027-01-01T00:00Z'));
    expect(nextWindow(year, Date.parse('2025-12-01T00:00Z'))?.start).toBe(Date.parse('2026-01-01T00:00Z'));
    expect(nextWindow(year, Date.parse('2026-12-31T23:59Z'))).toBeUndefined();
  });
});

describe('windows of any plan', () => {
  const zones = fc.constantFrom('UTC', BERLIN, LORD_HOWE, 'America/New_York', 'Asia/Kathmandu');
  const durations = fc.integer({ min: 1, max: 60 * 60 }).map((minutes) => minutes * MINUTE);
  const days = fc.subarray(WEEK, { minLength: 1 });
  const minutes = fc.oneof(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 90, max: 190 }));
  const changes = fc.constantFrom('2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-04-04T15:00Z', '2026-10-03T15:30Z');
  const moments = fc.oneof(
    fc.integer({ min: Date.parse('2025-01-01T00:00Z'), max: Date.parse('2028-12-31T00:00Z') }),
    fc.tuple(changes, fc.integer({ min: -3 * DAY, max: 3 * DAY })).map(([change, by]) => Date.parse(change) + by),
  );
  const patterns = fc.constantFrom(
    '30 2 * * *',
    '0 1-4 * * 0,6',
    '15 */6 * * *',
    '0,20,50 1,2,3 * * *',
    '*/10 2 * * *',
  );
  const plans = fc.oneof(
    fc.tuple(days, minutes, durations, zones).map((parts) => weekly(...parts)),
    fc.tuple(patterns, durations, zones).map((parts) => cron(...parts)),
    // Several days on end, some of which are cut, with pauses in between.
    zones.map((zone) => cron('*/30 * 2-12 * *', 30 * MINUTE, zone)),
    fc.tuple(moments, durations).map(([start, duration]) => planned({ kind: 'once', start, end: start + duration })),
  );

  test([plans, moments, moments], 'hold a moment when they are within a range that holds it', (plan, moment, other) => {
    const window = windowAt(plan, moment);
    const fresh = planned({ ...plan.times });
    windowAt(fresh, other);
    expect(windowsWithin(fresh, { from: moment, to: moment + 1 }, 5)).toEqual(window === undefined ? [] : [window]);
    const around = windowsWithin(fresh, { from: moment - DAY, to: moment + DAY }, 1000);
    expect(around.filter(({ start, end }) => start <= moment && moment < end)).toEqual(
      window === undefined ? [] : [window],
    );
  });

  test([plans, moments], 'are in order, apart from each other, and go on with the next', (plan, moment) => {
    const windows = windowsWithin(plan, { from: moment, to: moment + 5 * DAY }, 1000);
    for (const [index, { start, end }] of windows.entries()) {
      expect(end).toBeGreaterThan(start);
      const before = windows[index - 1];
      if (before === undefined) continue;
      expect(start).toBeGreaterThanOrEqual(before.end);
      expect(nextWindow(planned({ ...plan.times }), before.start)?.start).toBe(start);
    }
  });

  const ranges = moments.map((from) => ({ from, to: from + 8 * DAY }));
  const weeks = fc.record({ days, at: minutes, duration: durations, zone: zones });

  test([weeks, ranges], 'are weekly those of the same cron', ({ days: on, at, duration, zone }, range) => {
    const pattern = `${at % 60} ${Math.floor(at / 60)} * * ${on.join(',')}`;
    expect(windowsWithin(weekly(on, at, duration, zone), range, 100)).toEqual(
      windowsWithin(cron(pattern, duration, zone), range, 100),
    );
  });

  test([weeks, ranges], 'begin weekly when the clocks first show the time', ({ days: on, at, zone }, range) => {
    const starts: number[] = [];
    for (let midnight = Math.floor(range.from / DAY - 2) * DAY; midnight < range.to + 2 * DAY; midnight += DAY) {
      const start = momentOfWallTime(midnight + at * MINUTE, zone);
      const isMeant = on.includes(new Date(midnight).getUTCDay() || 7);
      if (isMeant && start + MINUTE > range.from && start < range.to) starts.push(start);
    }
    expect(windowsWithin(weekly(on, at, MINUTE, zone), range, 100).map(({ start }) => start)).toEqual(starts);
  });
});
