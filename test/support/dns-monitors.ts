import type { DnsMonitor } from '../../src/core/monitor/dns.ts';

/** A complete dns monitor for tests that care about a few of its fields. */
export function aDnsMonitor(
  overrides: Partial<Omit<DnsMonitor, 'expect'>> & { readonly expect?: Partial<DnsMonitor['expect']> } = {},
): DnsMonitor {
  const { expect, ...others } = overrides;
  return {
    type: 'dns',
    id: 'zone',
    name: 'Zone',
    group: null,
    tags: {},
    enabled: true,
    slo: null,
    retention: null,
    recover_after: 1,
    flapping: null,
    depends_on: [],
    severity: 'critical',
    retries: 0,
    retry_interval: 5000,
    interval_down: null,
    interval: 60_000,
    timeout: 2000,
    host: 'site.test',
    record: 'A',
    resolver: null,
    protocol: 'udp',
    recursion: true,
    ip_version: 'any',
    degraded: { response_time: null, after: 1 },
    ...others,
    expect: { rcode: ['NOERROR'], answers: null, ttl: null, authoritative: null, response_time: null, ...expect },
  };
}
