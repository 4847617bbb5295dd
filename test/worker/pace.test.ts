import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/worker/pace.ts';

describe('the pace of monitors', () => {
  it('takes a monitor that was never checked for quick', () => {
    const pace = new Pace();
    expect(pace.meet('new')).toEqual({ slow: false, lastChecked: 0 });
    expect(pace.quickMonitors).toBe(1);
  });

  it.each([
    [1, false],
    [499, false],
    [500, true],
    [1000, true],
  ])('takes a check of %i ms with a timeout of 1 s for slow: %s', (durationMs, slow) => {
    const pace = new Pace();
    pace.note('website', durationMs, 1000);
    expect(pace.meet('website').slow).toBe(slow);
    expect(pace.quickMonitors).toBe(slow ? 0 : 1);
  });

  it('believes the last check of each monitor, and knows whose was longest ago', () => {
    const pace = new Pace();
    pace.note('a', 1000, 1000);
    pace.note('b', 1000, 1000);
    pace.note('a', 10, 1000);
    expect(pace.meet('a').slow).toBe(false);
    expect(pace.quickMonitors).toBe(1);
    expect(pace.meet('b').lastChecked).toBeLessThan(pace.meet('a').lastChecked);
  });
});
