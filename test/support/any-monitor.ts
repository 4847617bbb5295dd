import type { CertificateRule } from '../../src/core/expect/certificate-rule.ts';
import type { JsonValue } from '../../src/core/expect/json-path.ts';
import type { JsonRule } from '../../src/core/expect/json-rule.ts';
import type { ListRule } from '../../src/core/expect/list-rule.ts';
import type { NumberRule } from '../../src/core/expect/number-rule.ts';
import type { StatusRange } from '../../src/core/expect/status-range.ts';
import type { TextRule } from '../../src/core/expect/text-rule.ts';
import type { Objective } from '../../src/core/history/objective.ts';
import type { Retention } from '../../src/core/history/retention.ts';
import type { CheckedMonitor } from '../../src/core/monitor/base.ts';
import { type DnsMonitor, RCODES, RECORD_TYPES } from '../../src/core/monitor/dns.ts';
import { METHODS } from '../../src/core/monitor/http-fields.ts';
import type { Auth } from '../../src/core/monitor/http-request.ts';
import type { HttpMonitor } from '../../src/core/monitor/http.ts';
import type { Monitor, MonitorType } from '../../src/core/monitor/monitor.ts';
import { type Endpoint, type Proxy, TLS_VERSIONS, type TlsSettings } from '../../src/core/monitor/network.ts';
import type { PingMonitor } from '../../src/core/monitor/ping.ts';
import { type PushMonitor, longestGap } from '../../src/core/monitor/push.ts';
import type { RequestBody } from '../../src/core/monitor/request-body.ts';
import { readTargetUrl } from '../../src/core/monitor/target-url.ts';
import { STARTTLS_PROTOCOLS, type TcpMonitor } from '../../src/core/monitor/tcp.ts';
import type { TlsMonitor } from '../../src/core/monitor/tls.ts';
import type { WebsocketMonitor } from '../../src/core/monitor/websocket.ts';
import { SEVERITIES } from '../../src/core/trouble/event.ts';
import { TEST_AUTHORITY, TEST_CLIENT } from '../targets/certificates.ts';
import { fc } from './property.ts';

/** One line of text as labels allow it. */
export const anyLabel = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    .map((label) => label.normalize('NFC').trim())
    .filter(
      (label) =>
        label !== '' &&
        Array.from(label).length <= maxLength &&
        !/\p{Bidi_Control}|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(label),
    );

export const anyStatusRange: fc.Arbitrary<StatusRange> = fc
  .tuple(fc.integer({ min: 100, max: 999 }), fc.integer({ min: 100, max: 999 }))
  .map(([a, b]): StatusRange => [Math.min(a, b), Math.max(a, b)]);

const HOUR = 3_600_000;
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const pattern = fc.constantFrom('^ok$', 'a+b', '(?i)fine', '[0-9]{3}', '\\bup\\b');
const words = fc.array(text, { minLength: 1, maxLength: 3 });

/** Only some of the keys, at least one. */
function some<T>(keys: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return (fc.record(keys, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>).filter(
    (rule) => Object.keys(rule as object).length > 0,
  );
}

const comparisons = <T extends number>(value: fc.Arbitrary<T>) => ({ lt: value, lte: value, gt: value, gte: value });

export function anyNumberRule(value: fc.Arbitrary<number>): fc.Arbitrary<NumberRule> {
  return some({ equals: value, ...comparisons(value) });
}

export const anyTextRule: fc.Arbitrary<TextRule> = some({
  equals: fc.string({ unit: 'grapheme' }),
  not_equals: fc.string({ unit: 'grapheme' }),
  contains: words,
  not_contains: words,
  matches: pattern,
  not_matches: pattern,
  exists: fc.boolean(),
});

/** Values of JSON whose numbers are written and read as the same. */
export const anyJson: fc.Arbitrary<JsonValue> = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
  .filter((value) => !JSON.stringify(value).includes('"__proto__"'));

const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));

export const anyJsonRule: fc.Arbitrary<JsonRule> = fc
  .tuple(
    fc.constantFrom('$', '$.status', '$..id', "$['a b'][0]", '$.items[?@.price < 10].name'),
    some<Omit<JsonRule, 'path'>>({
      equals: anyJson,
      not_equals: anyJson,
      one_of: fc.array(anyJson, { minLength: 1, maxLength: 3 }),
      ...comparisons(anyNumber),
      length: anyNumberRule(fc.nat(1000)),
      exists: fc.boolean(),
      contains: text,
      matches: pattern,
    }),
  )
  .map(([path, rule]) => Object.assign({ path }, rule));

