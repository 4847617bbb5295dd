import zlib from 'node:zlib';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { HttpMonitor } from '../../../src/core/monitor/http.ts';
import { PLAIN_HTTP } from '../../../src/core/monitor/plain-http.ts';
import type { Outcome } from '../../../src/core/outcome.ts';
import type { Reason } from '../../../src/core/reasons.ts';
import { VERSION } from '../../../src/core/version.ts';
import { createNetwork } from '../../../src/net/network.ts';
import type { Phase } from '../../../src/net/phase-timer.ts';
import { createResolver } from '../../../src/net/resolver.ts';
import { openProbes } from '../../../src/worker/probe/index.ts';
import { aMonitor } from '../../support/monitors.ts';
import { leaksNothing } from '../../support/probing.ts';
import type { BehaviourName } from '../../targets/behaviours.ts';
import {
  hasIpv6Loopback,
  refusedPort,
  startTarget,
  TEST_AUTHORITY,
  type Target,
  type TargetOptions,
} from '../../targets/start-target.ts';

const TIMEOUT = 200;
const network = createNetwork({ clock: systemClock, authorities: [TEST_AUTHORITY] });
const probe = openProbes({ clock: systemClock, network });

const open: Target[] = [];
afterEach(() => Promise.all(open.splice(0).map((target) => target.close())));

async function target(behaviour: BehaviourName, options?: TargetOptions): Promise<Target> {
  const started = await startTarget(behaviour, options);
  open.push(started);
  return started;
}

function probeUrl(url: string, overrides: Partial<HttpMonitor> = {}): Promise<Outcome> {
  return probe(aMonitor({ url, timeout: TIMEOUT, follow_redirects: 3, ...overrides }));
}

/** The outcome of a probe that came within its timeout and 100 ms, as a timer of the same process measures them. */
async function inTime(running: Promise<Outcome>): Promise<Outcome> {
  const started = performance.now();
  const timer = new Promise<number>((resolve) => {
    setTimeout(() => resolve(performance.now() - started), TIMEOUT);
  });
  const outcome = await running;
  const durationMs = outcome.durationMs ?? Infinity;
  const latest = durationMs > TIMEOUT ? await timer : TIMEOUT;
  expect(durationMs).toBeLessThanOrEqual(latest + 100);
  return outcome;
}

type Expected = readonly [behaviour: BehaviourName, reason: Reason | null, phase: Phase, statusCode: number | null];

/** Node.js has zstd from 22.15 on. */
const ZSTD = 'createZstdDecompress' in zlib ? null : 'decode_error';

