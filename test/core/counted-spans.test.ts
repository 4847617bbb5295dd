import { describe, expect, it } from 'vitest';
import { COUNTED, countedSpans, joinedRanges, overlapOf } from '../../src/core/counted-spans.ts';
import { spansOf, type Span } from '../../src/core/spans.ts';
import { STATUSES } from '../../src/core/status.ts';
import { timePerStep } from '../../src/core/time-per-step.ts';
import { timePerStatus, type TimeRange } from '../../src/core/uptime.ts';
import { fc, test } from '../support/property.ts';

const up: Span = { start: 0, status: 'up', reason: null };
const down: Span = { start: 10, status: 'down', reason: 'timeout_wait' };

describe('countedSpans', () => {
  it('is the very spans of a monitor that was never in maintenance', () => {
    const spans = [up, down];
    expect(countedSpans({ spans, until: 20, maintenance: [] }).spans).toBe(spans);
    expect(countedSpans({ spans, until: 20 })).toEqual({ spans, until: 20 });
  });

  it('lays maintenance over whatever there was, and over what nobody looked at', () => {
    const maintenance = [
      { from: -5, to: -1 },
      { from: 5, to: 12 },
      { from: 18, to: 25 },
    ];
    expect(countedSpans({ spans: [up, down], until: 20, maintenance })).toEqual({
      spans: [
        { start: -5, status: 'maintenance' },
        { start: -1, status: 'unknown' },
        up,
        { start: 5, status: 'maintenance' },
        { start: 12, status: 'down' },
        { start: 18, status: 'maintenance' },
        { start: 25, status: 'unknown' },
      ],
      until: Infinity,
    });
  });

  it('goes on with what begins at the very end of maintenance', () => {
    const { spans } = countedSpans({ spans: [up, down], until: 20, maintenance: [{ from: 5, to: 10 }] });
    expect(spans).toEqual([up, { start: 5, status: 'maintenance' }, down, { start: 20, status: 'unknown' }]);
  });
});

describe('joinedRanges', () => {
  it('makes one of those that overlap, hold each other or touch, and leaves out empty ones', () => {
    const ranges: [number, number][] = [
      [0, 10],
      [2, 5],
      [10, 12],
      [15, 15],
      [20, 18],
      [21, 30],
    ];
    expect(joinedRanges(ranges.map(([from, to]) => ({ from, to })))).toEqual([
      { from: 0, to: 12 },
      { from: 21, to: 30 },
    ]);
  });
});

const second = fc.integer({ min: 0, max: 60 });
const verdicts = fc
  .uniqueArray(fc.record({ tick: second, status: fc.constantFrom(...STATUSES) }), { selector: ({ tick }) => tick })
  .map((list) => list.toSorted((one, other) => one.tick - other.tick))
  .map((list) => list.map(({ tick, status }) => ({ slot: tick, interval: 2, status, reason: null })));
const periods = fc
  .array(fc.tuple(second, second), { maxLength: 6 })
  .map((list) => list.map(([from, to]): TimeRange => ({ from, to })).toSorted((one, other) => one.from - other.from));

test(
  [verdicts, periods, fc.uniqueArray(second, { minLength: 2 }), second],
  'counts each second of any window once: as maintenance within some, for the status it had otherwise',
  (list, drawn, cuts, until) => {
    const spans = spansOf(list);
    const maintenance = joinedRanges(drawn);
    const counted = countedSpans({ spans, until, maintenance });
    const moments = cuts.toSorted((one, other) => one - other);
    const steps = moments.slice(1).map((to, index) => ({ from: moments[index] ?? to, to }));
    const naive = steps.map(({ from, to }) => {
      const time = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
      for (let moment = from; moment < to; moment += 1) {
        const isMaintenance = drawn.some((period) => period.from <= moment && moment < period.to);
        const span = moment < until ? spans.findLast(({ start }) => start <= moment) : undefined;
        time[isMaintenance ? 'maintenance' : (span?.status ?? 'unknown')] += 1;
      }
      return time;
    });
    const times = timePerStep(counted.spans, steps, counted.until);
    expect(times).toEqual(naive);
    for (const [index, step] of steps.entries()) {
      const time = timePerStatus(counted.spans, step, counted.until);
      expect(time).toEqual(naive[index]);
      expect(COUNTED.reduce((sum, name) => sum + time[name], 0)).toBe(step.to - step.from);
      expect(overlapOf(maintenance, step)).toBe(naive[index]?.maintenance);
    }
  },
);
