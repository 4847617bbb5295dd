import { describe, expect, it } from 'vitest';
import { reportsDue } from '../../../src/core/notify/report-due.ts';
import type { ReportPlan } from '../../../src/core/notify/settings.ts';
import { formatInZone } from '../../../src/core/time-zone.ts';
import { fc, test } from '../../support/property.ts';
import { DAY, NOW } from './given.ts';

const BERLIN = 'Europe/Berlin';

function plan(every: ReportPlan['every'], at = 8 * 60, zone = BERLIN): ReportPlan {
  return { id: 'summary', for: { monitors: [], groups: [], tags: {} }, every, at, zone, tell: ['mail'] };
}

function due(report: ReportPlan, from: string, to: string): string[] {
  return reportsDue(report, Date.parse(from), Date.parse(to)).map(
    ({ at, period }) => `${formatInZone(at, report.zone).replace(':00.000', '')} ${period.label}`,
  );
}

describe('reportsDue', () => {
  it.each<[string, ReportPlan, [string, string], string[]]>([
    [
      'each day of the day before',
      plan('day'),
      ['2026-11-22T12:00Z', '2026-11-24T12:00Z'],
      ['2026-11-23T08:00+01:00 2026-11-22', '2026-11-24T08:00+01:00 2026-11-23'],
    ],
    [
      'on Monday of the week before',
      plan('week'),
      ['2026-11-16T12:00Z', '2026-11-30T12:00Z'],
      ['2026-11-23T08:00+01:00 2026-W47', '2026-11-30T08:00+01:00 2026-W48'],
    ],
    [
      'on the first of the month of the month before',
      plan('month', 0),
      ['2026-10-15T12:00Z', '2027-01-15T12:00Z'],
      ['2026-11-01T00:00+01:00 2026-10', '2026-12-01T00:00+01:00 2026-11', '2027-01-01T00:00+01:00 2026-12'],
    ],
    [
      'at the same time of day when clocks are put forward',
      plan('day', 150),
      ['2026-03-28T12:00Z', '2026-03-30T12:00Z'],
      ['2026-03-29T03:00+02:00 2026-03-28', '2026-03-30T02:30+02:00 2026-03-29'],
    ],
    [
      'once when clocks show the time twice',
      plan('day', 150),
      ['2026-10-24T12:00Z', '2026-10-26T12:00Z'],
      ['2026-10-25T02:30+02:00 2026-10-24', '2026-10-26T02:30+01:00 2026-10-25'],
    ],
    [
      'by the clocks of Nepal',
      plan('day', 8 * 60, 'Asia/Kathmandu'),
      ['2026-11-23T00:00Z', '2026-11-24T00:00Z'],
      ['2026-11-23T08:00+05:45 2026-11-22'],
    ],
    [
      'where clocks change by half an hour',
      plan('day', 135, 'Australia/Lord_Howe'),
      ['2026-10-03T00:00Z', '2026-10-04T20:00Z'],
      ['2026-10-04T02:30+11:00 2026-10-03', '2026-10-05T02:15+11:00 2026-10-04'],
    ],
    [
      'of no day that a zone left out',
      plan('day', 8 * 60, 'Pacific/Apia'),
      ['2011-12-29T00:00Z', '2012-01-01T10:00Z'],
      ['2011-12-29T08:00-10:00 2011-12-28', '2011-12-31T08:00+14:00 2011-12-29', '2012-01-01T08:00+14:00 2011-12-31'],
    ],
    [
      'where a day begins at one',
      plan('day', 0, 'America/Santiago'),
      ['2026-09-05T12:00Z', '2026-09-06T12:00Z'],
      ['2026-09-06T01:00-03:00 2026-09-05'],
    ],
  ])('are %s', (_, report, [from, to], expected) => {
    expect(due(report, from, to)).toEqual(expected);
  });

  it('count a moment to what ends with it, not to what begins', () => {
    const [first] = reportsDue(plan('day'), NOW, NOW + DAY);
    const at = first?.at ?? 0;
    expect(reportsDue(plan('day'), at - 1, at)).toHaveLength(1);
    expect(reportsDue(plan('day'), at, at + 1)).toEqual([]);
    expect(reportsDue(plan('day'), at, at)).toEqual([]);
  });

  const anyPlan = fc
    .tuple(
      fc.constantFrom('day', 'week', 'month'),
      fc.integer({ min: 0, max: 1439 }),
      fc.constantFrom('UTC', BERLIN, 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/Scoresbysund', 'Pacific/Apia'),
    )
    .map(([every, at, zone]) => plan(every, at, zone));
  const anyMoment = fc.integer({ min: Date.parse('2011-12-01T00:00Z'), max: Date.parse('2027-01-01T00:00Z') });
  const anyLength = fc.integer({ min: 0, max: 70 * DAY });

  test(
    [anyPlan, anyMoment, anyLength, anyLength],
    'are the same in one stretch and in two',
    (report, from, one, other) => {
      const [middle, to] = [from + one, from + one + other];
      const inTwo = [...reportsDue(report, from, middle), ...reportsDue(report, middle, to)];
      expect(inTwo).toEqual(reportsDue(report, from, to));
    },
  );

  test(
    [anyPlan, anyMoment, anyLength],
    'tell each period once, not before it is over, within two days',
    (report, from, length) => {
      const all = reportsDue(report, from, from + length);
      expect(new Set(all.map(({ period }) => period.label)).size).toBe(all.length);
      for (const { at, period } of all) {
        expect(at).toBeGreaterThanOrEqual(period.to);
        expect(at).toBeLessThan(period.to + 2 * DAY);
      }
    },
  );

  test([anyPlan, anyMoment], 'come again and again', (report, moment) => {
    expect(reportsDue(report, moment, moment + 40 * DAY).length).toBeGreaterThan(0);
  });
});
