import { once } from 'node:events';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { request as requestHttps, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { closeAfterEach } from './close-after-each.ts';
import { TEST_CLIENT, TEST_CLIENT_STRANGER } from './certificates.ts';
import { startHttp2Target } from './http2-server.ts';
import { TEST_AUTHORITY } from './start-target.ts';
import { startTokenServer } from './token-server.ts';
import { startRedirectToOtherOrigin, startWebServer } from './web-server.ts';

const { keep, later } = closeAfterEach();

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

async function ask(url: string, options: RequestOptions = {}, body = ''): Promise<Answer> {
  const request = url.startsWith('https:')
    ? requestHttps(url, { ca: TEST_AUTHORITY, agent: false, ...options })
    : requestHttp(url, { agent: false, ...options });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

function dial(url: string): ClientHttp2Session {
  const session = connect(url, { ca: TEST_AUTHORITY });
  session.on('error', () => undefined);
  later(() => session.destroy());
  return session;
}

describe('the web server', () => {
  it('answers with what it was sent', async () => {
    const { url, requests } = await keep(startWebServer());
    const { body } = await ask(`${url}a?b=1`, { method: 'PUT', headers: { 'X-Name': 'value' } }, 'hello');
    expect(JSON.parse(body)).toMatchObject({ method: 'PUT', path: '/a?b=1', body: 'hello', httpVersion: '1.1' });
    expect(requests[0]?.headers).toMatchObject({ 'x-name': 'value' });
    expect(requests[0]?.rawHeaders).toContain('X-Name');
  });

  it('answers what it is told, or never', async () => {
    const answer = { status: 418, headers: { 'set-cookie': ['a=1', 'b=2'] }, body: 'teapot' };
    const { url } = await keep(startWebServer({ answer: ({ path }) => (path === '/' ? answer : null) }));
    expect(await ask(url)).toMatchObject({ status: 418, body: 'teapot', headers: { 'set-cookie': ['a=1', 'b=2'] } });
    await expect(ask(`${url}never`, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/abort/);
  });

  it('asks for a name and a password', async () => {
    const { url } = await keep(startWebServer({ basic: { username: 'ada', password: 'p:ä' } }));
    expect(await ask(url)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringMatching(/^Basic/) },
    });
    expect(await ask(url, { auth: 'ada:wrong' })).toMatchObject({ status: 401 });
    expect(await ask(url, { auth: 'ada:p:ä' })).toMatchObject({ status: 200 });
  });

  it('asks for a token', async () => {
    const { url } = await keep(startWebServer({ bearer: ['secret'] }));
    expect(await ask(url)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringMatching(/^Bearer/) },
    });
    expect(await ask(url, { headers: { authorization: 'Bearer secret' } })).toMatchObject({ status: 200 });
  });

  it('asks for a client certificate', async () => {
    const { url, requests } = await keep(startWebServer({ certificate: 'good', clientCertificate: true }));
    await expect(ask(url)).rejects.toThrow(/./);
    await expect(ask(url, TEST_CLIENT_STRANGER)).rejects.toThrow(/./);
    expect(await ask(url, TEST_CLIENT)).toMatchObject({ status: 200 });
    expect(requests.map(({ client }) => client)).toEqual(['Longwatch test client']);
  });

  it('sends clients to another origin, which sees what they bring', async () => {
    const { from, to } = await keep(startRedirectToOtherOrigin(307));
    const { status, headers } = await ask(from.url);
    expect({ status, location: headers['location'] }).toEqual({ status: 307, location: to.url });
    expect(to.port).not.toBe(from.port);
    await ask(to.url, { headers: { cookie: 'a=1' } });
    expect(to.requests[0]?.headers).toMatchObject({ cookie: 'a=1' });
  });
});

