import { describe, expect, it } from 'vitest';
import { check, judged, unmet } from '../../support/http-probing.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { startTarget } from '../../targets/start-target.ts';
import { testCertificate } from '../../targets/certificates.ts';
import { startWebServer, type WebAnswer } from '../../targets/web-server.ts';

const { keep } = closeAfterEach();
const answering = (answer: WebAnswer) => keep(startWebServer({ answer: () => answer }));

describe('expectations', () => {
  it('are all judged, each with what was expected and what came', async () => {
    const headers = { 'content-type': 'application/json', 'x-up': '0' };
    const { url } = await answering({ status: 503, headers, body: '{"status":"bad","n":3}' });
    const outcome = await check({
      url,
      expect: {
        status: [200, 204],
        response_time: '1h',
        headers: { 'X-Up': '1', 'Content-Type': { contains: 'json' }, Age: { exists: false } },
        body: { contains: ['fine', 'status'], not_contains: 'bad' },
        json: [
          { path: '$.status', equals: 'ok' },
          { path: '$.n', gte: 3, lt: 10 },
        ],
        final_url: { matches: '/$' },
        http_version: [1.1].map(String),
      },
      degraded: { response_time: { gt: '1h' } },
    });
    expect(outcome).toMatchObject({ status: 'down', reason: 'status_unexpected', statusCode: 503 });
    expect(judged(outcome)).toEqual([
      'status',
      'http_version',
      'headers.x-up',
      'headers.content-type',
      'headers.age',
      'final_url',
      'body',
      'body',
      'body',
      'json $.status',
      'json $.n',
      'json $.n',
      'response_time',
      'response_time',
    ]);
    expect(unmet(outcome).map((words) => words.replace(/got [\d.]+ ms/, 'got 1 ms'))).toEqual([
      'status: got 503, expected 200, 204',
      'headers.x-up: got "0", expected "1"',
      'body: got "{"status":"bad","n":3}", expected to contain "fine"',
      'body: got "{"status":"bad","n":3}", expected not to contain "bad"',
      'json $.status: got "bad", expected "ok"',
      'response_time: got 1 ms, expected more than 1h',
    ]);
    expect(outcome.message).toMatch(/^got 503, expected 200, 204; headers.x-up: got "0", expected "1"; body: /);
  });

  it('that are all met are up', async () => {
    const { url } = await answering({ headers: { server: 'test' }, body: 'all is well' });
    const outcome = await check({ url, expect: { headers: { server: 'test' }, body: 'well', final_url: url } });
    expect(outcome).toMatchObject({ status: 'up', reason: null, message: null });
    expect(unmet(outcome)).toEqual([]);
  });

  it('of time make a target down or, softer, degraded', async () => {
    const { url } = await keep(startTarget('drips-answer'));
    const slow = await check({ url, expect: { response_time: '1ms' } });
    expect(slow).toMatchObject({ status: 'down', reason: 'response_slow' });
    const degraded = await check({ url, degraded: { response_time: '1ms' } });
    expect(degraded).toMatchObject({ status: 'degraded', reason: 'response_slow', statusCode: 200 });
    expect(degraded.message).toMatch(/^response_time: got .+, expected at most 1 ms$/);
  });

  it('of headers see several values as one list', async () => {
    const { url } = await keep(startTarget('repeated-header'));
    const headers = { 'x-twice': 'one, two', 'set-cookie': { contains: ['a=1', 'b=2'] } };
    expect(await check({ url, expect: { headers } })).toMatchObject({ status: 'up' });
  });

  it('of headers know what is not there', async () => {
    const { url } = await keep(startTarget('ok'));
    const outcome = await check({ url, expect: { headers: { 'x-one': { exists: true }, 'x-two': 'a' } } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'header_unexpected' });
    expect(unmet(outcome)).toEqual([
      'headers.x-one: got no such header, expected it to be there',
      'headers.x-two: got no such header, expected "a"',
    ]);
  });

  it('of the final address are judged where the redirects led, and do not repeat its query', async () => {
    const { url } = await keep(startTarget('redirect-relative'));
    expect(await check({ url, expect: { final_url: `${url}there/?q=1` } })).toMatchObject({ status: 'up' });
    const outcome = await check({ url, expect: { final_url: url } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'final_url_unexpected' });
    expect(unmet(outcome)[0]).toContain(`got "${url}there/?q=…"`);
  });

  it.each([
    ['http-1.0', ['1.0'], null],
    ['http-1.0', '1.1', 'http_version_unexpected'],
    ['ok', ['1.0', '2'], 'http_version_unexpected'],
    ['drips-answer', 1.1, null],
  ] as const)('of the version: %s against %j is %s', async (behaviour, http_version, reason) => {
    const { url } = await keep(startTarget(behaviour));
    expect(await check({ url, expect: { http_version } }, { evidence: true })).toMatchObject({ reason });
  });

  it('of the certificate are judged on the chain that was shown', async () => {
    const { url } = await keep(startTarget('tls-full-chain'));
    const good = { expires_in: '30d', issuer: 'intermediate', subject: 'localhost' };
    expect(await check({ url, expect: { certificate: good } })).toMatchObject({ status: 'up' });
    const outcome = await check({ url, expect: { certificate: { warn_in: '3650d', fingerprint: '0'.repeat(64) } } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'certificate_unexpected' });
    const late = await check({ url, tls: { verify: false }, expect: { certificate: { issuer: 'somebody else' } } });
    expect(late).toMatchObject({ status: 'down', reason: 'certificate_unexpected' });
  });

  it('of the certificate can warn before they fail', async () => {
    const { url } = await keep(startTarget('tls-ok'));
    const warn_in = '3650d';
    const outcome = await check({ url, expect: { certificate: { warn_in } } });
    expect(['up', 'degraded']).toContain(outcome.status);
    const { url: plain } = await keep(startTarget('ok'));
    const none = await check({ url: plain, expect: { certificate: { warn_in } } });
    expect(none).toMatchObject({ status: 'degraded', reason: 'certificate_expiring' });
  });

  it('of a body that was left out are judged on nothing', async () => {
    const { url } = await keep(startTarget('encoded-gzip'));
    const outcome = await check({ url, method: 'HEAD', expect: { body: { exists: false } } });
    expect(outcome).toMatchObject({ status: 'up' });
  });
});

