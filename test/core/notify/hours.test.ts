import { describe, expect, it } from 'vitest';
import { beginOf, endOf, isWithin } from '../../../src/core/notify/hours.ts';
import type { Hours } from '../../../src/core/notify/policy.ts';
import { formatInZone, offsetAt } from '../../../src/core/time-zone.ts';
import { fc, test } from '../../support/property.ts';
import { DAY, HOUR, SECOND, WEEK } from './given.ts';

const BERLIN = 'Europe/Berlin';
const WORKDAYS = [1, 2, 3, 4, 5];

/** `22:00-07:00` as minutes. */
function hours(range: string, zone = 'UTC', days: readonly number[] = WEEK): Hours {
  const [from = 0, to = 0] = range.split('-').map((time) => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return hour * 60 + minute;
  });
  return { days, from, to, zone };
}

function shown(moment: number | null, zone: string): string | null {
  return moment === null ? null : formatInZone(moment, zone).replace(':00.000', '');
}

describe('isWithin', () => {
  it.each<[Hours, string, boolean]>([
    [hours('09:00-17:00'), '2026-11-23T08:59:59.999Z', false],
    [hours('09:00-17:00'), '2026-11-23T09:00:00.000Z', true],
    [hours('09:00-17:00'), '2026-11-23T16:59:59.999Z', true],
    [hours('09:00-17:00'), '2026-11-23T17:00:00.000Z', false],
    [hours('09:00-17:00', 'UTC', WORKDAYS), '2026-11-21T12:00Z', false],
    [hours('09:00-17:00', 'Asia/Kathmandu'), '2026-11-23T03:14Z', false],
    [hours('09:00-17:00', 'Asia/Kathmandu'), '2026-11-23T03:15Z', true],
    [hours('22:00-07:00'), '2026-11-23T21:59Z', false],
    [hours('22:00-07:00'), '2026-11-23T22:00Z', true],
    [hours('22:00-07:00'), '2026-11-24T06:59Z', true],
    [hours('22:00-07:00'), '2026-11-24T07:00Z', false],
    // The day is the one on which the hours begin: Friday night ends on Saturday, Sunday night is none.
    [hours('22:00-07:00', 'UTC', WORKDAYS), '2026-11-28T06:00Z', true],
    [hours('22:00-07:00', 'UTC', WORKDAYS), '2026-11-28T23:00Z', false],
    [hours('22:00-07:00', 'UTC', WORKDAYS), '2026-11-30T06:00Z', false],
    [hours('00:00-24:00'), '2026-11-23T00:00Z', true],
    [hours('00:00-24:00'), '2026-11-23T23:59:59.999Z', true],
    [hours('00:00-24:00', BERLIN, [7]), '2026-11-21T23:00Z', true],
    [hours('00:00-24:00', BERLIN, [7]), '2026-11-22T23:00Z', false],
    [hours('18:00-00:00'), '2026-11-23T23:59Z', true],
    [hours('18:00-00:00'), '2026-11-24T00:00Z', false],
    [hours('12:00-12:00', 'UTC', [1]), '2026-11-24T11:59Z', true],
    // What the clocks show twice is within twice, and what they skip is never.
    [hours('02:00-03:00', BERLIN), '2026-10-25T00:30Z', true],
    [hours('02:00-03:00', BERLIN), '2026-10-25T01:30Z', true],
    [hours('02:00-03:00', BERLIN), '2026-03-29T00:59:59Z', false],
    [hours('02:00-03:00', BERLIN), '2026-03-29T01:00Z', false],
  ])('%j holds %s: %s', (week, moment, expected) => {
    expect(isWithin(week, Date.parse(moment))).toBe(expected);
  });
});

