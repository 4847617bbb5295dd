import type { CheckResult } from '../../src/core/outcome.ts';
import { aResult } from './results.ts';

const MINUTE = 60_000;

/** What a check of a slot gives, always the same: mostly up, now and then down, with figures of its own. */
export function givenResult(monitor: string, slot: number): CheckResult {
  const number = Math.floor(slot / 1000);
  const failed =
    number % 1800 < 120 ? ({ status: 'down', reason: 'timeout_wait', message: `no answer ${number}` } as const) : {};
  return aResult({ monitor, slot, interval: MINUTE, durationMs: (number % 4000) + 0.25, ...failed });
}
