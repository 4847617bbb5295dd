import { describe, expect, it } from 'vitest';
import { countSteps, parseStep, stepMoments, stepName, usualStep } from '../../src/core/time-steps.ts';
import { isZone } from '../../src/core/time-zone.ts';
import { fc, test } from '../support/property.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

describe('parseStep', () => {
  it.each([
    ['auto', null],
    ['1m', MINUTE],
    ['7m12s', undefined],
    ['90m', 90 * MINUTE],
    ['1h30m', 90 * MINUTE],
    ['24h', DAY],
    ['1d', DAY],
    ['2d', undefined],
    ['7m', undefined],
    ['30s', undefined],
    ['0m', undefined],
    ['60', undefined],
    ['', undefined],
  ])('reads "%s"', (text, step) => {
    const read = parseStep(text);
    expect('step' in read ? read.step : undefined).toBe(step);
    expect('fault' in read ? read.fault.includes(`"${text}"`) : true).toBe(true);
  });

  it('names steps as it reads them', () => {
    for (const name of ['1m', '15m', '1h30m', '6h', '1d']) {
      const read = parseStep(name);
      expect('step' in read && stepName(read.step ?? 0)).toBe(name);
    }
  });
});

describe('usualStep', () => {
  test(
    [fc.integer({ min: 1000, max: 400 * DAY }), fc.constantFrom(1000, MINUTE, 600_000, DAY / 4)],
    'is a step that gives at most 400, none shorter than the interval, and not fewer than need be',
    (length, interval) => {
      const step = usualStep({ from: 0, to: length }, interval);
      expect(step).toBeGreaterThanOrEqual(Math.min(DAY, interval));
      expect(length / step).toBeLessThanOrEqual(400);
      expect(parseStep(stepName(step))).toEqual({ step });
      const isLeast = step === MINUTE || step <= interval * 2.5;
      expect(length / step).toBeGreaterThan(isLeast ? 0 : 400 / 2.6);
    },
  );
});

describe('stepMoments', () => {
  const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'America/Sao_Paulo'];
  const steps = fc.constantFrom(5, 30, 60, 120, 720, 1440).map((minutes) => minutes * MINUTE);
  const from = fc.integer({ min: Date.UTC(2010, 0), max: Date.UTC(2040, 0) });
  test(
    [from, fc.integer({ min: 1, max: 8 * DAY }), steps, fc.constantFrom(...zones)],
    'rises from one end of the range to the other, in steps of about their length',
    (start, length, step, zone) => {
      expect(isZone(zone)).toBe(true);
      const range = { from: start, to: start + length };
      const moments = stepMoments(range, step, zone);
      expect([moments[0], moments.at(-1)]).toEqual([range.from, range.to]);
      expect(moments.length).toBeLessThanOrEqual(countSteps(range, step) + 1);
      for (const [index, moment] of moments.slice(1).entries()) {
        const last = moments[index] ?? 0;
        expect(moment).toBeGreaterThan(last);
        // A change of the clocks makes a long step up to an hour longer.
        expect(moment - last).toBeLessThanOrEqual(step + (step > 60 * MINUTE ? 60 * MINUTE : 0));
      }
    },
  );
});
