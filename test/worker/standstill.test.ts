import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { outcomeNotRun, type Outcome } from '../../src/core/outcome.ts';
import type { Reason } from '../../src/core/reasons.ts';
import { isSpoiled, Standstill } from '../../src/worker/standstill.ts';
import { ManualClock } from '../support/manual-clock.ts';

const outcome = (reason: Reason): Outcome => ({ ...outcomeNotRun('internal_error'), status: 'down', reason });

describe('the watch for standstills', () => {
  it('adds up for how long the event loop was blocked, while it is and afterwards', async () => {
    const standstill = new Standstill(systemClock);
    onTestFinished(() => standstill.close());
    const before = standstill.sum;
    const until = performance.now() + 400;
    while (performance.now() < until);
    expect(standstill.sum - before).toBeGreaterThanOrEqual(290);
    const blocked = standstill.sum;
    const looked = performance.now();
    await vi.waitFor(() => expect(performance.now() - looked).toBeGreaterThan(150));
    expect(standstill.sum).toBeGreaterThanOrEqual(blocked);
  });

  it('counts the sleep of the machine, and not a clock that is put right by a little', () => {
    const clock = new ManualClock();
    const standstill = new Standstill(clock);
    onTestFinished(() => standstill.close());
    clock.setWallClockBy(500);
    expect(standstill.sum).toBe(0);
    clock.setWallClockBy(60_000);
    expect(standstill.sum).toBeGreaterThanOrEqual(60_000);
  });
});

describe('an outcome of a check during which this process stood still', () => {
  it.each<[Reason, number, number, boolean]>([
    ['timeout_wait', 0, 10_000, false],
    ['timeout_wait', 499, 10_000, false],
    ['timeout_wait', 500, 10_000, true],
    ['timeout_connect', 250, 1000, true],
    ['timeout_connect', 249, 1000, false],
    ['response_slow', 3000, 10_000, true],
    ['conn_refused', 3000, 10_000, false],
    ['status_unexpected', 3000, 10_000, false],
  ])('with %s after %d ms of %d ms says nothing of its target: %s', (reason, stoodStill, timeout, expected) => {
    expect(isSpoiled(outcome(reason), stoodStill, timeout)).toBe(expected);
  });
});
