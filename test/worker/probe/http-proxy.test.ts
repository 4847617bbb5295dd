import { describe, expect, it } from 'vitest';
import { check } from '../../support/http-probing.ts';
import { leaksNothing } from '../../support/probing.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { startForwardProxy, type ProxyMode } from '../../targets/forward-proxy.ts';
import { refusedPort, startTarget } from '../../targets/start-target.ts';
import { startWebServer } from '../../targets/web-server.ts';

const { keep } = closeAfterEach();
const credentials = { username: 'me', password: 'ü:?' };

describe('a proxy', () => {
  it('is asked for a tunnel to a target that speaks TLS, which is verified as ever', async () => {
    const proxy = await keep(startForwardProxy());
    const { url, port } = await keep(startWebServer({ certificate: 'good', http2: 'only' }));
    const outcome = await check({ url, proxy: proxy.url, http_version: 2 });
    expect(outcome).toMatchObject({ status: 'up', address: `127.0.0.1:${proxy.port}` });
    expect(proxy.requests).toMatchObject([{ method: 'CONNECT', target: `127.0.0.1:${port}` }]);
    const bad = await keep(startTarget('tls-wrong-host'));
    const refused = await check({ url: bad.url, proxy: proxy.url });
    expect(refused).toMatchObject({ status: 'down', reason: 'tls_wrong_host' });
    expect(refused.evidence.certificates[0]?.names).toContain('other.example');
  });

  it('is asked for the whole address of a target that does not', async () => {
    const proxy = await keep(startForwardProxy({ hosts: { 'site.test': '127.0.0.1' } }));
    const { port, requests } = await keep(startWebServer());
    const url = `http://site.test:${port}/path?q=1`;
    expect(await check({ url, proxy: proxy.url })).toMatchObject({ status: 'up', finalUrl: url });
    expect(proxy.requests).toMatchObject([{ method: 'GET', target: url }]);
    expect(requests[0]).toMatchObject({ path: '/path?q=1', headers: { host: `site.test:${port}` } });
  });

  it('may speak TLS itself', async () => {
    const proxy = await keep(startForwardProxy({ certificate: 'good' }));
    for (const target of [await keep(startWebServer({ certificate: 'good' })), await keep(startWebServer())]) {
      const outcome = await check({ url: target.url, proxy: `https://localhost:${proxy.port}` });
      expect(outcome).toMatchObject({ status: 'up' });
      expect(outcome.phases.tls).toBeGreaterThan(0);
    }
    const stranger = await keep(startForwardProxy({ certificate: 'self-signed' }));
    const { url } = await keep(startTarget('ok'));
    expect(await check({ url, proxy: stranger.url })).toMatchObject({ status: 'unknown', reason: 'proxy_unavailable' });
  });

  it('is told who we are, and nobody else is', async () => {
    const proxy = await keep(startForwardProxy({ credentials }));
    const tls = await keep(startWebServer({ certificate: 'good' }));
    const plain = await keep(startWebServer());
    for (const { url, requests } of [tls, plain]) {
      expect(await check({ url, proxy: { url: proxy.url, ...credentials } })).toMatchObject({ status: 'up' });
      expect(JSON.stringify(requests)).not.toMatch(/proxy-authorization/i);
      const refused = await check({ url, proxy: { url: proxy.url, ...credentials, password: 'other' } });
      expect(refused).toMatchObject({ status: 'unknown', reason: 'proxy_unavailable' });
      expect(refused.message).toContain('407');
      expect(refused.message).not.toContain('other');
    }
  });

  it('that cannot be reached says nothing about the target', async () => {
    const { url } = await keep(startTarget('ok'));
    const outcome = await check({ url, proxy: `http://127.0.0.1:${await refusedPort()}` });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'proxy_unavailable', statusCode: null });
    expect(outcome.evidence.attempts).toMatchObject([{ reason: 'conn_refused' }]);
  });

  it('is vetted as any address is', async () => {
    const { url } = await keep(startTarget('ok'));
    expect(await check({ url, proxy: 'http://169.254.169.254' })).toMatchObject({ reason: 'blocked', address: null });
  });

  it.each(['http://169.254.169.254/', 'https://[fd00:ec2::254]/', 'http://metadata.google.internal/', 'http://0/'])(
    'is not asked for %s',
    async (url) => {
      const proxy = await keep(startForwardProxy());
      expect(await check({ url, proxy: proxy.url })).toMatchObject({ status: 'unknown', reason: 'blocked' });
      expect(proxy.requests).toHaveLength(0);
    },
  );

  it('is not led by a public name to a private address', async () => {
    const inside = await keep(startTarget('ok'));
    const outside = await keep(startTarget('redirect-302', { location: inside.url }));
    const proxy = await keep(startForwardProxy({ hosts: { 'site.test': '127.0.0.1' } }));
    const outcome = await check({ url: `http://site.test:${outside.port}/`, proxy: proxy.url });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'blocked' });
    expect(inside.requests).toHaveLength(0);
  });
});

describe('a tunnel through a proxy', () => {
  it.each([
    ['refuses', 'proxy_unavailable'],
    ['breaks', 'proxy_unavailable'],
    ['hangs', 'proxy_unavailable'],
    ['closes', 'proxy_unavailable'],
    ['resets', 'proxy_unavailable'],
    ['garbage', 'proxy_unavailable'],
    ['hangs-in-tunnel', 'timeout_tls'],
    ['drops-tunnel', 'conn_closed'],
    ['forwards', null],
  ] as const)('that %s is %s and leaves nothing open', { timeout: 20_000 }, async (mode: ProxyMode, reason) => {
    const proxy = await keep(startForwardProxy({ mode }));
    const { url } = await keep(startWebServer({ certificate: 'good' }));
    const run = () => check({ url, proxy: proxy.url, timeout: mode.startsWith('hangs') ? '50ms' : '5s' });
    const blamed = reason === 'proxy_unavailable' ? 'unknown' : 'down';
    expect(await run()).toMatchObject({ reason, status: reason === null ? 'up' : blamed });
    await leaksNothing(run, proxy.openConnections);
  });
});
