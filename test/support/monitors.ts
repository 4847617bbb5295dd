import type { HttpMonitor } from '../../src/core/monitor/http.ts';
import { PLAIN_HTTP } from '../../src/core/monitor/plain-http.ts';

/** A complete http monitor for tests that care about a few of its fields. */
export function aMonitor(overrides: Partial<HttpMonitor> = {}): HttpMonitor {
  return { ...PLAIN_HTTP, id: 'website', name: 'Website', url: 'http://127.0.0.1:9/', ...overrides };
}
