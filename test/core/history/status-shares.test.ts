import { describe, expect, it } from 'vitest';
import { COUNTED, countedSpans, joinedRanges, rangesWithin, type Counted } from '../../../src/core/counted-spans.ts';
import { GROUP_RULES } from '../../../src/core/history/objective.ts';
import { combineSpans, combined, timePerRange } from '../../../src/core/history/status-shares.ts';
import { spansOf } from '../../../src/core/spans.ts';
import { STATUSES } from '../../../src/core/status.ts';
import { timePerStatus } from '../../../src/core/uptime.ts';
import { fc, test } from '../../support/property.ts';

const countsOf = (statuses: readonly Counted[]): Record<Counted, number> => {
  const counts = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
  for (const status of statuses) counts[status] += 1;
  return counts;
};
const asOne = (counts: Readonly<Record<Counted, number>>): Counted | undefined =>
  COUNTED.find((status) => counts[status] === 1);

describe('combined', () => {
  it.each<[Counted[], Counted, Counted]>([
    [[], 'unknown', 'unknown'],
    [['up', 'up'], 'up', 'up'],
    [['up', 'degraded'], 'degraded', 'up'],
    [['up', 'down'], 'down', 'up'],
    [['up', 'unknown'], 'unknown', 'up'],
    [['degraded', 'down'], 'down', 'degraded'],
    [['degraded', 'unknown'], 'unknown', 'degraded'],
    [['down', 'unknown'], 'down', 'unknown'],
    [['down', 'down'], 'down', 'down'],
    [['unknown', 'unknown'], 'unknown', 'unknown'],
    [['up', 'degraded', 'down', 'unknown'], 'down', 'up'],
    [['maintenance', 'up'], 'up', 'up'],
    [['maintenance', 'down'], 'down', 'down'],
    [['maintenance', 'unknown', 'up'], 'unknown', 'up'],
    [['maintenance', 'maintenance'], 'maintenance', 'maintenance'],
  ])('makes of %j %s by any_down and %s by all_down', (statuses, anyDown, allDown) => {
    expect(asOne(combined(countsOf(statuses), 'any_down'))).toBe(anyDown);
    expect(asOne(combined(countsOf(statuses), 'all_down'))).toBe(allDown);
  });

  it('gives each its part by weight', () => {
    expect(combined(countsOf(['up', 'up', 'maintenance', 'down', 'unknown']), 'weighted')).toEqual({
      up: 0.4,
      degraded: 0,
      down: 0.2,
      unknown: 0.2,
      maintenance: 0.2,
    });
  });

  test(
    [fc.array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 6 }), fc.constantFrom('any_down', 'all_down')],
    'never says what one unknown member could make untrue',
    (statuses, rule) => {
      const said = asOne(combined(countsOf(statuses), rule));
      const unknown = statuses.indexOf('unknown');
      if (unknown === -1 || said === 'unknown') return;
      for (const real of ['up', 'degraded', 'down'] as const) {
        const truth = asOne(combined(countsOf(statuses.with(unknown, real)), rule));
        // Degraded counts as up, and one more that is up would only make it better.
        expect(truth === 'unknown' || (truth === 'down') === (said === 'down')).toBe(true);
      }
    },
  );
});

const TICK = 1000;
const tick = fc.integer({ min: 0, max: 60 });
const member = fc.record({
  verdicts: fc
    .uniqueArray(fc.tuple(tick, fc.constantFrom(...STATUSES)), { selector: ([at]) => at, maxLength: 20 })
    .map((list) => list.toSorted(([one], [other]) => one - other))
    .map((list) => list.map(([at, status]) => ({ slot: at * TICK, interval: 3 * TICK, status, reason: null }))),
  until: tick.map((at) => at * TICK),
  left: fc.boolean(),
  maintenance: fc
    .array(fc.tuple(tick, tick), { maxLength: 4 })
    .map((list) => list.toSorted(([one], [other]) => one - other))
    .map((list) => joinedRanges(list.map(([from, to]) => ({ from: from * TICK, to: to * TICK })))),
});

describe('combineSpans', () => {
  test(
    [fc.array(member, { maxLength: 5 }), fc.constantFrom(...GROUP_RULES), tick, tick],
    'counts each second for what the members that were there had come to by then',
    (drawn, rule, one, other) => {
      const members = drawn.map(({ verdicts, ...rest }) => ({ spans: spansOf(verdicts), ...rest }));
      const range = { from: Math.min(one, other) * TICK, to: Math.max(one, other) * TICK };
      const expected = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
      for (let moment = range.from; moment < range.to; moment += TICK) {
        const statuses = members.flatMap(({ spans, until, left, maintenance }): Counted[] => {
          const [first] = spans;
          const begins = first !== undefined && first.start < until && first.start <= moment;
          if (!begins || (left && moment >= until)) return [];
          if (maintenance.some(({ from, to }) => from <= moment && moment < to)) return ['maintenance'];
          return [moment >= until ? 'unknown' : (spans.findLast(({ start }) => start <= moment)?.status ?? 'unknown')];
        });
        const shares = combined(countsOf(statuses), rule);
        for (const status of COUNTED) expected[status] += shares[status] * TICK;
      }
      const [time] = timePerRange(combineSpans(members, rule), [range]);
      const off = COUNTED.map((status) => Math.abs((time?.[status] ?? 0) - expected[status]));
      expect(Math.max(...off)).toBeLessThanOrEqual(1.5);
      const sum = COUNTED.reduce((total, status) => total + (time?.[status] ?? 0), 0);
      expect(sum).toBe(range.to - range.from);
    },
  );

  test(
    [member, tick, fc.array(tick, { maxLength: 5 })],
    'says of a single member what its spans say, range by range',
    ({ verdicts, until, maintenance: drawn }, first, lengths) => {
      const spans = spansOf(verdicts);
      // A member is there from its first span on.
      const begins = spans.length === 0 || (spans[0]?.start ?? 0) >= until ? Infinity : (spans[0]?.start ?? 0);
      const maintenance = rangesWithin(drawn, { from: begins, to: Infinity });
      let from = first * TICK;
      const ranges = lengths.map((length) => {
        const range = { from, to: from + length * TICK };
        from = range.to;
        return range;
      });
      const shares = combineSpans([{ spans, until, left: false, maintenance }], 'any_down');
      const counted = countedSpans({ spans, until, maintenance });
      expect(timePerRange(shares, ranges)).toEqual(
        ranges.map((range) => timePerStatus(counted.spans, range, counted.until)),
      );
    },
  );

  it('does not make unknown what lies before a member was added and after one left', () => {
    const spans = (start: number) => [{ start, status: 'up', reason: null } as const];
    const members = [
      { spans: spans(0), until: Infinity, left: false },
      { spans: spans(50), until: Infinity, left: false },
      { spans: spans(0), until: 20, left: true },
    ];
    expect(combineSpans(members, 'any_down')).toEqual([
      { start: 0, up: 1, degraded: 0, down: 0, unknown: 0, maintenance: 0 },
    ]);
  });
});
