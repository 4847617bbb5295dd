import type { Monitor } from '../../src/core/monitor.ts';

/** A complete monitor for tests that care about a few of its fields. */
export function aMonitor(overrides: Partial<Monitor> = {}): Monitor {
  return {
    id: 'website',
    name: 'Website',
    type: 'http',
    group: null,
    tags: {},
    enabled: true,
    interval: 60_000,
    timeout: 10_000,
    url: 'http://127.0.0.1:9/',
    method: 'GET',
    headers: {},
    body: null,
    follow_redirects: 5,
    expect: { status: [[200, 299]] },
    ...overrides,
  };
}
