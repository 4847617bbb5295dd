import { describe, expect, it } from 'vitest';
import { fromUnits, hasUnits, toUnits } from '../../../src/core/history/duration-units.ts';
import { keptMicroseconds } from '../../../src/core/history/kept-result.ts';
import { fc, test } from '../../support/property.ts';

describe('keptMicroseconds', () => {
  it.each([
    [null, null],
    [0, 0],
    [-3, 0],
    [0.0004, 0],
    [0.9994, 999],
    [0.9996, 1000],
    [1.004, 1000],
    [1.005, 1010],
    [12.34567, 12_350],
  ])('keeps %d ms as %d µs', (milliseconds, microseconds) => {
    expect(keptMicroseconds(milliseconds)).toBe(microseconds);
  });

  test([fc.double({ min: 0, max: 1e7, noNaN: true })], 'is off by at most 0.5 µs below 1 ms, 5.5 above', (duration) => {
    const error = Math.abs((keptMicroseconds(duration) ?? NaN) - duration * 1000);
    expect(error).toBeLessThanOrEqual(duration < 0.9995 ? 0.5001 : 5.5001);
  });

  test([fc.double({ min: 0, max: 1e7, noNaN: true })], 'keeps what was kept before', (duration) => {
    const kept = keptMicroseconds(duration) ?? NaN;
    expect(keptMicroseconds(kept / 1000)).toBe(kept);
  });
});

describe('the units of durations', () => {
  test([fc.double({ min: 0, max: 1e7, noNaN: true })], 'number what is kept', (duration) => {
    const kept = keptMicroseconds(duration) ?? NaN;
    expect(hasUnits(kept)).toBe(true);
    expect(fromUnits(toUnits(kept))).toBe(kept);
  });

  test([fc.nat({ max: 1e7 })], 'number all of it, without a gap', (units) => {
    expect(toUnits(fromUnits(units))).toBe(units);
    expect(hasUnits(fromUnits(units))).toBe(true);
  });
});
