import { describe, expect, it } from 'vitest';
import { newCounters, QuantileSketch } from '../../src/core/quantiles.ts';
import { fc, test } from '../support/property.ts';

const microseconds = fc.oneof(fc.nat({ max: 3000 }), fc.nat({ max: 1e10 })).map((number) => number / 1000);
const values = fc.array(microseconds, { minLength: 1, maxLength: 300 });
const FRACTIONS = [0, 0.25, 0.5, 0.95, 0.99, 1];

function sketchOf(numbers: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const number of numbers) sketch.add(number);
  return sketch;
}

function everythingOf(sketch: QuantileSketch): unknown {
  const counters = newCounters();
  sketch.readCounters(counters);
  const { length, numbers, counts } = counters;
  return { ...sketch.figures, numbers: numbers.slice(0, length), counts: counts.slice(0, length) };
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
    expect(everythingOf(merged)).toEqual(everythingOf(both));
  });

  test([values, values, values], 'comes to the same in whatever order it is merged', (one, other, third) => {
    const left = sketchOf(one);
    left.merge(sketchOf(other));
    left.merge(sketchOf(third));
    const right = sketchOf(third);
    right.merge(sketchOf(other));
    const all = sketchOf([]);
    all.merge(right);
    all.merge(sketchOf(one));
    expect(everythingOf(all)).toEqual(everythingOf(left));
  });

  test([values], 'knows count, sum, least and greatest exactly', (numbers) => {
    const sketch = sketchOf(numbers);
    const sumUs = numbers.reduce((sum, number) => sum + Math.round(number * 1000), 0);
    expect(sketch.figures).toMatchObject({ count: numbers.length, sumUs });
    expect([sketch.min, sketch.max]).toEqual([Math.min(...numbers), Math.max(...numbers)]);
    expect(sketch.quantiles([0, 1])).toEqual([sketch.min, sketch.max]);
  });

  it('knows nothing of no values', () => {
    const empty = new QuantileSketch();
    expect([empty.min, empty.max, empty.mean, ...empty.quantiles([0.5])]).toEqual([null, null, null, null]);
  });

  it('takes zero and less for zero', () => {
    expect(sketchOf([0, -3, 5]).quantiles([0, 0.5, 1])).toEqual([0, 0, 5]);
  });
});