const duration = fc.integer({ min: 1, max: HOUR });
const anyDurationRule: fc.Arbitrary<NumberRule> = some(comparisons(duration));

const anyCertificateRule: fc.Arbitrary<CertificateRule> = fc.record(
  {
    expires_in: duration,
    warn_in: duration,
    issuer: anyTextRule,
    subject: anyTextRule,
    fingerprint: fc.array(fc.stringMatching(/^[0-9A-F]{64}$/), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const anyListRule: fc.Arbitrary<ListRule> = fc.record(
  {
    equals: fc.array(text, { maxLength: 3 }),
    contains: fc.array(text, { maxLength: 3 }),
    not_contains: fc.array(text, { maxLength: 3 }),
    matches: pattern,
    count: anyNumberRule(fc.nat(10_000)),
  },
  { requiredKeys: [] },
);

const host = fc.oneof(
  fc.domain().filter((name) => 'url' in readTargetUrl(`http://${name}/`)),
  fc.constantFrom('192.0.2.1', '2001:db8::1', 'localhost'),
);
const port = fc.integer({ min: 1, max: 65_535 });
const endpoint: fc.Arbitrary<Endpoint> = fc.record({ host, port });
const ipVersion = fc.constantFrom(4 as const, 6 as const, 'any' as const);

const anyTls: fc.Arbitrary<TlsSettings> = fc
  .record({
    verify: fc.boolean(),
    versions: fc.subarray([...TLS_VERSIONS], { minLength: 1 }),
    ca: fc.option(fc.constant(TEST_AUTHORITY)),
    server_name: fc.option(host),
    own: fc.option(fc.constant(TEST_CLIENT)),
  })
  .map(({ verify, versions, ca, server_name, own }) => ({
    verify,
    min_version: versions[0] ?? 'TLSv1.2',
    max_version: versions.at(-1) ?? 'TLSv1.3',
    ca,
    server_name,
    cert: own?.cert ?? null,
    key: own?.key ?? null,
  }));

const anyProxy: fc.Arbitrary<Proxy> = fc.record({
  url: fc.constantFrom('http://proxy.example:3128', 'https://proxy.example', 'http://[2001:db8::2]:8080/'),
  username: fc.option(fc.constant('user')),
  password: fc.option(fc.constant('secret')),
});

const anyBody: fc.Arbitrary<RequestBody> = fc.oneof(
  fc.record({ text: fc.string({ unit: 'grapheme' }) }),
  fc.record({ json: anyJson }),
  fc.record({ form: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.string({ unit: 'grapheme' })) }),
);

const anyAuth: fc.Arbitrary<Auth> = fc.oneof(
  fc.record({ basic: fc.record({ username: fc.constantFrom('', 'me', 'ü'), password: fc.constantFrom('', 'a:b') }) }),
  fc.record({ bearer: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/) }),
  fc.record({
    oauth2: fc.record({
      token_url: fc.constant('https://login.example/token'),
      client_id: text,
      client_secret: text,
      scopes: fc.array(fc.stringMatching(/^[a-z:/.]{1,9}$/), { maxLength: 3 }),
      params: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), text, { maxKeys: 2 }),
      style: fc.constantFrom('basic' as const, 'post' as const),
    }),
  }),
);

const headers = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^X-[A-Za-z0-9]{1,20}$/), fc.stringMatching(/^[ -~]{0,30}$/)), {
    selector: ([name]) => name.toLowerCase(),
    maxLength: 5,
  })
  .map((entries): Record<string, string> => Object.fromEntries(entries));

const DAY = 24 * HOUR;
const anyObjective: fc.Arbitrary<Objective> = fc.record({
  target: fc.double({ min: 1, max: 100, noNaN: true }),
  window: fc.integer({ min: HOUR, max: 366 * DAY }),
});
/** Each tier at least as long as the one before, `null` the longest. */
const anyRetention: fc.Arbitrary<Retention> = fc
  .array(fc.option(fc.integer({ min: DAY, max: 36_500 * DAY })), { minLength: 3, maxLength: 3 })
  .map((tiers) => tiers.toSorted((one, other) => (one ?? Infinity) - (other ?? Infinity) || 0))
  .map(([results = null, hour = null, day = null]) => ({ results, hour, day }));

