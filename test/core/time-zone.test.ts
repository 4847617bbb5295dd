import { describe, expect, it } from 'vitest';
import {
  PERIOD_UNITS,
  calendarPeriods,
  formatInZone,
  isZone,
  momentOfWallTime,
  startOfPeriod,
  zoneFault,
} from '../../src/core/time-zone.ts';
import { fc, test } from '../support/property.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const utc = (text: string): number => Date.parse(text);

describe('isZone', () => {
  it.each([
    'UTC',
    'utc',
    'Europe/Berlin',
    'europe/berlin',
    'Etc/GMT+5',
    'America/Argentina/Buenos_Aires',
    'Asia/Kolkata',
  ])('knows %s', (name) => {
    expect(isZone(name)).toBe(true);
  });

  it.each(['', 'Berlin', '+02:00', 'Europe/Berlin ', 'Mars/Olympus', 'Europe/Berlin\n', 'x'.repeat(100)])(
    'does not know %j',
    (name) => {
      expect(isZone(name)).toBe(false);
    },
  );
});

describe('zoneFault', () => {
  it.each([
    ['Europe/Berlni', 'Europe/Berlin'],
    ['europe/berln', 'Europe/Berlin'],
    ['Berlin', 'Europe/Berlin'],
    ['new york', 'America/New_York'],
    ['Singapor', 'Asia/Singapore'],
    ['UTCC', 'UTC'],
  ])('suggests for %j %s', (name, meant) => {
    expect(zoneFault(name)).toBe(`"${name}" is not a time zone: did you mean ${meant}?`);
  });

  it('shows what a name looks like when none is near', () => {
    expect(zoneFault('+02:00')).toBe(
      '"+02:00" is not a time zone: write a name such as Europe/Berlin, America/New_York or UTC',
    );
  });

  it('finds nothing wrong with a zone', () => {
    expect(zoneFault('Europe/Berlin')).toBeUndefined();
  });
});

