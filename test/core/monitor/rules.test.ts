import { describe, expect, it } from 'vitest';
import { MONITOR_TYPES, kindOf } from '../../../src/core/monitor/kinds.ts';
import { parseMonitor } from '../../../src/core/monitor/parse.ts';
import { rulesOf } from '../../../src/core/monitor/rules.ts';
import { USUAL_RULES, type TroubleRules } from '../../../src/core/trouble/rules.ts';
import { ANY_MONITOR } from '../../support/any-monitor.ts';
import { test } from '../../support/property.ts';

function rulesOfInput(input: Readonly<Record<string, unknown>>): TroubleRules {
  const checked = parseMonitor(input);
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return rulesOf(checked.value);
}

describe('rulesOf', () => {
  it.each(MONITOR_TYPES.filter((type) => type !== 'push'))(
    'gives the usual rules for a plain monitor of type %s',
    (type) => {
      expect(rulesOfInput(kindOf(type).smallest)).toEqual(USUAL_RULES);
    },
  );

  it('believes the first failure of a job that reports by itself', () => {
    const { recoverAfter, flapping } = USUAL_RULES;
    expect(rulesOfInput(kindOf('push').smallest)).toEqual({
      retries: 0,
      retryInterval: 0,
      recoverAfter,
      intervalDown: null,
      degradedAfter: 1,
      flapping,
    });
  });

  it('gives what the monitor says', () => {
    expect(
      rulesOfInput({
        url: 'https://a.example',
        retries: 5,
        retry_interval: '2s',
        recover_after: 3,
        interval_down: '15s',
        degraded: { after: 4 },
        flapping: { changes: 10 },
      }),
    ).toEqual({
      retries: 5,
      retryInterval: 2000,
      recoverAfter: 3,
      intervalDown: 15_000,
      degradedAfter: 4,
      flapping: { changes: 10, window: 1_800_000 },
    });
  });

  it.each(['off', false])('never calls changes flapping with flapping: %s', (flapping) => {
    expect(rulesOfInput({ url: 'https://a.example', flapping }).flapping).toBeNull();
  });

  it.each([
    ['1s', 1000],
    ['5s', 5000],
    ['60s', 5000],
  ])('checks a failure again at once enough for an interval of %s', (interval, retryInterval) => {
    expect(rulesOfInput({ url: 'https://a.example', interval }).retryInterval).toBe(retryInterval);
  });

  for (const type of MONITOR_TYPES) {
    test([ANY_MONITOR[type]], `never look at a ${type} monitor less often while it fails`, (monitor) => {
      const { retries, retryInterval, intervalDown, recoverAfter, degradedAfter } = rulesOf(monitor);
      expect(retries === 0 || retryInterval <= monitor.interval).toBe(true);
      expect(intervalDown ?? monitor.interval).toBeLessThanOrEqual(monitor.interval);
      expect(Math.min(recoverAfter, degradedAfter)).toBeGreaterThan(0);
    });
  }
});