const id = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/);
const identity = {
  id,
  name: anyLabel(200),
  group: fc.option(anyLabel(100)),
  tags: fc.dictionary(fc.stringMatching(/^[a-zäß0-9][a-z0-9._/-]{0,20}$/), fc.oneof(fc.constant(''), anyLabel(100)), {
    maxKeys: 5,
  }),
  enabled: fc.boolean(),
  slo: fc.option(anyObjective),
  retention: fc.option(anyRetention),
  recover_after: fc.integer({ min: 1, max: 100 }),
  flapping: fc.option(
    fc.record({ changes: fc.integer({ min: 2, max: 1000 }), window: fc.integer({ min: 1000, max: 7 * DAY }) }),
  ),
  depends_on: fc.uniqueArray(id, { maxLength: 3 }),
  severity: fc.constantFrom(...SEVERITIES),
};
const timed = {
  ...identity,
  interval: fc.integer({ min: 1000, max: DAY }),
  timeout: fc.integer({ min: 1, max: 60_000 }),
  retries: fc.integer({ min: 0, max: 20 }),
  retry_interval: fc.integer({ min: 1000, max: 300_000 }),
  interval_down: fc.option(fc.integer({ min: 1000, max: DAY })),
};
const reach = { ip_version: ipVersion, resolver: fc.option(endpoint) };
const slow = { response_time: fc.option(anyDurationRule) };
const after = fc.integer({ min: 1, max: 100 });
const softer = { ...slow, after };
/** Silence cannot be waited for. */
const anyWords = anyTextRule.filter(({ exists }) => exists !== false);
const talk = {
  banner: fc.option(anyWords),
  answer: fc.option(anyWords),
  ...slow,
  certificate: fc.option(anyCertificateRule),
};

/** Brings times into what fits the interval. */
function timely<M extends CheckedMonitor>(monitor: fc.Arbitrary<M>): fc.Arbitrary<M> {
  return monitor.map((any) => {
    const { interval, timeout, retry_interval, interval_down } = any;
    const shorter = Math.min(timeout, interval);
    return {
      ...any,
      timeout: shorter,
      retry_interval: Math.min(retry_interval, interval),
      interval_down: interval_down === null ? null : Math.min(Math.max(interval_down, shorter), interval),
    };
  });
}

const anyHttp: fc.Arbitrary<HttpMonitor> = fc
  .record({
    ...timed,
    type: fc.constant('http' as const),
    url: fc.webUrl({ withQueryParameters: true }).filter((url) => 'url' in readTargetUrl(url)),
    method: fc.constantFrom(...METHODS),
    headers,
    body: fc.option(anyBody),
    auth: fc.option(anyAuth),
    follow_redirects: fc.integer({ min: 0, max: 10 }),
    http_version: fc.constantFrom('1.1' as const, '2' as const, 'any' as const),
    ...reach,
    connect_to: fc.option(
      fc.record({ host: endpoint.map(({ host }) => host), port: fc.option(fc.integer({ min: 1, max: 65_535 })) }),
    ),
    proxy: fc.option(anyProxy),
    tls: anyTls,
    max_body: fc.integer({ min: 0, max: 16 * 1_048_576 }),
    traceparent: fc.boolean(),
    expect: fc.record({
      status: fc.array(anyStatusRange, { minLength: 1, maxLength: 5 }),
      ...slow,
      headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), anyTextRule, { maxKeys: 3 }),
      body: fc.option(anyTextRule),
      json: fc.array(anyJsonRule, { maxLength: 3 }),
      certificate: fc.option(anyCertificateRule),
      final_url: fc.option(anyTextRule),
      http_version: fc.subarray(['1.0', '1.1', '2'] as const),
    }),
    degraded: fc.record(softer),
  })
  .filter(({ url, http_version }) => http_version !== '2' || url.startsWith('https:'))
  .filter(({ connect_to, proxy }) => connect_to === null || proxy === null);

/** An answer is expected only where something is sent. */
function withoutAnswerToNothing<M extends TcpMonitor | TlsMonitor>(monitor: M): M {
  return monitor.send !== null ? monitor : { ...monitor, expect: { ...monitor.expect, answer: null } };
}

/** PostgreSQL says nothing first, and without TLS there is no certificate. */
function withFittingTalk(monitor: TcpMonitor): TcpMonitor {
  const { starttls, expect } = monitor;
  const banner = starttls === 'postgres' ? null : expect.banner;
  const certificate = starttls === null ? null : expect.certificate;
  return { ...monitor, expect: { ...expect, banner, certificate } };
}

