import { NO_PHASES, type CheckResult } from '../core/outcome.ts';
import type { PushVerdict } from '../core/push-state.ts';

/** A verdict as the result that keeps it; its run time is the result's duration. */
export function resultOfVerdict(verdict: PushVerdict, monitor: string, location: string): CheckResult {
  const { slot, until, status, reason, message, reportedAt, runMs } = verdict;
  return {
    monitor,
    slot,
    location,
    interval: until - slot,
    attempt: 1,
    status,
    reason,
    message,
    statusCode: null,
    finalUrl: null,
    address: null,
    startedAt: reportedAt,
    durationMs: runMs,
    phases: NO_PHASES,
    traceId: null,
    evidence: null,
  };
}
