import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  dayOf,
  firstKeyOf,
  HOUR_MS,
  historyKey,
  hourOf,
  LAST_HOUR,
  monitorKeys,
  MOST_LOCATIONS,
  MOST_MONITORS,
  readHistoryKey,
} from '../../../src/core/history/history-key.ts';
import { fc, test } from '../../support/property.ts';

const period = fc.integer({ min: 0, max: LAST_HOUR });
const monitor = fc.integer({ min: 1, max: MOST_MONITORS });
const location = fc.integer({ min: 1, max: MOST_LOCATIONS });
const place = fc.tuple(period, monitor, location);

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at === -1 ? 0 : Math.sign((one[at] ?? 0) - (other[at] ?? 0));
}

describe('historyKey', () => {
  test([place], 'is read back', ([ofPeriod, ofMonitor, ofLocation]) => {
    const key = historyKey(ofPeriod, ofMonitor, ofLocation);
    expect(readHistoryKey(key)).toEqual({ period: ofPeriod, monitor: ofMonitor, location: ofLocation });
  });

  test([place, place], 'is in order of period, monitor and location', (one, other) => {
    expect(Math.sign(historyKey(...one) - historyKey(...other))).toBe(compare(one, other));
  });

  test([place], 'lies among the keys of its monitor and period, and no other does', ([of, ofMonitor, ofLocation]) => {
    const key = historyKey(of, ofMonitor, ofLocation);
    const [first, last] = monitorKeys(of, ofMonitor);
    expect(first <= key && key <= last).toBe(true);
    expect(historyKey(of, ofMonitor - 1, MOST_LOCATIONS)).toBeLessThan(first);
    expect(historyKey(of, ofMonitor + 1, 1)).toBeGreaterThan(last);
    expect(firstKeyOf(of) <= key && key < firstKeyOf(of + 1)).toBe(true);
  });

  it('has room for every hour to the year 2209', () => {
    const greatest = historyKey(LAST_HOUR, MOST_MONITORS, MOST_LOCATIONS);
    expect(Number.isSafeInteger(greatest)).toBe(true);
    expect(greatest).toBe(Number.MAX_SAFE_INTEGER);
    expect(new Date(LAST_HOUR * HOUR_MS).getUTCFullYear()).toBe(2209);
  });
});

describe('hourOf and dayOf', () => {
  test([fc.nat({ max: LAST_HOUR }), fc.nat({ max: HOUR_MS - 1 })], 'count since the epoch', (hour, moment) => {
    const slot = hour * HOUR_MS + moment;
    expect([hourOf(slot), dayOf(slot)]).toEqual([hour, Math.floor(hour / 24)]);
    expect(dayOf(slot) * DAY_MS).toBeLessThanOrEqual(slot);
  });
});