const anyTcp: fc.Arbitrary<TcpMonitor> = fc
  .record({
    ...timed,
    type: fc.constant('tcp' as const),
    host,
    port,
    starttls: fc.option(fc.constantFrom(...STARTTLS_PROTOCOLS)),
    send: fc.option(text),
    ...reach,
    tls: anyTls,
    expect: fc.record(talk),
    degraded: fc.record(softer),
  })
  .map(withoutAnswerToNothing)
  .map(withFittingTalk);

const anyTlsMonitor: fc.Arbitrary<TlsMonitor> = fc
  .record({
    ...timed,
    type: fc.constant('tls' as const),
    host,
    port,
    send: fc.option(text),
    ...reach,
    tls: anyTls,
    expect: fc.record({ ...talk, protocol: fc.option(fc.subarray([...TLS_VERSIONS], { minLength: 1 })) }),
    degraded: fc.record(softer),
  })
  .map(withoutAnswerToNothing);

const anyDns: fc.Arbitrary<DnsMonitor> = fc.record({
  ...timed,
  type: fc.constant('dns' as const),
  host: fc.constantFrom('example.com', '_dmarc.example.com', '*.example.com', '.', '1.2.0.192.in-addr.arpa'),
  record: fc.constantFrom(...RECORD_TYPES),
  resolver: fc.option(endpoint),
  protocol: fc.constantFrom('udp' as const, 'tcp' as const, 'tls' as const),
  recursion: fc.boolean(),
  ip_version: ipVersion,
  expect: fc.record({
    rcode: fc.subarray([...RCODES], { minLength: 1 }),
    answers: fc.option(anyListRule),
    ttl: fc.option(anyNumberRule(fc.nat(2_147_483_647))),
    authoritative: fc.option(fc.boolean()),
    ...slow,
  }),
  degraded: fc.record(softer),
});

const percent = fc.nat(100);
const anyPing: fc.Arbitrary<PingMonitor> = fc.record({
  ...timed,
  type: fc.constant('ping' as const),
  host,
  count: fc.integer({ min: 1, max: 20 }),
  size: fc.integer({ min: 16, max: 65_000 }),
  dont_fragment: fc.boolean(),
  ...reach,
  expect: fc.record({ loss: anyNumberRule(percent), rtt: fc.option(anyDurationRule) }),
  degraded: fc.record({ loss: fc.option(anyNumberRule(percent)), rtt: fc.option(anyDurationRule), after }),
});

const anyWebsocket: fc.Arbitrary<WebsocketMonitor> = fc.record({
  ...timed,
  type: fc.constant('websocket' as const),
  url: fc.constantFrom('ws://example.com/', 'wss://example.com:8443/live?room=1'),
  headers,
  auth: fc.option(anyAuth),
  subprotocol: fc.option(fc.constantFrom('graphql-ws', 'mqtt')),
  send: fc.option(text),
  ...reach,
  tls: anyTls,
  expect: fc.record({
    message: fc.option(anyWords),
    ...slow,
    certificate: fc.option(anyCertificateRule),
  }),
  degraded: fc.record(softer),
});

const LONGEST = 400 * 86_400_000;
const anyPush: fc.Arbitrary<PushMonitor> = fc
  .record({
    ...identity,
    type: fc.constant('push' as const),
    token: fc.stringMatching(/^[A-Za-z0-9_-]{8,128}$/),
    interval: fc.integer({ min: 1000, max: LONGEST }),
    cron: fc.option(fc.constantFrom('30 2 * * *', '*/15 * * * *', '0 9 * * 1-5')),
    time_zone: fc.constantFrom('UTC', 'Europe/Berlin'),
    grace: fc.integer({ min: 0, max: LONGEST }),
    max_runtime: fc.option(fc.integer({ min: 1000, max: LONGEST })),
  })
  .map(filledIn);

/** What the schema fills in of a push monitor. */
function filledIn(push: Omit<PushMonitor, 'timeout'>): PushMonitor {
  const interval = push.cron === null ? push.interval : longestGap(push.cron, push.time_zone);
  return { ...push, timeout: 0, interval };
}

/** Any monitor of each type, with every key set to anything it may be. */
export const ANY_MONITOR: { readonly [type in MonitorType]: fc.Arbitrary<Extract<Monitor, { type: type }>> } = {
  http: timely(anyHttp),
  tcp: timely(anyTcp),
  tls: timely(anyTlsMonitor),
  dns: timely(anyDns),
  ping: timely(anyPing),
  websocket: timely(anyWebsocket),
  push: anyPush,
};
