import type { TroubleRules } from '../trouble/rules.ts';
import { type Monitor, isPush } from './monitor.ts';

/**
 * What it takes for results of a monitor to change its status. A job that reports by itself cannot be asked again, so its
 * first failure counts.
 */
export function rulesOf(monitor: Monitor): TroubleRules {
  const { recover_after: recoverAfter, flapping } = monitor;
  if (isPush(monitor)) {
    return { retries: 0, retryInterval: 0, recoverAfter, intervalDown: null, degradedAfter: 1, flapping };
  }
  const { retries, retry_interval: retryInterval, interval_down: intervalDown, degraded } = monitor;
  return { retries, retryInterval, recoverAfter, intervalDown, degradedAfter: degraded.after, flapping };
}
