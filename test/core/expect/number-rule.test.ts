import { describe, expect, it } from 'vitest';
import { type NumberRule, judgeNumber, writeMilliseconds } from '../../../src/core/expect/number-rule.ts';
import { anyNumberRule } from '../../support/any-monitor.ts';
import { fc, test } from '../../support/property.ts';

const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }));
const holds = (rule: NumberRule, got: number | null): boolean => judgeNumber(rule, got).every(({ ok }) => ok);

describe('a rule for numbers', () => {
  it.each([
    [{ lt: 3 }, 3, false],
    [{ lte: 3 }, 3, true],
    [{ gt: 3 }, 3, false],
    [{ gte: 3 }, 3, true],
    [{ equals: 3 }, 3, true],
    [{ gte: 1, lt: 3 }, 2.9, true],
    [{ gte: 1, lt: 3 }, 0.9, false],
    [{ lt: 3 }, Number.NaN, false],
    [{ gt: 3 }, Infinity, true],
    [{ lt: 3 }, null, false],
    [{ gt: 3 }, null, false],
  ])('%j of %s: %s', (rule, got, ok) => expect(holds(rule, got)).toBe(ok));

  test([number, number], 'holds on one side of its bound or on the other', (bound, got) => {
    expect(holds({ lt: bound }, got)).not.toBe(holds({ gte: bound }, got));
    expect(holds({ gt: bound }, got)).not.toBe(holds({ lte: bound }, got));
    expect(holds({ gte: bound, lte: bound }, got)).toBe(holds({ equals: bound }, got));
  });

  test([anyNumberRule(number), number], 'holds when all of its parts do', (rule, got) => {
    const parts = Object.entries(rule).map(([key, bound]) => holds({ [key]: bound }, got));
    expect(holds(rule, got)).toBe(parts.every(Boolean));
    expect(judgeNumber(rule, got)).toHaveLength(parts.length);
  });

  it.each([
    [0.04, '0 ms'],
    [12.34, '12.3 ms'],
    [999, '999 ms'],
    [1000, '1s'],
    [90_500, '1m30s500ms'],
  ])('writes %s as %s', (span, text) => expect(writeMilliseconds(span)).toBe(text));
});