describe('startOfPeriod', () => {
  it.each([
    ['Europe/Berlin', 'day', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00Z'],
    ['Europe/Berlin', 'day', '2026-03-29T22:00:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin', 'day', '2026-10-25T22:59:59.999Z', '2026-10-24T22:00:00Z'],
    ['Europe/Berlin', 'month', '2026-10-31T22:30:00Z', '2026-09-30T22:00:00Z'],
    ['Europe/Berlin', 'month', '2026-10-31T23:00:00Z', '2026-10-31T23:00:00Z'],
    ['Europe/Berlin', 'week', '2026-10-25T22:30:00Z', '2026-10-18T22:00:00Z'],
    ['Europe/Berlin', 'quarter', '2026-12-31T22:59:59Z', '2026-09-30T22:00:00Z'],
    ['Europe/Berlin', 'year', '2026-12-31T22:59:59Z', '2025-12-31T23:00:00Z'],
    ['UTC', 'week', '2026-01-01T00:00:00Z', '2025-12-29T00:00:00Z'],
    ['UTC', 'week', '1970-01-01T00:00:00Z', '1969-12-29T00:00:00Z'],
    ['Pacific/Kiritimati', 'day', '2026-06-01T09:59:59Z', '2026-05-31T10:00:00Z'],
    ['Pacific/Pago_Pago', 'day', '2026-06-01T10:59:59Z', '2026-05-31T11:00:00Z'],
    ['Asia/Kathmandu', 'day', '2026-06-01T00:00:00Z', '2026-05-31T18:15:00Z'],
    // Clocks went from 23:59 to 01:00: the day began at 01:00.
    ['America/Sao_Paulo', 'day', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00Z'],
    // Clocks went from 23:59 back to 23:00: the day before had 25 hours.
    ['America/Sao_Paulo', 'day', '2018-02-18T02:30:00Z', '2018-02-17T02:00:00Z'],
    ['America/Sao_Paulo', 'day', '2018-02-18T03:00:00Z', '2018-02-18T03:00:00Z'],
    // Clocks went from 00:01 back to 23:01: what came after the first midnight is the new day.
    ['America/St_Johns', 'day', '2010-11-07T03:00:00Z', '2010-11-07T02:30:00Z'],
    ['America/St_Johns', 'day', '2010-11-07T02:29:59Z', '2010-11-06T02:30:00Z'],
    ['Europe/Berlin', 'day', '2100-07-01T12:00:00Z', '2100-06-30T22:00:00Z'],
    ['UTC', 'month', '2100-03-01T00:00:00Z', '2100-03-01T00:00:00Z'],
  ] as const)('finds in %s the %s of %s', (zone, unit, moment, start) => {
    expect(new Date(startOfPeriod(utc(moment), unit, zone)).toISOString()).toBe(new Date(start).toISOString());
  });
});

describe('calendarPeriods', () => {
  const hoursOf = (from: string, to: string, zone: string): [string, number][] =>
    calendarPeriods({ from: utc(from), to: utc(to) }, 'day', zone).map(({ label, from, to }) => [
      label,
      (to - from) / HOUR,
    ]);

  it.each([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['Europe/Berlin', '2026-10-26', 24],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['America/Sao_Paulo', '2018-11-04', 23],
    ['America/Sao_Paulo', '2018-02-17', 25],
    ['America/New_York', '2100-03-14', 23],
  ])('gives in %s the day %s %d hours', (zone, day, hours) => {
    expect(hoursOf(`${day}T12:00:00Z`, `${day}T12:00:01Z`, zone)).toEqual([[day, hours]]);
  });

  it('leaves out the day that Samoa left out', () => {
    expect(hoursOf('2011-12-29T12:00:00Z', '2011-12-31T08:00:00Z', 'Pacific/Apia')).toEqual([
      ['2011-12-29', 24],
      ['2011-12-31', 24],
    ]);
  });

  it('gives whole periods for a range that begins and ends within them', () => {
    const periods = calendarPeriods(
      { from: utc('2026-01-15T00:00:00Z'), to: utc('2026-03-01T00:00:01Z') },
      'month',
      'UTC',
    );
    expect(periods).toEqual([
      { label: '2026-01', from: utc('2026-01-01'), to: utc('2026-02-01') },
      { label: '2026-02', from: utc('2026-02-01'), to: utc('2026-03-01') },
      { label: '2026-03', from: utc('2026-03-01'), to: utc('2026-04-01') },
    ]);
  });

  it.each([
    ['week', '2026-12-31', '2026-W53'],
    ['week', '2027-01-03', '2026-W53'],
    ['week', '2027-01-04', '2027-W01'],
    ['week', '2025-12-29', '2026-W01'],
    ['week', '2100-01-01', '2099-W53'],
    ['month', '2100-02-28', '2100-02'],
    ['quarter', '2026-12-31', '2026-Q4'],
    ['quarter', '2026-01-01', '2026-Q1'],
    ['year', '2100-12-31', '2100'],
  ] as const)('calls the %s of %s %s', (unit, day, label) => {
    expect(calendarPeriods({ from: utc(day), to: utc(day) + 1 }, unit, 'UTC').map((period) => period.label)).toEqual([
      label,
    ]);
  });

  it('has none for an empty range', () => {
    expect(calendarPeriods({ from: 5, to: 5 }, 'day', 'UTC')).toEqual([]);
  });

  const zones =
    'UTC Europe/Berlin Australia/Lord_Howe Pacific/Apia America/Sao_Paulo America/St_Johns Africa/Casablanca Asia/Tehran';
  const zone = fc.constantFrom(
    ...zones.split(' '),
    'America/Havana',
    'Asia/Amman',
    'Pacific/Kwajalein',
    'Africa/Cairo',
  );
  const moment = fc.integer({ min: 0, max: utc('2101-01-01') });
  test(
    [zone, fc.constantFrom(...PERIOD_UNITS), moment, fc.integer({ min: 1, max: 40 * DAY })],
    'covers any range without gap or overlap, each period beginning where its moments say',
    (name, unit, from, length) => {
      const to = from + length;
      const periods = calendarPeriods({ from, to }, unit, name);
      expect(periods[0]?.from).toBeLessThanOrEqual(from);
      expect(periods.at(-1)?.to).toBeGreaterThanOrEqual(to);
      for (const [index, period] of periods.entries()) {
        expect(period.to).toBeGreaterThan(period.from);
        expect(periods[index + 1]?.from ?? period.to).toBe(period.to);
        expect(startOfPeriod(period.from, unit, name)).toBe(period.from);
        expect(startOfPeriod(period.to - 1, unit, name)).toBe(period.from);
        expect(startOfPeriod(Math.floor((period.from + period.to) / 2), unit, name)).toBe(period.from);
      }
      expect(new Set(periods.map(({ label }) => label)).size).toBe(periods.length);
    },
  );
});

describe('momentOfWallTime', () => {
  it.each([
    ['of a summer day', 'Europe/Berlin', '2026-07-01T12:00:00Z', '2026-07-01T10:00:00Z'],
    ['that clocks skip as the moment they skip it', 'Europe/Berlin', '2026-03-29T02:30:00Z', '2026-03-29T01:00:00Z'],
    ['that clocks show twice as the first', 'Europe/Berlin', '2026-10-25T02:30:00Z', '2026-10-25T00:30:00Z'],
    ['right after clocks are put back', 'Europe/Berlin', '2026-10-25T03:00:00Z', '2026-10-25T02:00:00Z'],
    ['of a day that never was as its end', 'Pacific/Apia', '2011-12-30T15:00:00Z', '2011-12-30T10:00:00Z'],
  ])('reads a time %s', (_, zone, wall, moment) => {
    expect(new Date(momentOfWallTime(utc(wall), zone)).toISOString()).toBe(new Date(moment).toISOString());
  });
});

describe('formatInZone', () => {
  it.each([
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T02:30:00.000+02:00'],
    ['2026-10-25T01:30:00.250Z', 'Europe/Berlin', '2026-10-25T02:30:00.250+01:00'],
    ['2026-06-01T00:00:00Z', 'America/St_Johns', '2026-05-31T21:30:00.000-02:30'],
    ['2026-06-01T00:00:00Z', 'Asia/Kathmandu', '2026-06-01T05:45:00.000+05:45'],
    ['2026-06-01T00:00:00Z', 'UTC', '2026-06-01T00:00:00.000Z'],
    ['2100-01-01T00:00:00Z', 'Europe/Berlin', '2100-01-01T01:00:00.000+01:00'],
    // 44 minutes and 30 seconds behind, which RFC 3339 cannot say.
    ['1971-01-01T00:00:00Z', 'Africa/Monrovia', '1970-12-31T23:16:00.000-00:44'],
  ])('writes %s in %s', (moment, zone, text) => {
    expect(formatInZone(utc(moment), zone)).toBe(text);
    expect(Date.parse(text)).toBe(utc(moment));
  });
});
