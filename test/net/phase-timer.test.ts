import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { PhaseTimer } from '../../src/net/phase-timer.ts';

function steppingClock(): Clock & { at: number } {
  const clock = { at: 0, now: () => 0, monotonic: () => clock.at };
  return clock;
}

describe('the phase timer', () => {
  it('leaves phases that were never entered empty', () => {
    const phases = new PhaseTimer(steppingClock()).finish();
    expect(phases).toEqual({ dns: null, connect: null, tls: null, wait: null, body: null });
  });

  it('sums a phase over several connections', () => {
    const clock = steppingClock();
    const timer = new PhaseTimer(clock);
    for (const [phase, at] of [
      ['connect', 0],
      ['wait', 5],
      ['connect', 12],
      ['wait', 14],
      ['body', 20],
    ] as const) {
      clock.at = at;
      timer.enter(phase);
    }
    clock.at = 23;
    expect(timer.finish()).toEqual({ dns: null, connect: 7, tls: null, wait: 13, body: 3 });
  });
});