/** What each server comes to, and the last phase that was reached. */
const OUTCOMES = [
  ['ok', null, 'body', 200],
  ['http-1.0', null, 'body', 200],
  ['status-103', null, 'body', 200],
  ['status-200-junk', null, 'body', 200],
  ['status-no-phrase', null, 'body', 200],
  ['status-204', null, 'body', 204],
  ['latin1-header', null, 'body', 200],
  ['repeated-header', null, 'body', 200],
  ['redirect-relative', null, 'body', 200],
  ['redirect-countdown', null, 'body', 200],
  ['infinite-body', null, 'body', 200],
  ['infinite-chunks', null, 'body', 200],
  ['status-304', 'status_unexpected', 'body', 304],
  ['status-404', 'status_unexpected', 'body', 404],
  ['status-503', 'status_unexpected', 'body', 503],
  ['status-999', 'status_unexpected', 'body', 999],
  ['never-answers', 'timeout_wait', 'wait', null],
  ['drips-head', 'timeout_wait', 'wait', null],
  ['drips-header', 'timeout_wait', 'wait', null],
  ['stalls-in-header', 'timeout_wait', 'wait', null],
  ['drips-body', 'timeout_body', 'body', 200],
  ['stalls-after-header', 'timeout_body', 'body', 200],
  ['stalls-in-body', 'timeout_body', 'body', 200],
  ['resets', 'conn_reset', 'wait', null],
  ['resets-in-body', 'conn_reset', 'body', 200],
  ['resets-in-endless-body', 'conn_reset', 'body', 200],
  ['short-body', 'body_truncated', 'body', 200],
  ['short-body-closing', 'body_truncated', 'body', 200],
  ['short-chunked-body', 'body_truncated', 'body', 200],
  ['closes-at-once', 'conn_closed', 'wait', null],
  ['closes-early', 'conn_closed', 'wait', null],
  ['closes-in-header', 'conn_closed', 'wait', null],
  ['bad-chunk', 'protocol_error', 'body', 200],
  ['chunk-too-long', 'protocol_error', 'body', 200],
  ['giant-header', 'headers_too_large', 'wait', null],
  ['many-headers', 'headers_too_large', 'wait', null],
  ['infinite-header', 'headers_too_large', 'wait', null],
  ['redirect-giant', 'headers_too_large', 'wait', null],
  ['http-0.9', 'protocol_error', 'wait', null],
  ['http-3.7', 'protocol_error', 'wait', null],
  ['ssh-banner', 'protocol_error', 'wait', null],
  ['status-101', 'protocol_error', 'wait', null],
  ['status-100-storm', 'protocol_error', 'wait', null],
  ['status-0', 'protocol_error', 'wait', null],
  ['status-1000', 'protocol_error', 'wait', null],
  ['status-text', 'protocol_error', 'wait', null],
  ['bare-lf', 'protocol_error', 'wait', null],
  ['two-lengths', 'protocol_error', 'wait', null],
  ['two-equal-lengths', 'protocol_error', 'wait', null],
  ['bad-length', 'protocol_error', 'wait', null],
  ['length-and-chunked', 'protocol_error', 'wait', null],
  ['nul-in-header', 'protocol_error', 'wait', null],
  ['header-without-colon', 'protocol_error', 'wait', null],
  ['folded-header', 'protocol_error', 'wait', null],
  ['redirect-loop', 'redirect_limit', 'body', 302],
  ['redirect-301', 'redirect_limit', 'body', 301],
  ['redirect-302', 'redirect_limit', 'body', 302],
  ['redirect-303', 'redirect_limit', 'body', 303],
  ['redirect-307', 'redirect_limit', 'body', 307],
  ['redirect-308', 'redirect_limit', 'body', 308],
  ['redirect-two-locations', 'redirect_limit', 'body', 302],
  ['redirect-with-credentials', 'redirect_limit', 'body', 302],
  ['tls-redirect-302', 'redirect_limit', 'body', 302],
  ['redirect-empty', 'redirect_invalid', 'body', 302],
  ['redirect-missing', 'redirect_invalid', 'body', 302],
  ['redirect-invalid', 'redirect_invalid', 'body', 302],
  ['redirect-to-file', 'redirect_invalid', 'body', 302],
  ['redirect-to-ftp', 'redirect_invalid', 'body', 302],
  ['redirect-to-javascript', 'redirect_invalid', 'body', 302],
  ['encoded-gzip', null, 'body', 200],
  ['encoded-x-gzip', null, 'body', 200],
  ['encoded-gzip-upper-case', null, 'body', 200],
  ['encoded-gzip-members', null, 'body', 200],
  ['encoded-gzip-gzip', null, 'body', 200],
  ['encoded-gzip-twice-named', null, 'body', 200],
  ['encoded-gzip-in-chunks', null, 'body', 200],
  ['encoded-br', null, 'body', 200],
  ['encoded-br-gzip', null, 'body', 200],
  ['encoded-deflate', null, 'body', 200],
  ['encoded-deflate-raw', null, 'body', 200],
  ['encoded-zstd', ZSTD, 'body', 200],
  ['encoded-identity', null, 'body', 200],
  ['encoded-empty', null, 'body', 200],
  ['gzip-trailing-junk', null, 'body', 200],
  ['gzip-bomb', null, 'body', 200],
  ['gzip-bomb-in-gzip', null, 'body', 200],
  ['br-bomb', null, 'body', 200],
  ['encoded-three-times', 'decode_error', 'body', 200],
  ['encoded-500-times', 'decode_error', 'body', 200],
  ['encoded-unknown', 'decode_error', 'body', 200],
  ['gzip-wrong', 'decode_error', 'body', 200],
  ['gzip-truncated', 'decode_error', 'body', 200],
  ['gzip-bad-checksum', 'decode_error', 'body', 200],
  ['br-wrong', 'decode_error', 'body', 200],
  ['gzip-stalls', 'timeout_body', 'body', 200],
  ['body-empty', null, 'body', 200],
  ['body-not-utf8', null, 'body', 200],
  ['body-latin1', null, 'body', 200],
  ['body-utf16', null, 'body', 200],
  ['body-utf8-bom', null, 'body', 200],
  ['body-unknown-charset', null, 'body', 200],
  ['body-html', null, 'body', 200],
  ['body-one-long-line', null, 'body', 200],
  ['body-for-backtracking', null, 'body', 200],
  ['json-ok', null, 'body', 200],
  ['json-deep', null, 'body', 200],
  ['json-deep-object', null, 'body', 200],
  ['json-duplicate-keys', null, 'body', 200],
  ['json-huge-number', null, 'body', 200],
  ['json-proto', null, 'body', 200],
  ['json-truncated', null, 'body', 200],
  ['json-not', null, 'body', 200],
  ['tls-ok', null, 'body', 200],
  ['tls-full-chain', null, 'body', 200],
  ['tls-hostile-name', null, 'body', 200],
  ['tls-1.2-only', null, 'body', 200],
  ['tls-1.3-only', null, 'body', 200],
  ['tls-alpn-http1', null, 'body', 200],
  ['tls-self-signed', 'tls_untrusted', 'tls', null],
  ['tls-missing-intermediate', 'tls_untrusted', 'tls', null],
  ['tls-weak-key', 'tls_untrusted', 'tls', null],
  ['tls-wrong-host', 'tls_wrong_host', 'tls', null],
  ['tls-by-name', 'tls_wrong_host', 'tls', null],
  ['tls-expired', 'tls_expired', 'tls', null],
  ['tls-not-yet-valid', 'tls_not_yet_valid', 'tls', null],
  ['tls-old-version', 'tls_protocol', 'tls', null],
  ['tls-1.0-only', 'tls_protocol', 'tls', null],
  ['tls-1.1-only', 'tls_protocol', 'tls', null],
  ['tls-giant-chain', 'tls_protocol', 'tls', null],
  ['tls-name-needed', 'tls_protocol', 'tls', null],
  ['tls-1.2-client-certificate', 'tls_protocol', 'tls', null],
  ['tls-client-certificate', 'conn_closed', 'wait', null],
  ['tls-alpn-mismatch', 'http_version_unexpected', 'tls', null],
  ['tls-garbage', 'tls_protocol', 'tls', null],
  ['tls-plain-http', 'tls_protocol', 'tls', null],
  ['tls-noise', 'tls_protocol', 'tls', null],
  ['tls-alert', 'tls_protocol', 'tls', null],
  ['tls-closes', 'conn_closed', 'tls', null],
  ['tls-resets', 'conn_reset', 'tls', null],
  ['tls-stall', 'timeout_tls', 'tls', null],
  ['tls-stall-after-hello', 'timeout_tls', 'tls', null],
  ['tls-never-answers', 'timeout_wait', 'wait', null],
] as const satisfies readonly Expected[];

