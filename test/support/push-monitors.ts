import type { PushMonitor } from '../../src/core/monitor/push.ts';

/** A complete push monitor for tests that care about a few of its fields: a report a minute, ten seconds of grace. */
export function aPushMonitor(overrides: Partial<PushMonitor> = {}): PushMonitor {
  return {
    type: 'push',
    id: 'backup',
    name: 'Backup',
    group: null,
    tags: {},
    enabled: true,
    slo: null,
    retention: null,
    recover_after: 1,
    flapping: null,
    depends_on: [],
    severity: 'critical',
    interval: 60_000,
    timeout: 0,
    token: 'token-of-the-backup',
    cron: null,
    time_zone: 'UTC',
    grace: 10_000,
    max_runtime: null,
    ...overrides,
  };
}
