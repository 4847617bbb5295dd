import { describe, expect, it } from 'vitest';
import { check } from '../../support/http-probing.ts';
import { leaksNothing } from '../../support/probing.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { refusedPort } from '../../targets/start-target.ts';
import { startTokenServer, type TokenServer, type TokenServerOptions } from '../../targets/token-server.ts';
import { startWebServer } from '../../targets/web-server.ts';

const { keep } = closeAfterEach();

async function start(options: TokenServerOptions = {}) {
  const tokens = await keep(startTokenServer(options));
  const api = await keep(startWebServer({ bearer: tokens.accepts }));
  const oauth2 = { token_url: tokens.tokenUrl, client_id: tokens.clientId, client_secret: tokens.clientSecret };
  const ask = (keys: object = {}, more: object = {}) =>
    check({ url: api.url, timeout: '1s', auth: { oauth2: { ...oauth2, ...keys } }, ...more });
  return { tokens, api, ask };
}

describe('a token', () => {
  it.each([
    ['basic', 'client_secret_basic'],
    ['post', 'client_secret_post'],
  ])('is asked for in the style %s', async (style, method) => {
    const { tokens, ask } = await start();
    expect(await ask({ style, scopes: 'read write', params: { audience: 'api' } })).toMatchObject({ status: 'up' });
    const { clientId, clientSecret } = tokens;
    const grantType = 'client_credentials';
    expect(tokens.requests).toMatchObject([{ method, clientId, clientSecret, grantType, scope: 'read write' }]);
    expect(tokens.requests[0]?.form).toMatchObject({ audience: 'api' });
  });

  it('is kept from check to check, and one is asked for at a time', async () => {
    const { tokens, ask } = await start();
    await Promise.all(Array.from({ length: 10 }, () => ask()));
    await ask();
    expect(tokens.requests).toHaveLength(1);
  });

  it('is another for another scope', async () => {
    const { tokens, ask } = await start();
    await ask({ scopes: 'read' });
    await ask({ scopes: 'write' });
    expect(tokens.requests).toHaveLength(2);
  });

  it.each([
    [31, 1],
    [30, 2],
    [0, 2],
    [null, 1],
  ])('that is good for %s s is asked for %i times by two checks', async (expiresInS, times) => {
    const { tokens, ask } = await start({ expiresInS });
    expect(await ask()).toMatchObject({ status: 'up' });
    expect(await ask()).toMatchObject({ status: 'up' });
    expect(tokens.requests).toHaveLength(times);
  });

  it('that the target no longer takes is replaced once, within the check', async () => {
    const { tokens, api, ask } = await start();
    await ask();
    tokens.revokeAll();
    expect(await ask()).toMatchObject({ status: 'up' });
    expect(api.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('that is new and not taken is the answer', async () => {
    const tokens = await keep(startTokenServer());
    const api = await keep(startWebServer({ bearer: () => false }));
    const { tokenUrl: token_url, clientId: client_id, clientSecret: client_secret } = tokens;
    const auth = { oauth2: { token_url, client_id, client_secret } };
    expect(await check({ url: api.url, auth })).toMatchObject({ status: 'down', statusCode: 401 });
    expect(api.requests).toHaveLength(1);
  });

  it('does not make the check slower than it is', async () => {
    const { ask } = await start();
    const outcome = await ask();
    const { dns, connect, tls, wait, body } = outcome.phases;
    const sum = [dns, connect, tls, wait, body].reduce<number>((total, phase) => total + (phase ?? 0), 0);
    expect((outcome.durationMs ?? 0) - sum).toBeLessThan(50);
  });
});

describe('a token endpoint', () => {
  it.each([
    ['rejects', '401 (invalid_client)'],
    ['refuses-scope', '400 (invalid_scope)'],
    ['breaks', '503'],
    ['hangs', 'timeout'],
    ['garbage', 'JSON'],
    ['no-token', 'no usable token'],
    ['other-type', 'no bearer token'],
    ['redirects', '302'],
    ['huge', 'JSON'],
  ] as const)('that %s makes the check unknown, says %s and no secret', async (mode, words) => {
    const { tokens, api, ask } = await start({ mode });
    const outcome = await ask({}, mode === 'hangs' ? { timeout: '100ms' } : {});
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'auth_unavailable', statusCode: null });
    expect(outcome.message).toContain(words);
    expect(JSON.stringify(outcome)).not.toContain('test secret');
    expect(api.requests).toHaveLength(0);
    // What failed is not kept.
    tokens.setMode('issues');
    expect(await ask()).toMatchObject({ status: 'up' });
  });

  it('is not shown where the target sends it back', async () => {
    const { api, ask } = await start();
    const outcome = await ask({}, { expect: { json: [{ path: '$.headers.authorization', equals: 'other' }] } });
    expect(api.requests[0]?.headers['authorization']).toBe('Bearer token-1');
    expect(outcome.message).toContain('Bearer …');
    expect(JSON.stringify(outcome)).not.toContain('token-1');
  });

  it('that is not there makes the check unknown', async () => {
    const { ask } = await start();
    const outcome = await ask({ token_url: `http://127.0.0.1:${await refusedPort()}/` });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'auth_unavailable' });
    expect(await ask({ token_url: 'http://169.254.169.254/' })).toMatchObject({ reason: 'auth_unavailable' });
  });

  it('must have a good certificate, whatever is said of the target', async () => {
    const tokens: TokenServer = await keep(startTokenServer({ certificate: 'wrong-host' }));
    const { ask } = await start();
    const outcome = await ask({ token_url: tokens.tokenUrl }, { tls: { verify: false } });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'auth_unavailable' });
    expect(tokens.requests).toHaveLength(0);
  });

  it('that hangs leaves nothing open', async () => {
    const { tokens, ask } = await start({ mode: 'hangs' });
    await leaksNothing(() => ask({}, { timeout: '30ms' }), tokens.openConnections);
  });
});