const ORDER: readonly Phase[] = ['dns', 'connect', 'tls', 'wait', 'body'];

describe('the outcome of probing', () => {
  it('drips-answer is null however long the machine takes for each of its bytes', async () => {
    const { url } = await target('drips-answer');
    expect(await probeUrl(url, { timeout: 10_000 })).toMatchObject({ reason: null, statusCode: 200 });
  });

  it.each(OUTCOMES)('%s is %s, in the phase %s', async (behaviour, reason, phase, statusCode) => {
    const { url, port } = await target(behaviour);
    const outcome = await inTime(probeUrl(url));
    expect(outcome).toMatchObject({ reason, statusCode, status: reason === null ? 'up' : 'down' });
    expect(outcome.address).toBe(`127.0.0.1:${port}`);
    expect(outcome.message === null).toBe(reason === null);
    const reached = ORDER.filter((name) => outcome.phases[name] !== null);
    expect(reached.at(-1)).toBe(phase);
    expect(outcome.phases.tls !== null).toBe(url.startsWith('https:'));
    const sum = reached.reduce((total, name) => total + (outcome.phases[name] ?? 0), 0);
    expect(sum).toBeLessThanOrEqual((outcome.durationMs ?? 0) + 1);
  });

  it('is known for every server that misbehaves', () => {
    // Where TLS meets what neither speaks it nor lets be asked, or where the address is none of the server's.
    type Elsewhere = 'drips-answer' | 'resets-at-once' | 'redirect-to-metadata';
    type Missing = Exclude<BehaviourName, (typeof OUTCOMES)[number][0] | Elsewhere>;
    expectTypeOf<Missing>().toEqualTypeOf<never>();
  });

  it('a connection that is reset at once is conn_reset', async () => {
    const { url } = await target('resets-at-once');
    // Sometimes the connection stands before it is reset, sometimes not.
    expect(await probeUrl(url)).toMatchObject({ status: 'down', reason: 'conn_reset', statusCode: null });
  });

  it('a port on which nobody listens is conn_refused', async () => {
    const outcome = await probeUrl(`http://127.0.0.1:${await refusedPort()}/`);
    expect(outcome).toMatchObject({ status: 'down', reason: 'conn_refused', statusCode: null });
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://0.0.0.0/',
    'http://0/',
    'http://[::]/',
    'http://0xa9fea9fe/',
    'http://169.254.43518/',
    'http://224.0.0.1/',
  ])('%s is blocked, which says nothing about the target', async (url) => {
    expect(await probeUrl(url)).toMatchObject({ status: 'unknown', reason: 'blocked', address: null });
  });

  it.each(['ftp://127.0.0.1/', 'http://', 'http://user:secret@127.0.0.1/', 'http://127.0.0.1:0/', 'http://a..b/'])(
    '%s is no URL to be checked',
    async (url) => {
      const outcome = await probeUrl(url);
      expect(outcome).toMatchObject({ status: 'unknown', reason: 'invalid_url', finalUrl: null });
      expect(outcome.message).not.toContain('secret');
    },
  );

  it('a name is resolved, timed, and asked for by its name', async () => {
    const { port, requests } = await target('ok');
    const outcome = await probeUrl(`http://localhost:${port}/`);
    expect(outcome.status).toBe('up');
    expect(outcome.phases.dns).toBeGreaterThan(0);
    expect(requests[0]?.headers['host']).toBe(`localhost:${port}`);
  });

  it('a name that does not exist is dns_nxdomain', async () => {
    const lookup = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const nowhere = createNetwork({ clock: systemClock, resolver: createResolver({ lookup }) });
    const outcome = await openProbes({ clock: systemClock, network: nowhere })(aMonitor({ url: 'http://a.example/' }));
    expect(outcome).toMatchObject({ status: 'down', reason: 'dns_nxdomain', address: null });
  });

  it('a certificate for localhost is good for its name', async () => {
    const { port } = await target('tls-ok');
    expect(await probeUrl(`https://localhost:${port}/`)).toMatchObject({ status: 'up', reason: null });
  });

  it('an IPv6 address is dialled as it is', async (context) => {
    if (!(await hasIpv6Loopback())) context.skip();
    const { url, port } = await target('ok', { host: '::1' });
    expect(await probeUrl(url)).toMatchObject({ status: 'up', address: `[::1]:${port}` });
  });
});

