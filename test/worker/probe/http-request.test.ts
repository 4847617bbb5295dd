import { describe, expect, it } from 'vitest';
import { check } from '../../support/http-probing.ts';
import { leaksNothing } from '../../support/probing.ts';
import { TEST_CLIENT, TEST_CLIENT_STRANGER } from '../../targets/certificates.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { startHttp2Target, type Http2Behaviour } from '../../targets/http2-server.ts';
import { startTarget } from '../../targets/start-target.ts';
import { startRedirectToOtherOrigin, startWebServer } from '../../targets/web-server.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const { keep, later } = closeAfterEach();

describe('the body of a request', () => {
  it.each([
    ['plain text', undefined, 'plain text'],
    [{ text: 'grüße' }, undefined, 'grüße'],
    [{ json: { a: [1, null] } }, 'application/json', '{"a":[1,null]}'],
    [{ form: { a: 'b c', d: '&' } }, 'application/x-www-form-urlencoded', 'a=b+c&d=%26'],
  ])('%j is sent with the type %s', async (body, type, sent) => {
    const { url, requests } = await keep(startWebServer());
    expect(await check({ url, method: 'POST', body })).toMatchObject({ status: 'up' });
    expect(requests[0]).toMatchObject({ method: 'POST', body: sent });
    expect(requests[0]?.headers['content-type']).toBe(type);
  });

  it('has the type that the headers say', async () => {
    const { url, requests } = await keep(startWebServer());
    await check({ url, method: 'POST', body: { json: 1 }, headers: { 'Content-Type': 'application/vnd.api+json' } });
    expect(requests[0]?.headers['content-type']).toBe('application/vnd.api+json');
  });

  it('leaves its type behind when a redirect leaves the body behind', async () => {
    const { url, requests } = await keep(startTarget('redirect-303', { location: '/' }));
    await check({ url, method: 'POST', body: { json: 1 }, follow_redirects: 1 });
    expect(requests[1]).toMatchObject({ method: 'GET', body: '' });
    expect(requests[1]?.headers).not.toHaveProperty('content-type');
  });
});

