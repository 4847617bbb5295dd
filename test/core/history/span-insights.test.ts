import { describe, expect, it } from 'vitest';
import { countChanges, outagesOf, unobservedTime } from '../../../src/core/history/span-insights.ts';
import { spansOf, type Span } from '../../../src/core/spans.ts';
import { STATUSES, type Status } from '../../../src/core/status.ts';
import { timePerStatus } from '../../../src/core/uptime.ts';
import { fc, test } from '../../support/property.ts';

const spans: Span[] = [
  { start: 0, status: 'up', reason: null },
  { start: 10, status: 'down', reason: 'timeout_wait' },
  { start: 20, status: 'unknown', reason: 'missed_late' },
  { start: 25, status: 'down', reason: 'conn_refused' },
  { start: 30, status: 'degraded', reason: 'response_slow' },
  { start: 40, status: 'unknown', reason: null },
  { start: 50, status: 'down', reason: 'conn_reset' },
];

describe('outagesOf', () => {
  it('gives each stretch of down from its beginning, and what came after it', () => {
    expect(outagesOf({ spans, until: 60 }, { from: 15, to: 60 })).toEqual([
      { from: 10, to: 20, length: 10, reason: 'timeout_wait', endedIn: 'unknown' },
      { from: 25, to: 30, length: 5, reason: 'conn_refused', endedIn: 'degraded' },
      { from: 50, to: null, length: 10, reason: 'conn_reset', endedIn: null },
    ]);
  });

  it('does not know how one ended after which nothing was measured', () => {
    expect(outagesOf({ spans, until: 55 }, { from: 50, to: 60 })).toEqual([
      { from: 50, to: 55, length: 5, reason: 'conn_reset', endedIn: 'unknown' },
    ]);
  });

  it('leaves out what only touches an end of the range', () => {
    expect(outagesOf({ spans, until: 60 }, { from: 20, to: 25 })).toEqual([]);
  });
});

describe('countChanges', () => {
  it('counts what changed, also over time that was not observed', () => {
    // up, down, (unknown), down, degraded, (unknown), down
    expect(countChanges({ spans, until: 60 }, { from: 0, to: 60 })).toBe(3);
    expect(countChanges({ spans, until: 60 }, { from: 11, to: 50 })).toBe(1);
  });
});

describe('unobservedTime', () => {
  it('adds up by the reason, and a gap has none', () => {
    expect([...unobservedTime({ spans, until: 60 }, { from: 22, to: 70 })]).toEqual([
      ['missed_late', 3],
      [null, 20],
    ]);
    expect([...unobservedTime({ spans: [], until: 60 }, { from: 22, to: 70 })]).toEqual([]);
    const maintenance = [
      { from: 24, to: 45 },
      { from: 65, to: 90 },
    ];
    expect([...unobservedTime({ spans, until: 60, maintenance }, { from: 22, to: 70 })]).toEqual([
      ['missed_late', 2],
      [null, 10],
    ]);
  });
});

const second = fc.integer({ min: 0, max: 60 });
const verdicts = fc
  .uniqueArray(fc.tuple(second, fc.constantFrom(...STATUSES)), { selector: ([at]) => at })
  .map((list) => list.toSorted(([one], [other]) => one - other))
  .map((list) => list.map(([at, status]) => ({ slot: at, interval: 2, status, reason: null })));

test(
  [verdicts, second, second, second],
  'the parts of any history come to what its status was second by second',
  (list, one, other, until) => {
    const range = { from: Math.min(one, other), to: Math.max(one, other) };
    const observed = { spans: spansOf(list), until };
    const statusAt = (moment: number): Status | undefined =>
      moment < until ? observed.spans.findLast(({ start }) => start <= moment)?.status : undefined;
    const seconds = Array.from({ length: range.to - range.from }, (_, index) => range.from + index);
    const within = outagesOf(observed, range).map(({ from, to }) => (to ?? range.to) - Math.max(from, range.from));
    expect(within.reduce((sum, length) => sum + length, 0)).toBe(
      seconds.filter((at) => statusAt(at) === 'down').length,
    );
    expect(within.reduce((sum, length) => sum + length, 0)).toBe(timePerStatus(observed.spans, range, until).down);
    const first = observed.spans[0]?.start ?? Infinity;
    const unobserved = [...unobservedTime(observed, range).values()].reduce((sum, length) => sum + length, 0);
    const expected = seconds.filter((at) => (at >= first || at >= until) && (statusAt(at) ?? 'unknown') === 'unknown');
    expect(unobserved).toBe(list.length === 0 ? 0 : expected.length);
    const known = [range.from - 1, ...seconds]
      .map(statusAt)
      .filter((status) => status !== undefined && status !== 'unknown');
    const changes = known.filter((status, index) => index > 0 && status !== known[index - 1]).length;
    expect(countChanges(observed, range)).toBeGreaterThanOrEqual(changes - 1);
    expect(countChanges(observed, { from: 0, to: 100 })).toBe(
      Array.from({ length: 100 }, (_, at) => statusAt(at))
        .filter((status) => status !== undefined && status !== 'unknown')
        .filter((status, index, all) => index > 0 && status !== all[index - 1]).length,
    );
  },
);
