import { describe, expect, it } from 'vitest';
import { parseReportPeriod, reportStep, reportSteps, type ReportPeriod } from '../../src/core/report-period.ts';
import { formatMoment, type RangeWords } from '../../src/core/time-window.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const BERLIN = 'Europe/Berlin';

function read(words: RangeWords, zone = 'UTC', now = NOW): ReportPeriod {
  const period = parseReportPeriod(words, now, zone);
  if ('fault' in period) throw new Error(period.fault);
  return period;
}

const iso = ({ from, to }: { from: number; to: number }) =>
  [from, to].map((moment) => formatMoment(moment).slice(0, 16));

describe('parseReportPeriod', () => {
  it.each<[RangeWords, string, [string, string], string]>([
    [{}, '2026-10', ['2026-09-30T22:00', '2026-10-31T23:00'], '2026-09'],
    [{ period: '2026-10' }, '2026-10', ['2026-09-30T22:00', '2026-10-31T23:00'], '2026-09'],
    [{ period: '2026-11' }, '2026-11', ['2026-10-31T23:00', '2026-11-30T23:00'], '2026-10'],
    [{ period: '2026' }, '2026', ['2025-12-31T23:00', '2026-12-31T23:00'], '2025'],
    [{ period: '2026-Q1' }, '2026-Q1', ['2025-12-31T23:00', '2026-03-31T22:00'], '2025-Q4'],
    [{ period: '2026-W44' }, '2026-W44', ['2026-10-25T23:00', '2026-11-01T23:00'], '2026-W43'],
    [{ period: '2026-10-26' }, '2026-10-26', ['2026-10-25T23:00', '2026-10-26T23:00'], '2026-10-25'],
  ])('reads %j as %s of the calendar, compared with the one before', (words, label, ends, before) => {
    const period = read(words, BERLIN);
    expect([period.label, iso(period.whole), period.previous.label]).toEqual([label, ends, before]);
    expect(period.previous.range.to).toBe(period.range.from);
  });

  it('compares any other stretch of time with as much before it', () => {
    const window = read({ window: '30d' });
    expect([window.label, iso(window.whole)]).toEqual(['30d', ['2026-10-24T12:00', '2026-11-23T12:00']]);
    expect(iso(window.previous.range)).toEqual(['2026-09-24T12:00', '2026-10-24T12:00']);
    const range = read({ from: '2026-10-25', to: '2026-10-26' }, BERLIN);
    expect(iso(range.previous.range)).toEqual(['2026-10-23T21:00', '2026-10-24T22:00']);
  });

  it('takes the month before this one on the calendar of the zone when nothing is said', () => {
    const now = Date.parse('2026-10-31T23:30:00Z');
    expect(read({}, 'UTC', now).label).toBe('2026-09');
    expect(read({}, BERLIN, now).label).toBe('2026-10');
    expect(read({}, 'UTC', Date.parse('2026-01-01T00:00:00Z')).label).toBe('2025-12');
  });

  it('ends what is not over now', () => {
    const { range, whole } = read({ period: '2026-11' });
    expect([range.to, formatMoment(whole.to)]).toEqual([NOW, '2026-12-01T00:00:00.000Z']);
  });

  it.each([
    [{ period: '2026-13' }, 'UTC', 'there is no 2026-13'],
    [{ period: '2027-01' }, 'UTC', 'lies in the future'],
    [{}, 'Europe/Berlyn', 'is not a time zone'],
    [{ window: '1d', period: '2026' }, 'UTC', 'only one can be given'],
  ])('refuses %j in %s', (words, zone, fault) => {
    expect(parseReportPeriod(words, NOW, zone)).toMatchObject({ fault: expect.stringContaining(fault) });
  });
});

describe('reportSteps', () => {
  it.each<[RangeWords, string, number]>([
    [{ period: '2026-10' }, 'day', 31],
    [{ period: '2026-11' }, 'day', 23],
    [{ period: '2026-Q3' }, 'day', 92],
    [{ period: '2025' }, 'week', 53],
    [{ from: '2024-01-01', to: '2026-07-01' }, 'month', 30],
  ])('cuts %j by %s', (words, step, count) => {
    const period = read(words, BERLIN);
    expect(reportStep(period.whole)).toBe(step);
    const steps = reportSteps(period);
    expect(steps).toHaveLength(count);
    expect([steps[0]?.from, steps.at(-1)?.to]).toEqual([period.range.from, period.range.to]);
  });

  it('knows days of 23 and 25 hours', () => {
    const hours = (period: string) =>
      reportSteps(read({ period }, BERLIN)).map(({ from, to }) => (to - from) / 3_600_000);
    expect(hours('2026-10').filter((length) => length !== 24)).toEqual([25]);
    expect(hours('2026-03').filter((length) => length !== 24)).toEqual([23]);
  });
});