describe('endOf and beginOf', () => {
  it.each<[Hours, string, string | null]>([
    [hours('22:00-07:00', BERLIN), '2026-11-23T23:00+01:00', '2026-11-24T07:00+01:00'],
    [hours('22:00-07:00', BERLIN), '2026-11-23T12:00+01:00', '2026-11-23T12:00+01:00'],
    [hours('22:00-07:00', BERLIN), '2026-03-28T23:00+01:00', '2026-03-29T07:00+02:00'],
    [hours('22:00-07:00', BERLIN), '2026-10-24T23:00+02:00', '2026-10-25T07:00+01:00'],
    [hours('22:00-02:30', BERLIN), '2026-03-28T23:00+01:00', '2026-03-29T03:00+02:00'],
    [hours('22:00-02:30', BERLIN), '2026-10-24T23:00+02:00', '2026-10-25T02:30+02:00'],
    [hours('22:00-02:30', BERLIN), '2026-10-25T02:10+01:00', '2026-10-25T02:30+01:00'],
    [hours('00:00-24:00', BERLIN, [6, 7]), '2026-10-24T10:00+02:00', '2026-10-26T00:00+01:00'],
    [hours('00:00-24:00', BERLIN, WORKDAYS), '2026-11-25T10:00+01:00', '2026-11-28T00:00+01:00'],
    [hours('22:00-01:45', 'Australia/Lord_Howe'), '2026-04-04T23:00+11:00', '2026-04-05T01:45+11:00'],
    [hours('22:00-02:15', 'Australia/Lord_Howe'), '2026-10-03T23:00+10:30', '2026-10-04T02:30+11:00'],
    // Samoa had no 30 December, a Friday: what lasts until Saturday ends a day early by the clock of the world.
    [hours('00:00-24:00', 'Pacific/Apia', [4]), '2011-12-29T12:00-10:00', '2011-12-31T00:00+14:00'],
    [hours('00:00-24:00'), '2026-11-23T12:00Z', null],
    [hours('12:00-12:00'), '2026-11-23T12:00Z', null],
  ])('%j at %s end %s', (week, moment, expected) => {
    expect(shown(endOf(week, Date.parse(moment)), week.zone)).toBe(expected?.replace(/Z$/, '') ?? null);
  });

  it.each<[Hours, string, string | null]>([
    [hours('09:00-17:00', BERLIN, WORKDAYS), '2026-11-27T18:00+01:00', '2026-11-30T09:00+01:00'],
    [hours('09:00-17:00', BERLIN, WORKDAYS), '2026-11-27T12:00+01:00', '2026-11-27T12:00+01:00'],
    [hours('02:30-03:30', BERLIN), '2026-03-29T01:00+01:00', '2026-03-29T03:00+02:00'],
    [hours('09:00-17:00', 'Asia/Kathmandu'), '2026-11-23T18:00+05:45', '2026-11-24T09:00+05:45'],
    [hours('09:00-17:00', BERLIN, []), '2026-11-23T12:00+01:00', null],
  ])('%j after %s begin %s', (week, moment, expected) => {
    expect(shown(beginOf(week, Date.parse(moment)), week.zone)).toBe(expected);
  });

  const zones = ['UTC', BERLIN, 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/Scoresbysund', 'Pacific/Apia'];
  const anyHours = fc.record({
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }).map((days) => days.sort((a, b) => a - b)),
    from: fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15),
    to: fc.integer({ min: 1, max: 96 }).map((quarter) => quarter * 15),
    zone: fc.constantFrom(...zones),
  });
  const anyMoment = fc.oneof(
    fc.integer({ min: Date.parse('2011-12-25T00:00Z'), max: Date.parse('2012-01-05T00:00Z') }),
    fc.integer({ min: Date.parse('2026-01-01T00:00Z'), max: Date.parse('2027-01-01T00:00Z') }),
    ...['2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-04-04T15:00Z', '2026-10-03T15:30Z'].map((change) =>
      fc.integer({ min: -3 * HOUR, max: 3 * HOUR }).map((before) => Date.parse(change) + before),
    ),
  );

  test([anyHours, anyMoment], 'are where being within changes, and nowhere before', (week, moment) => {
    const isIn = isWithin(week, moment);
    const turn = isIn ? endOf(week, moment) : beginOf(week, moment);
    // Hours without end are looked at for more than a week.
    const until = turn ?? moment + 8 * DAY;
    const before = Array.from({ length: 60 }, (_, part) => moment + ((until - moment) * part) / 60);
    for (const at of [...before, Math.max(moment, until - SECOND)]) expect(isWithin(week, at)).toBe(isIn);
    expect(turn === null || (turn > moment && isWithin(week, turn) !== isIn)).toBe(true);
  });

  test([anyHours, anyMoment], 'of a moment on the other side are the moment itself', (week, moment) => {
    expect(isWithin(week, moment) ? beginOf(week, moment) : endOf(week, moment)).toBe(moment);
  });

  test([anyHours, anyMoment], 'depend only on what the clocks show', (week, moment) => {
    const asUtc = { ...week, zone: 'UTC' };
    expect(isWithin(week, moment)).toBe(isWithin(asUtc, moment + offsetAt(moment, week.zone)));
  });
});