describe('the HTTP/2 servers', () => {
  it('answer over HTTP/2', async () => {
    const { url } = await keep(startWebServer({ certificate: 'good', http2: 'only' }));
    const stream = dial(url).request({ ':path': '/two' });
    expect(JSON.parse(await text(stream))).toMatchObject({ path: '/two', httpVersion: '2.0' });
    await expect(ask(url)).resolves.toMatchObject({ status: 403 });
  });

  it('fall back to HTTP/1.1', async () => {
    const { url } = await keep(startWebServer({ certificate: 'good', http2: 'with-fallback' }));
    expect(JSON.parse((await ask(url)).body)).toMatchObject({ httpVersion: '1.1' });
    expect(JSON.parse(await text(dial(url).request()))).toMatchObject({ httpVersion: '2.0' });
  });

  it.each(['resets-stream', 'goes-away', 'closes', 'speaks-http1', 'resets-in-body'] as const)(
    '%s',
    async (behaviour) => {
      const { url } = await keep(startHttp2Target(behaviour));
      const session = dial(url);
      const stream = session.request();
      stream.on('error', () => undefined);
      const closed = new Promise((resolve) => stream.on('close', resolve));
      stream.resume();
      await closed;
      expect(stream.rstCode).not.toBe(0);
    },
  );

  it.each(['never-answers', 'stalls-in-body'] as const)('%s', async (behaviour) => {
    const { url, paths, openConnections } = await keep(startHttp2Target(behaviour));
    const stream = dial(url).request();
    await expect.poll(() => paths, { timeout: 5000 }).toEqual(['/']);
    expect(openConnections()).toBe(1);
    expect(stream.closed).toBe(false);
  });

  it('inform before they answer', async () => {
    const { url } = await keep(startHttp2Target('informs'));
    const stream = dial(url).request();
    const [early] = (await once(stream, 'headers')) as [IncomingHttpHeaders];
    expect(early[':status']).toBe(103);
    expect(await text(stream)).toBe('ok');
  });
});

describe('the token server', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const grant = 'grant_type=client_credentials&scope=read';

  it('issues a token to a client that names itself in the header or in the form', async () => {
    const server = await keep(startTokenServer({ expiresInS: 2 }));
    const id = encodeURIComponent(server.clientId);
    const secret = encodeURIComponent(server.clientSecret);
    const basic = Buffer.from(`${id}:${secret}`).toString('base64');
    const options = { method: 'POST', headers: { ...form, authorization: `Basic ${basic}` } };
    const { body } = await ask(server.tokenUrl, options, grant);
    expect(JSON.parse(body)).toEqual({ access_token: 'token-1', token_type: 'Bearer', expires_in: 2 });
    server.setExpiresInS(null);
    const inForm = `${grant}&client_id=${id}&client_secret=${secret}`;
    const second = await ask(server.tokenUrl, { method: 'POST', headers: form }, inForm);
    expect(JSON.parse(second.body)).toEqual({ access_token: 'token-2', token_type: 'Bearer' });
    expect(server.requests.map(({ method, scope }) => [method, scope])).toEqual([
      ['client_secret_basic', 'read'],
      ['client_secret_post', 'read'],
    ]);
    const guarded = await keep(startWebServer({ bearer: server.accepts }));
    const headers = { authorization: 'Bearer token-2' };
    expect(await ask(guarded.url, { headers })).toMatchObject({ status: 200 });
    server.revokeAll();
    expect(await ask(guarded.url, { headers })).toMatchObject({ status: 401 });
  });

  it('refuses others, and fails as it is told', async () => {
    const server = await keep(startTokenServer());
    const post = { method: 'POST', headers: form };
    expect(await ask(server.tokenUrl, post, grant)).toMatchObject({ status: 401 });
    const statuses = [];
    for (const mode of ['rejects', 'refuses-scope', 'breaks', 'redirects', 'garbage', 'no-token', 'huge'] as const) {
      server.setMode(mode);
      statuses.push((await ask(server.tokenUrl, post, grant)).status);
    }
    expect(statuses).toEqual([401, 400, 503, 302, 200, 200, 200]);
    server.setMode('hangs');
    await expect(ask(server.tokenUrl, { ...post, signal: AbortSignal.timeout(50) }, grant)).rejects.toThrow(/abort/);
    expect(server.issued).toEqual([]);
  });
});
