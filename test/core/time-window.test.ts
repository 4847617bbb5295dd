import { describe, expect, it } from 'vitest';
import { formatMoment, parseMoment, parseRange } from '../../src/core/time-window.ts';
import { fc, test } from '../support/property.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const BERLIN = 'Europe/Berlin';

describe('parseMoment', () => {
  const read = (text: string, zone?: string): string | undefined => {
    const moment = parseMoment(text, now, zone);
    return moment === undefined ? undefined : formatMoment(moment);
  };

  it.each([
    ['1h', undefined, '2026-11-23T11:00:00.000Z'],
    ['2026-10-25', undefined, '2026-10-25T00:00:00.000Z'],
    ['2026-10-25', BERLIN, '2026-10-24T22:00:00.000Z'],
    ['2026-10-25T12:00', BERLIN, '2026-10-25T11:00:00.000Z'],
    ['2026-10-25 12:00:00.5', BERLIN, '2026-10-25T11:00:00.500Z'],
    ['2026-10-25T12:00:00Z', BERLIN, '2026-10-25T12:00:00.000Z'],
    ['2026-10-25t12:00:00z', undefined, '2026-10-25T12:00:00.000Z'],
    ['2026-10-25T12:00:00-05:00', BERLIN, '2026-10-25T17:00:00.000Z'],
    ['2100-02-28', BERLIN, '2100-02-27T23:00:00.000Z'],
  ])('reads %s in zone %s', (text, zone, moment) => {
    expect(read(text, zone)).toBe(moment);
  });

  it.each([
    ['a time without an offset, without a zone', '2026-10-25T12:00', undefined],
    ['a day that no calendar has', '2026-02-30', BERLIN],
    ['29 February 2100', '2100-02-29', BERLIN],
    ['a 25th hour', '2026-10-25T25:00', BERLIN],
    ['an offset that cannot be', '2026-10-25T12:00+99:00', BERLIN],
    ['a word', 'yesterday', BERLIN],
    ['a bare number', '3600', BERLIN],
  ])('refuses %s', (_, text, zone) => {
    expect(read(text, zone)).toBeUndefined();
  });
});

describe('parseRange', () => {
  const read = (words: Parameters<typeof parseRange>[0], zone = BERLIN): unknown => {
    const answer = parseRange(words, now, zone);
    if ('fault' in answer) return answer.fault;
    return [formatMoment(answer.range.from), formatMoment(answer.range.to), answer.label];
  };

  it.each([
    [{ window: '30d' }, '2026-10-24T12:00:00.000Z', '2026-11-23T12:00:00.000Z', '30d'],
    [{ period: '2026-10' }, '2026-09-30T22:00:00.000Z', '2026-10-31T23:00:00.000Z', '2026-10'],
    [{ period: '2025' }, '2024-12-31T23:00:00.000Z', '2025-12-31T23:00:00.000Z', '2025'],
    [{ period: '2026-q3' }, '2026-06-30T22:00:00.000Z', '2026-09-30T22:00:00.000Z', '2026-Q3'],
    [{ period: '2026Q3' }, '2026-06-30T22:00:00.000Z', '2026-09-30T22:00:00.000Z', '2026-Q3'],
    [{ period: '2026-W43' }, '2026-10-18T22:00:00.000Z', '2026-10-25T23:00:00.000Z', '2026-W43'],
    [{ period: '2020-W53' }, '2020-12-27T23:00:00.000Z', '2021-01-03T23:00:00.000Z', '2020-W53'],
    [{ period: '2026-10-25' }, '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z', '2026-10-25'],
    [{ period: '2026-11' }, '2026-10-31T23:00:00.000Z', '2026-11-23T12:00:00.000Z', '2026-11'],
    [
      { from: '2026-10-25', to: '2026-10-26' },
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
      '2026-10-25T00:00:00.000+02:00/2026-10-26T00:00:00.000+01:00',
    ],
    [
      { from: '2h' },
      '2026-11-23T10:00:00.000Z',
      '2026-11-23T12:00:00.000Z',
      '2026-11-23T11:00:00.000+01:00/2026-11-23T13:00:00.000+01:00',
    ],
  ])('reads %j', (words, from, to, label) => {
    expect(read(words)).toEqual([from, to, label]);
  });

  it('cuts off what lies in the future', () => {
    expect(read({ from: '2026-11-23', to: '2027-01-01' })).toMatchObject({ 1: '2026-11-23T12:00:00.000Z' });
  });

  it.each([
    [{}, 'say which time is meant: a window, from and to, or a period'],
    [{ window: '1h', period: '2026' }, 'only one can be given of a window, from and to, and a period'],
    [{ window: '1h', to: '2026-10-25' }, 'only one can be given of a window, from and to, and a period'],
    [{ window: '24h,7d' }, 'only one window is possible, not "24h,7d"'],
    [{ window: '30' }, '"30" is not a window: write 24h, 7d or 24h,7d,30d'],
    [{ window: '1ms' }, 'a window must be from 1s to 3660d, not 1ms'],
    [{ to: '2026-10-25' }, 'to needs a from'],
    [
      { from: 'soon' },
      'from: "soon" is not a moment: write a duration such as 1h, a date such as 2026-10-25 or a time such as 2026-10-25T12:00:00Z',
    ],
    [{ from: '2026-10-25', to: '2026-10-25' }, 'to must be later than from (2026-10-25T00:00:00.000+02:00)'],
    [{ from: '2027-01-01' }, 'from must lie in the past, not "2027-01-01"'],
    [{ from: '1969-12-31' }, 'from must not be before 1970, not "1969-12-31"'],
    [{ period: 'October' }, '"October" is not a period: write 2026, 2026-Q4, 2026-10, 2026-W43 or 2026-10-25'],
    [{ period: '2026-Q5' }, '"2026-Q5" is not a period: write 2026, 2026-Q4, 2026-10, 2026-W43 or 2026-10-25'],
    [{ period: '2026-13' }, 'there is no 2026-13 on the calendar'],
    [{ period: '2026-00' }, 'there is no 2026-00 on the calendar'],
    [{ period: '2026-02-30' }, 'there is no 2026-02-30 on the calendar'],
    [{ period: '2025-W53' }, 'there is no 2025-W53: the weeks of 2025 are W01 to W52'],
    [{ period: '2026-W00' }, 'there is no 2026-W00: the weeks of 2026 are W01 to W53'],
    [{ period: '1969' }, 'a period must not be before 1970, not 1969'],
    [{ period: '2027-01' }, '2027-01 lies in the future'],
  ])('says what is wrong with %j', (words, fault) => {
    expect(read(words)).toBe(fault);
  });

  it('says which zone was probably meant', () => {
    expect(read({ window: '1h' }, 'Europe/Berln')).toBe(
      '"Europe/Berln" is not a time zone: did you mean Europe/Berlin?',
    );
  });

  it('says that a zone left a day out', () => {
    expect(read({ period: '2011-12-30' }, 'Pacific/Apia')).toBe('there was no 2011-12-30 in Pacific/Apia');
  });
});

describe('formatMoment', () => {
  const moment = fc.oneof(
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.double({ min: -1e12, max: 5e12, noNaN: true }),
    fc.constantFrom(0, -1, -0.5, 253_402_300_800_000, -62_167_219_200_001),
  );
  test([moment], 'writes any moment as the standard library does', (when) => {
    expect(formatMoment(when)).toBe(new Date(when).toISOString());
  });

  it.each([[NaN], [Infinity], [8.7e15]])('refuses %d, which is no moment', (when) => {
    expect(() => formatMoment(when)).toThrow(RangeError);
  });
});
