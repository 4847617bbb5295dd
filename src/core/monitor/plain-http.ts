import type { HttpMonitor } from './http.ts';
import { USUAL_RULES } from '../trouble/rules.ts';
import { USUAL_TLS } from './network.ts';

/**
 * What an http monitor is when it sets nothing but its url. Apart from the schema, which says the same (a test holds the
 * two together), because one check from the command line must not wait for a schema to load.
 */
export const PLAIN_HTTP: Omit<HttpMonitor, 'id' | 'name' | 'url'> = {
  type: 'http',
  group: null,
  tags: {},
  enabled: true,
  interval: 60_000,
  timeout: 10_000,
  slo: null,
  retention: null,
  recover_after: 1,
  flapping: USUAL_RULES.flapping,
  depends_on: [],
  severity: 'critical',
  retries: 2,
  retry_interval: 5000,
  interval_down: null,
  method: 'GET',
  headers: {},
  body: null,
  auth: null,
  follow_redirects: 5,
  http_version: '1.1',
  ip_version: 'any',
  resolver: null,
  connect_to: null,
  proxy: null,
  tls: USUAL_TLS,
  max_body: 1_048_576,
  traceparent: true,
  expect: {
    status: [[200, 299]],
    response_time: null,
    headers: {},
    body: null,
    json: [],
    certificate: null,
    final_url: null,
    http_version: [],
  },
  degraded: { response_time: null, after: 2 },
};

/** What sets a plain monitor apart from others. */
type Particular = Pick<HttpMonitor, 'id' | 'name' | 'url' | 'interval' | 'timeout' | 'traceparent'>;

/** {@link PLAIN_HTTP} key by key: in code that is not optimised, a copy of so many by `...` takes a sixteenth of a whole check. */
export function plainHttp({ id, name, url, interval, timeout, traceparent }: Particular): HttpMonitor {
  return {
    id,
    name,
    url,
    interval,
    timeout,
    traceparent,
    type: PLAIN_HTTP.type,
    group: PLAIN_HTTP.group,
    tags: PLAIN_HTTP.tags,
    enabled: PLAIN_HTTP.enabled,
    method: PLAIN_HTTP.method,
    headers: PLAIN_HTTP.headers,
    body: PLAIN_HTTP.body,
    auth: PLAIN_HTTP.auth,
    follow_redirects: PLAIN_HTTP.follow_redirects,
    http_version: PLAIN_HTTP.http_version,
    ip_version: PLAIN_HTTP.ip_version,
    resolver: PLAIN_HTTP.resolver,
    connect_to: PLAIN_HTTP.connect_to,
    proxy: PLAIN_HTTP.proxy,
    tls: PLAIN_HTTP.tls,
    max_body: PLAIN_HTTP.max_body,
    expect: PLAIN_HTTP.expect,
    degraded: PLAIN_HTTP.degraded,
    slo: PLAIN_HTTP.slo,
    retention: PLAIN_HTTP.retention,
    recover_after: PLAIN_HTTP.recover_after,
    flapping: PLAIN_HTTP.flapping,
    depends_on: PLAIN_HTTP.depends_on,
    severity: PLAIN_HTTP.severity,
    retries: PLAIN_HTTP.retries,
    retry_interval: PLAIN_HTTP.retry_interval,
    interval_down: PLAIN_HTTP.interval_down,
  };
}
