import type { HttpMonitor } from './http.ts';
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
  degraded: { response_time: null },
};
