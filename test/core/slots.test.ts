import { test as property, fc } from '../support/property.ts';
import { describe, expect, it } from 'vitest';
import { slotAfter, slotAtOrBefore, slotOffset } from '../../src/core/slots.ts';

const interval = fc.integer({ min: 1000, max: 86_400_000 });
const time = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
const id = fc.string({ minLength: 1, maxLength: 64 });

describe('slots', () => {
  property([id, interval], 'keep the offset within the interval, in whole ms', (monitor, every) => {
    const offset = slotOffset(monitor, every);
    expect(Number.isInteger(offset)).toBe(true);
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThan(every);
  });

  property([id, interval, time], 'come one interval apart and always in the same phase', (monitor, every, now) => {
    const offset = slotOffset(monitor, every);
    const slot = slotAtOrBefore(now, every, offset);
    expect(slot).toBeLessThanOrEqual(now);
    expect(slotAfter(now, every, offset)).toBe(slot + every);
    expect(slotAfter(slot, every, offset)).toBe(slot + every);
    expect((((slot - offset) % every) + every) % every).toBe(0);
  });

  it('spread 10,000 monitors evenly over their interval', () => {
    const seconds = Array.from({ length: 60 }, () => 0);
    for (let index = 0; index < 10_000; index += 1) {
      const second = Math.floor(slotOffset(`monitor-${index}`, 60_000) / 1000);
      seconds[second] = (seconds[second] ?? 0) + 1;
    }
    // 167 are expected in each second; a fair hash stays within five standard deviations (13 each) of it.
    expect(Math.max(...seconds)).toBeLessThan(167 + 65);
    expect(Math.min(...seconds)).toBeGreaterThan(167 - 65);
  });

  it('stay as they are from version to version, for history hangs on them', () => {
    expect([slotOffset('website', 60_000), slotOffset('api', 30_000), slotOffset('edge', 1000)]).toMatchInlineSnapshot(`
      [
        47779,
        23787,
        182,
      ]
    `);
  });
});
