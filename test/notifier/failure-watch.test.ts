import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FailureWatch } from '../../src/notifier/failure-watch.ts';
import { ManualClock } from '../support/manual-clock.ts';

function aWatch() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  const write = (line: string): void => {
    const { level, msg } = JSON.parse(line) as { level: string; msg: string };
    lines.push(`${level}: ${msg}`);
  };
  const logger = pino({ level: 'info', formatters }, { write });
  const words = { failing: 'bread cannot be baked', working: 'bread is baked again' };
  const watch = new FailureWatch(words, { clock, logger });
  const fail = (message = 'no flour'): void => {
    watch.begin();
    watch.failed(new Error(message));
  };
  return { clock, lines, watch, fail };
}

describe('FailureWatch', () => {
  it('says nothing of what works', () => {
    const { clock, lines, watch } = aWatch();
    for (let count = 0; count < 3; count += 1) {
      watch.begin();
      watch.worked();
      clock.advance(60_000);
      watch.look();
    }
    expect([watch.trouble, lines]).toEqual(['', []]);
  });

  it('speaks of trouble once a failure lasts for 30 s, until it works, and of the newest error', () => {
    const { clock, lines, watch, fail } = aWatch();
    fail();
    clock.advance(29_999);
    fail();
    expect(watch.trouble).toBe('');
    clock.advance(1);
    fail('no oven');
    expect(watch.trouble).toBe('bread cannot be baked since 30 s: no oven');
    clock.advance(90_000);
    fail('no baker');
    expect(watch.trouble).toBe('bread cannot be baked since 120 s: no baker');
    watch.begin();
    watch.worked();
    expect(watch.trouble).toBe('');
    expect(lines).toEqual([
      'warn: bread cannot be baked: no flour',
      'error: bread cannot be baked since 30 s: no oven',
      'info: bread is baked again',
    ]);
  });

  it('counts from the first failure after the last success', () => {
    const { clock, watch, fail } = aWatch();
    for (let count = 0; count < 5; count += 1) {
      fail();
      clock.advance(20_000);
      fail();
      watch.begin();
      watch.worked();
    }
    expect(watch.trouble).toBe('');
  });

  it('does not care about the wall clock', () => {
    const { clock, watch, fail } = aWatch();
    fail();
    clock.setWallClockBy(3_600_000);
    fail();
    expect(watch.trouble).toBe('');
  });

  it('takes an attempt without end for a failure', () => {
    const { clock, lines, watch } = aWatch();
    watch.begin();
    clock.advance(30_000);
    watch.look();
    watch.look();
    expect(watch.trouble).toBe('bread cannot be baked since 30 s: no answer');
    watch.worked();
    expect([watch.trouble, lines.at(-1)]).toEqual(['', 'info: bread is baked again']);
  });

  it('waits for an answer that may be there already after the process stood still', () => {
    const { clock, lines, watch } = aWatch();
    watch.begin();
    clock.advance(3_600_000);
    watch.look();
    watch.worked();
    watch.look();
    expect([watch.trouble, lines]).toEqual(['', []]);
  });
});
