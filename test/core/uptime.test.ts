import { describe, expect, it } from 'vitest';
import { spansOf } from '../../src/core/spans.ts';
import { standsUntil, timePerStatus, uptimeFigures } from '../../src/core/uptime.ts';
import { STATUSES } from '../../src/core/status.ts';
import { fc, test } from '../support/property.ts';

describe('standsUntil', () => {
  const head = { slot: 0, interval: 60_000, timeout: 10_000 };
  it.each([
    ['now, right after the check', 1, 1],
    ['now, while the next check may still be running', 72_000, 72_000],
    ['the moment the next check was due, once it is overdue', 72_001, 60_000],
  ])('is %s', (_, now, until) => {
    expect(standsUntil(head, now)).toBe(until);
  });

  it('allows no more than an interval for a timeout longer than that', () => {
    expect(standsUntil({ slot: 0, interval: 1000, timeout: 10_000 }, 4001)).toBe(1000);
  });
});

describe('uptimeFigures', () => {
  it('leaves unknown time and maintenance out of the uptime and says how much was observed', () => {
    const figures = uptimeFigures({ up: 80_000, degraded: 10_000, down: 10_000, unknown: 60_000, maintenance: 40_000 });
    expect(figures).toEqual({
      uptime: 0.9, observed: 0.5, maintenance: 0.2, observed_seconds: 100, degraded_seconds: 10, down_seconds: 10,
      unknown_seconds: 60, maintenance_seconds: 40,
    }); // prettier-ignore
  });

  it('knows no uptime when nothing was observed', () => {
    expect(uptimeFigures({ up: 0, degraded: 0, down: 0, unknown: 5000, maintenance: 0 })).toMatchObject({
      uptime: null,
      observed: 0,
    });
  });
});

const second = fc.integer({ min: 0, max: 60 });
const verdicts = fc
  .uniqueArray(fc.record({ tick: second, status: fc.constantFrom(...STATUSES) }), { selector: ({ tick }) => tick })
  .map((list) => list.sort((one, other) => one.tick - other.tick))
  .map((list) => list.map(({ tick, status }) => ({ slot: tick * 1000, interval: 2000, status, reason: null })));

describe('timePerStatus', () => {
  test(
    [verdicts, second, second, second],
    'counts each second of the window once, for the status it had',
    (list, one, other, end) => {
      const window = { from: Math.min(one, other) * 1000, to: Math.max(one, other) * 1000 };
      const spans = spansOf(list);
      const time = timePerStatus(spans, window, end * 1000);
      const counted = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
      for (let moment = window.from; moment < window.to; moment += 1000) {
        const span = moment < end * 1000 ? spans.findLast(({ start }) => start <= moment) : undefined;
        counted[span?.status ?? 'unknown'] += 1000;
      }
      expect(time).toEqual(counted);
    },
  );
});