describe('what is sent', () => {
  it('names the program, asks for a plain body, and closes the connection', async () => {
    const { url, requests } = await target('ok');
    await probeUrl(`${url}path?query=1#fragment`);
    expect(requests[0]).toMatchObject({ method: 'GET', path: '/path?query=1' });
    expect(requests[0]?.headers).toMatchObject({
      'user-agent': `longwatch/${VERSION} (uptime monitor)`,
      'accept-encoding': 'identity',
      connection: 'close',
    });
  });

  it('takes method, headers and body from the monitor, whose headers win', async () => {
    const { url, requests } = await target('ok');
    const headers = { 'User-Agent': 'mine', Authorization: 'Bearer x', 'Content-Type': 'text/plain' };
    await probeUrl(url, { method: 'POST', headers, body: { text: 'hello' } });
    expect(requests[0]).toMatchObject({ method: 'POST', body: 'hello' });
    expect(requests[0]?.headers).toMatchObject({
      'user-agent': 'mine',
      authorization: 'Bearer x',
      'content-type': 'text/plain',
      'content-length': '5',
    });
  });

  it('opens a connection of its own for every check', async () => {
    const { url, requests } = await target('ok');
    await probeUrl(url);
    await probeUrl(url);
    expect(requests).toHaveLength(2);
    expect(requests.every(({ headers }) => headers['connection'] === 'close')).toBe(true);
  });
});

