import { describe, expect, it } from 'vitest';
import {
  breakerAfterFailure,
  CLOSED_BREAKER,
  isOpen,
  nextTry,
  type Breaker,
  type FailedTry,
} from '../../../src/core/notify/backoff.ts';
import { fc, test } from '../../support/property.ts';
import { DAY, HOUR, MINUTE, NOW, SECOND } from './given.ts';

function tried(changes: Partial<FailedTry>): FailedTry {
  return { attempts: 1, toldBy: NOW, retryAfter: null, random: 0.5, ...changes };
}

describe('nextTry', () => {
  it.each<[number, number]>([
    [1, 5 * SECOND],
    [2, 10 * SECOND],
    [3, 20 * SECOND],
    [4, 40 * SECOND],
    [10, 2560 * SECOND],
    [11, HOUR],
    [12, HOUR],
    [1000, HOUR],
  ])('after attempt %i waits %i ms', (attempts, wait) => {
    expect(nextTry(tried({ attempts }), NOW)).toBe(NOW + wait);
  });

  it.each<[number, number | null, number]>([
    [0, null, 4 * SECOND],
    [1, null, 6 * SECOND],
    [0.5, 30 * SECOND, 30 * SECOND],
    [0.5, SECOND, 5 * SECOND],
    [0.5, 2 * HOUR, HOUR],
  ])('with %f at random and %s ms asked for waits %i ms', (random, retryAfter, wait) => {
    expect(nextTry(tried({ random, retryAfter }), NOW)).toBe(NOW + wait);
  });

  it('gives up what would be tried more than a day after it was due', () => {
    expect(nextTry(tried({ attempts: 1, toldBy: NOW - DAY + 5 * SECOND }), NOW)).toBe(NOW + 5 * SECOND);
    expect(nextTry(tried({ attempts: 1, toldBy: NOW - DAY + 4 * SECOND }), NOW)).toBeNull();
  });

  const anyTry = fc.record({
    attempts: fc.integer({ min: 1, max: 100 }),
    toldBy: fc.integer({ min: NOW - 2 * DAY, max: NOW }),
    retryAfter: fc.option(fc.integer({ min: 0, max: DAY })),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test([anyTry], 'is 4 s to an hour away, at a whole millisecond, and never a day late', (failed) => {
    const at = nextTry(failed, NOW);
    if (at === null) return;
    expect(at - NOW).toBeGreaterThanOrEqual(4 * SECOND);
    expect(at - NOW).toBeLessThanOrEqual(HOUR);
    expect(Number.isInteger(at)).toBe(true);
    expect(at).toBeLessThanOrEqual(failed.toldBy + DAY);
  });

  test([fc.double({ min: 0, max: 1, noNaN: true })], 'ends after some thirty attempts', (random) => {
    let [attempts, now] = [1, NOW];
    for (;;) {
      const at = nextTry(tried({ attempts, random }), now);
      if (at === null) break;
      attempts += 1;
      now = at;
    }
    expect(attempts).toBeGreaterThan(20);
    expect(attempts).toBeLessThan(45);
  });
});

describe('the breaker of a channel', () => {
  function afterFailures(count: number): { breaker: Breaker; now: number } {
    let [breaker, now]: [Breaker, number] = [CLOSED_BREAKER, NOW];
    for (let failure = 0; failure < count; failure += 1) {
      now = Math.max(now, breaker.openUntil ?? 0);
      breaker = breakerAfterFailure(breaker, now);
    }
    return { breaker, now };
  }

  it.each<[number, number | null]>([
    [4, null],
    [5, 30 * SECOND],
    [6, MINUTE],
    [7, 2 * MINUTE],
    [9, 8 * MINUTE],
    [10, 15 * MINUTE],
    [11, 15 * MINUTE],
    [500, 15 * MINUTE],
  ])('is after %i failures in a row open for %s ms', (failures, open) => {
    const { breaker, now } = afterFailures(failures);
    expect(breaker.openUntil === null ? null : breaker.openUntil - now).toBe(open);
    expect(isOpen(breaker, now)).toBe(open !== null);
    expect(isOpen(breaker, now + (open ?? 0))).toBe(false);
  });

  it('does not count failures of attempts that were under way when it opened', () => {
    const { breaker, now } = afterFailures(5);
    expect(breakerAfterFailure(breaker, now + 1)).toBe(breaker);
  });
});