describe('the evidence', () => {
  it('names versions, cipher, server, type, size and redirects', async () => {
    const headers = { server: 'test/1', 'content-type': 'text/plain' };
    const answer = ({ path }: { readonly path: string }) =>
      path === '/' ? { status: 302, headers: { location: '/there' } } : { headers, body: 'hello' };
    const { url } = await keep(startWebServer({ certificate: 'good', http2: 'with-fallback', answer }));
    const { evidence } = await check({ url, http_version: 'any' });
    expect(evidence.facts).toEqual({
      'http version': '2',
      'tls version': 'TLSv1.3',
      'tls cipher': expect.stringMatching(/^TLS_/) as string,
      server: 'test/1',
      'content type': 'text/plain',
      body: '5 bytes',
      redirects: '1',
    });
    expect(evidence.attempts).toHaveLength(2);
    expect(evidence.certificates).toHaveLength(1);
  });

  it('says that a body was cut', async () => {
    const { url } = await keep(startTarget('infinite-body'));
    const { evidence } = await check({ url, max_body: '100KiB' });
    expect(evidence.facts['body']).toMatch(/^\d+ bytes, cut$/);
  });

  it.each(['tls-full-chain', 'tls-ok', 'tls-self-signed', 'tls-expired', 'tls-wrong-host'] as const)(
    'holds the chain of %s',
    async (behaviour) => {
      const { url } = await keep(startTarget(behaviour));
      const first = await check({ url });
      const second = await check({ url });
      // Of a bad one Node also shows the authority that it knows itself.
      expect(first.evidence.certificates.length).toBeGreaterThanOrEqual(behaviour === 'tls-full-chain' ? 2 : 1);
      expect(second.evidence.certificates).toEqual(first.evidence.certificates);
      expect(first.evidence.certificates[0]?.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    },
  );

  it('does not hold the chain of another server for the same one', async () => {
    const chained = await keep(startTarget('tls-full-chain'));
    const short = await keep(startTarget('tls-missing-intermediate'));
    expect(testCertificate('full-chain').cert).toContain(testCertificate('missing-intermediate').cert);
    await check({ url: chained.url });
    const { evidence } = await check({ url: short.url });
    expect(evidence.certificates).toHaveLength(1);
  });
});
