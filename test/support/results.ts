import { NO_PHASES, type CheckResult } from '../../src/core/outcome.ts';

/** A complete result for tests that care about a few of its fields. */
export function aResult(overrides: Partial<CheckResult> = {}): CheckResult {
  const slot = overrides.slot ?? Date.UTC(2026, 10, 23, 12);
  return {
    monitor: 'website',
    slot,
    location: 'local',
    interval: 60_000,
    attempt: 1,
    status: 'up',
    reason: null,
    message: null,
    statusCode: 200,
    finalUrl: null,
    address: null,
    startedAt: slot + 3,
    durationMs: 12.34,
    phases: { ...NO_PHASES, dns: 1, wait: 10 },
    traceId: null,
    evidence: null,
    ...overrides,
  };
}
