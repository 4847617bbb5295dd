import type { HttpMonitor } from '../../src/core/monitor/http.ts';
import { PLAIN_HTTP } from '../../src/core/monitor/plain-http.ts';

/** Each result counts at once. */
const IMMEDIATE = { retries: 0, flapping: null, degraded: { response_time: null, after: 1 } };

/** A complete http monitor for tests that care about a few of its fields; each of its results counts at once. */
export function aMonitor(overrides: Partial<HttpMonitor> = {}): HttpMonitor {
  return { ...PLAIN_HTTP, ...IMMEDIATE, id: 'website', name: 'Website', url: 'http://127.0.0.1:9/', ...overrides };
}