describe('a redirect', () => {
  const SECRET = { Authorization: 'Bearer secret', 'X-Api-Key': 'secret' };

  it('is taken as it is when none are followed', async () => {
    const { url } = await target('redirect-loop');
    const outcome = await probeUrl(url, {
      follow_redirects: 0,
      expect: { ...PLAIN_HTTP.expect, status: [[302, 302]] },
    });
    expect(outcome).toMatchObject({ status: 'up', statusCode: 302, finalUrl: url });
  });

  it('is followed as often as allowed and not once more', async () => {
    const { url, requests } = await target('redirect-loop');
    await probeUrl(url, { follow_redirects: 3 });
    expect(requests.map(({ path }) => path)).toEqual(['/', '/again', '/again', '/again']);
  });

  it('tells where it led, and sums the phases of its hops', async () => {
    const { url } = await target('redirect-relative');
    const outcome = await probeUrl(url);
    expect(outcome.finalUrl).toBe(`${url}there/?q=1`);
  });

  it('keeps configured headers from another origin', async () => {
    const elsewhere = await target('ok');
    const { url, requests } = await target('redirect-302', { location: elsewhere.url });
    expect(await probeUrl(url, { headers: SECRET })).toMatchObject({ status: 'up', finalUrl: elsewhere.url });
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret' });
    expect(JSON.stringify(elsewhere.requests)).not.toContain('secret');
  });

  it('carries configured headers within the origin', async () => {
    const { url, requests } = await target('redirect-relative');
    await probeUrl(url, { headers: SECRET });
    expect(requests[1]?.headers).toMatchObject({ 'x-api-key': 'secret' });
  });

  it.each([
    ['redirect-302', 'GET', ''],
    ['redirect-303', 'GET', ''],
    ['redirect-307', 'POST', 'hello'],
    ['redirect-308', 'POST', 'hello'],
  ] as const)('of the kind %s makes a POST a %s', async (behaviour, method, body) => {
    const elsewhere = await target('ok');
    const { url } = await target(behaviour, { location: elsewhere.url });
    await probeUrl(url, { method: 'POST', body: { text: 'hello' }, headers: { 'Content-Type': 'text/plain' } });
    expect(elsewhere.requests[0]).toMatchObject({ method, body });
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('content-type');
  });

  it('from https to http is refused', async () => {
    const elsewhere = await target('ok');
    const { url } = await target('tls-redirect-302', { location: elsewhere.url });
    expect(await probeUrl(url)).toMatchObject({ status: 'down', reason: 'redirect_downgrade', statusCode: 302 });
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('to a metadata service is blocked', async () => {
    const { url } = await target('redirect-302', { location: 'http://169.254.169.254/' });
    expect(await probeUrl(url)).toMatchObject({ status: 'unknown', reason: 'blocked' });
  });

  it('shares the one deadline with the request before it', async () => {
    const elsewhere = await target('never-answers');
    const { url } = await target('redirect-302', { location: elsewhere.url });
    const outcome = await inTime(probeUrl(url));
    expect(outcome).toMatchObject({ reason: 'timeout_wait', finalUrl: elsewhere.url });
  });
});

describe('200 repetitions', () => {
  it.each([
    'never-answers',
    'drips-header',
    'drips-body',
    'stalls-in-body',
    'infinite-body',
    'infinite-header',
    'resets-at-once',
    'resets-in-endless-body',
    'short-chunked-body',
    'closes-at-once',
    'bad-chunk',
    'giant-header',
    'ssh-banner',
    'status-101',
    'status-100-storm',
    'redirect-loop',
    'gzip-wrong',
    'gzip-bomb-in-gzip',
    'gzip-stalls',
    'tls-stall',
    'tls-stall-after-hello',
    'tls-garbage',
    'tls-resets',
    'tls-self-signed',
    'tls-wrong-host',
    'tls-never-answers',
    'tls-ok',
  ] as const)('of %s leave nothing open', { timeout: 30_000 }, async (behaviour) => {
    const { url, openConnections } = await target(behaviour);
    const timeout = /stall|never|drip/.test(behaviour) ? 50 : 3000;
    await leaksNothing(() => probeUrl(url, { timeout, follow_redirects: 1 }), openConnections);
  });
});