describe('credentials', () => {
  it('are sent as basic, in UTF-8', async () => {
    const basic = { username: 'jürgen', password: 'a:b c' };
    const { url } = await keep(startWebServer({ basic }));
    expect(await check({ url, auth: { basic } })).toMatchObject({ status: 'up' });
    expect(await check({ url, auth: { basic: { ...basic, password: 'x' } } })).toMatchObject({ statusCode: 401 });
  });

  it('are sent as a bearer token', async () => {
    const { url } = await keep(startWebServer({ bearer: ['abc'] }));
    expect(await check({ url, auth: { bearer: 'abc' } })).toMatchObject({ status: 'up' });
    expect(await check({ url, auth: { bearer: 'xyz' } })).toMatchObject({ status: 'down', statusCode: 401 });
  });

  it('are sent to the configured origin only, also after a redirect', async () => {
    const { from, to, close } = await startRedirectToOtherOrigin();
    later(close);
    await check({ url: from.url, auth: { bearer: 'secret' }, headers: { 'X-Api-Key': 'secret' } }, { traceId: TRACE });
    expect(from.requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-api-key': 'secret' });
    expect(JSON.stringify(to.requests)).not.toMatch(/secret|traceparent/);
  });

  it('come back when a redirect leads back', async () => {
    let elsewhere = '';
    const redirect = () => ({ status: 302, headers: { location: elsewhere } });
    const home = await keep(startWebServer({ answer: ({ path }) => (path === '/' ? redirect() : { body: 'ok' }) }));
    const away = await keep(startTarget('redirect-302', { location: `${home.url}back` }));
    elsewhere = away.url;
    expect(await check({ url: home.url, auth: { bearer: 'secret' } })).toMatchObject({ status: 'up' });
    expect(away.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(home.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer secret', 'Bearer secret']);
  });
});

describe('a client certificate', () => {
  it('is shown to a server that asks for one', async () => {
    const { url, requests } = await keep(startWebServer({ certificate: 'good', clientCertificate: true }));
    expect(await check({ url, tls: TEST_CLIENT })).toMatchObject({ status: 'up' });
    expect(requests[0]?.client).not.toBeNull();
    expect(await check({ url, tls: TEST_CLIENT_STRANGER })).toMatchObject({ status: 'down' });
    expect(await check({ url })).toMatchObject({ status: 'down' });
  });
});

describe('the trace', () => {
  it('is carried by a header, a new span for each hop, and kept with the outcome', async () => {
    const { url, requests } = await keep(startTarget('redirect-relative'));
    const outcome = await check({ url }, { traceId: TRACE });
    expect(outcome.traceId).toBe(TRACE);
    const sent = requests.map(({ headers }) => headers['traceparent'] ?? '');
    expect(sent).toHaveLength(2);
    for (const header of sent) expect(header).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(new Set(sent).size).toBe(2);
  });

  it.each([
    ['it is switched off', { traceparent: false }, undefined],
    ['the headers bring their own', { headers: { TraceParent: 'mine' } }, 'mine'],
  ])('is not ours when %s', async (_, keys, header) => {
    const { url, requests } = await keep(startTarget('ok'));
    const outcome = await check({ url, ...keys }, { traceId: TRACE });
    expect(outcome.traceId).toBeNull();
    expect(requests[0]?.headers['traceparent']).toBe(header);
  });

  it('is not claimed when nothing was sent', async () => {
    const { url } = await keep(startTarget('tls-self-signed'));
    expect(await check({ url }, { traceId: TRACE })).toMatchObject({ traceId: null });
  });
});

describe('the version of HTTP', () => {
  it.each([
    ['2', 'only', 'up', '2'],
    ['any', 'only', 'up', '2'],
    ['any', 'with-fallback', 'up', '2'],
    ['1.1', 'with-fallback', 'up', '1.1'],
    ['any', undefined, 'up', '1.1'],
    ['1.1', 'only', 'down', undefined],
    ['2', undefined, 'down', undefined],
  ] as const)('asked for as %s of a server that has HTTP/2 %s: %s', async (http_version, http2, status, version) => {
    const certificate = 'good';
    const { url } = await keep(startWebServer({ certificate, ...(http2 !== undefined && { http2 }) }));
    const outcome = await check({ url, http_version });
    expect(outcome).toMatchObject({ status, reason: status === 'up' ? null : 'http_version_unexpected' });
    expect(outcome.evidence.facts['http version']).toBe(version);
  });

  it('2 is missed also by a server that knows nothing of such agreements', async () => {
    const { url } = await keep(startTarget('tls-ok'));
    const outcome = await check({ url, http_version: 2 });
    expect(outcome).toMatchObject({ reason: 'http_version_unexpected', message: 'the server does not speak HTTP/2' });
  });

  it('carries method, headers and body in HTTP/2 too', async () => {
    const { url, requests } = await keep(startWebServer({ certificate: 'good', http2: 'only' }));
    const written = { url, http_version: 2, method: 'PUT', body: { json: [1] }, headers: { 'X-Mine': 'x' } };
    expect(await check(written)).toMatchObject({ status: 'up' });
    expect(requests[0]).toMatchObject({ method: 'PUT', body: '[1]', headers: { 'x-mine': 'x' } });
  });

  it('is told apart when it is 1.0, also when its first bytes drip', async () => {
    const old = await keep(startTarget('http-1.0'));
    const dripping = await keep(startTarget('drips-answer'));
    expect((await check({ url: old.url })).evidence.facts['http version']).toBe('1.0');
    expect((await check({ url: dripping.url })).evidence.facts['http version']).toBe('1.1');
  });
});

describe('HTTP/2', () => {
  it.each([
    ['never-answers', 'timeout_wait'],
    ['stalls-in-body', 'timeout_body'],
    ['resets-stream', 'conn_reset'],
    ['resets-in-body', 'conn_reset'],
    ['goes-away', 'conn_closed'],
    ['closes', 'conn_closed'],
    ['speaks-http1', 'protocol_error'],
    ['informs', null],
  ] as const)('from a server that %s is %s and leaves nothing open', async (behaviour: Http2Behaviour, reason) => {
    const { url, openConnections } = await keep(startHttp2Target(behaviour));
    const hangs = /never|stalls/.test(behaviour);
    const run = () => check({ url, http_version: 2, timeout: hangs ? '50ms' : '3s' });
    expect(await run()).toMatchObject({ reason, status: reason === null ? 'up' : 'down' });
    await leaksNothing(run, openConnections);
  });
});

describe('a server that is connected to in place of the host of the url', () => {
  it('is asked for that host, by header and in the handshake, and judged by its name', async () => {
    const server = await keep(startTarget('tls-by-name'));
    const { origin } = new URL(server.url);
    const url = 'https://localhost:1/page';
    const connect_to = `127.0.0.1:${new URL(server.url).port}`;
    expect(await check({ url: `${origin}/` })).toMatchObject({ reason: 'tls_wrong_host' });
    const outcome = await check({ url, connect_to });
    expect(outcome).toMatchObject({ status: 'up', finalUrl: url, address: connect_to });
    expect(server.requests.at(-1)?.headers['host']).toBe('localhost:1');
  });

  it('has the port of the url when it names none', async () => {
    const { port, requests } = await keep(startWebServer());
    expect(await check({ url: `http://nowhere.invalid:${port}/`, connect_to: '127.0.0.1' })).toMatchObject({
      status: 'up',
    });
    expect(requests[0]?.headers['host']).toBe(`nowhere.invalid:${port}`);
  });

  it('is left when a redirect leads elsewhere', async () => {
    const to = await keep(startWebServer());
    const from = await keep(startTarget('redirect-303', { location: to.url }));
    const outcome = await check({ url: 'http://nowhere.invalid/', connect_to: `127.0.0.1:${from.port}` });
    expect(outcome).toMatchObject({ status: 'up', finalUrl: to.url });
    expect(to.requests).toHaveLength(1);
  });

  it('passes the guard like any other', async () => {
    const outcome = await check({ url: 'http://example.com/', connect_to: '169.254.169.254' });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'blocked' });
  });
});
