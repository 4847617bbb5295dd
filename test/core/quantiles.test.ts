import { describe, expect, it } from 'vitest';
import { QuantileSketch } from '../../src/core/quantiles.ts';
import { fc, test } from '../support/property.ts';

const values = fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 });
const FRACTIONS = [0, 0.25, 0.5, 0.95, 0.99, 1];

function sketchOf(numbers: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const number of numbers) sketch.add(number);
  return sketch;
}

describe('QuantileSketch', () => {
  test([values], 'is within 1 % of the exact quantile', (numbers) => {
    const sorted = numbers.toSorted((one, other) => one - other);
    for (const [index, quantile] of sketchOf(numbers).quantiles(FRACTIONS).entries()) {
      const exact = sorted[Math.floor((FRACTIONS[index] ?? 0) * (sorted.length - 1))] ?? NaN;
      expect(Math.abs((quantile ?? NaN) - exact)).toBeLessThanOrEqual(exact * 0.01 + 1e-9);
    }
  });

  test([values, values], 'merges to the sketch of both', (one, other) => {
    const merged = sketchOf(one);
    merged.merge(sketchOf(other));
    const both = sketchOf([...one, ...other]);
    expect(merged.quantiles(FRACTIONS)).toEqual(both.quantiles(FRACTIONS));
    expect([merged.count, merged.min, merged.max]).toEqual([both.count, both.min, both.max]);
    expect(merged.mean).toBeCloseTo(both.mean ?? NaN, 3);
  });

  it('knows nothing of no values', () => {
    const empty = new QuantileSketch();
    expect([empty.min, empty.max, empty.mean, ...empty.quantiles([0.5])]).toEqual([null, null, null, null]);
  });

  it('takes zero and less for zero', () => {
    expect(sketchOf([0, -3, 5]).quantiles([0, 0.5, 1])).toEqual([0, 0, 5]);
  });
});
