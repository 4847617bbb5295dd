import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { acknowledgeToken } from '../../src/core/trouble/acknowledge-token.ts';
import type { Database } from '../../src/db/native.ts';
import { CHROMIUM, startBrowser } from '../support/browser.ts';
import { openApi, type Sent, type TestApi } from '../support/api.ts';
import { aFolder } from '../support/longwatch.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  addDelivery,
  addEvent,
  addIncident,
  addNotification,
  addTroubled,
  NOON,
  setNotify,
} from '../support/trouble-history.ts';
import { LINK_SECRET, openTroubleApi } from '../support/trouble-server.ts';

const TOKEN = 'a-token-that-is-long-enough';

function fill(database: Database): void {
  addTroubled(database, [
    { id: 'shop', group: 'Web', tags: { team: 'pay' }, status: 'down' },
    { id: 'api', group: 'Web' },
  ]);
  setNotify(database);
  addIncident(database);
  addEvent(database, 1, NOON - 600_000, ['first_failure', { cause: null }]);
  addIncident(database, {
    monitor: 2,
    started_at: NOON - 7_200_000,
    resolved_at: NOON - 3_600_000,
    resolution: 'recovered',
  });
  const message = JSON.stringify({ id: 'x' });
  addNotification(database, { incident: 1, state: 'dead', attempts: 9, answer: '500 <b>no</b>', message });
  addDelivery(database, 1, { outcome: 'failed', status_code: 500, answer: 'no' });
  addNotification(database, { incident: 1 });
}

/** Incidents to act on: each test takes its own, so that all can share a server. */
const TO_ACT_ON = 40;
const FIRST_TO_ACT_ON = 3;
let taken = 0;
const anIncident = (): number => {
  taken += 1;
  return FIRST_TO_ACT_ON - 1 + taken;
};

function fillToActOn(database: Database): void {
  fill(database);
  for (let count = 0; count < TO_ACT_ON; count += 1) addIncident(database);
}

const folders: ReturnType<typeof aFolder>[] = [];
const apis: TestApi[] = [];

async function open(given: {
  fill: (database: Database) => void;
  apiToken?: string;
  behindProxy?: true;
}): Promise<TestApi> {
  const folder = aFolder();
  const api = await openTroubleApi(`${folder.path}/longwatch.db`, new ManualClock(NOON), given);
  folders.push(folder);
  apis.push(api);
  return api;
}

/** Answers questions; acts for programs of its machine; acts for who has its token. */
let asked: TestApi;
let local: TestApi;
let guarded: TestApi;
/** Is reached through a proxy. */
let proxied: TestApi;
beforeAll(async () => {
  asked = await open({ fill });
  local = await open({ fill: fillToActOn });
  guarded = await open({ fill: fillToActOn, apiToken: TOKEN });
  proxied = await open({ fill: fillToActOn, behindProxy: true });
}, 120_000);
afterAll(async () => {
  for (const api of apis) await api.close();
  for (const folder of folders) folder.remove();
});

const link = (incident: number, of = incident) =>
  `/incidents/${incident}/acknowledge?token=${acknowledgeToken(LINK_SECRET, of)}`;

describe('questions about trouble', () => {
  it.each<[string, unknown]>([
    ['/api/v1/incidents', { incidents: [{ number: 2 }, { number: 1 }], next_cursor: null }],
    ['/api/v1/incidents?open=true', { incidents: [{ number: 1, monitor: 'shop' }] }],
    ['/api/v1/incidents?open=false&status=down,flapping', { incidents: [{ number: 2 }] }],
    ['/api/v1/incidents?monitor=api&since=30m', { incidents: [] }],
    ['/api/v1/incidents?until=2026-11-23', { incidents: [] }],
    ['/api/v1/incidents/1', { incident: { number: 1 }, timeline: [{ kind: 'first_failure' }], storm: null }],
    ['/api/v1/storms', { storms: [] }],
    ['/api/v1/notifications?state=dead', { notifications: [{ number: 1, state: 'dead' }] }],
    ['/api/v1/notifications?channel=mail', { notifications: [] }],
    ['/api/v1/notifications?incident=1&limit=1', { notifications: [{ number: 2 }] }],
    ['/api/v1/notifications/1', { notification: { number: 1 }, attempts: [{ outcome: 'failed' }], merged: [] }],
    [
      '/api/v1/channels',
      {
        channels: [
          { id: 'pager', dead: 1 },
          { id: 'mail', state: 'unused' },
        ],
      },
    ],
    ['/api/v1/maintenance', { maintenance: [] }],
    ['/api/v1/monitors/shop/notify', { monitor: 'shop', incident: 1 }],
  ])('answers %s without a token', async (url, body) => {
    expect(await asked.get(url)).toMatchObject({ status: 200, body });
  });

  it.each<[string, number, string, RegExp]>([
    ['/api/v1/incidents?open=yes', 422, 'bad_request', /open/],
    ['/api/v1/incidents?status=dwn', 422, 'bad_request', /status: "dwn"/],
    ['/api/v1/incidents?since=-1h', 422, 'bad_request', /since/],
    ['/api/v1/incidents?limit=0', 422, 'bad_request', /limit/],
    ['/api/v1/incidents?cursor=bm9uZQ', 422, 'bad_request', /cursor/],
    ['/api/v1/incidents?nonsense=1', 422, 'bad_request', /nonsense/],
    ['/api/v1/incidents?monitor=shp', 404, 'monitor_not_found', /shp/],
    ['/api/v1/incidents/99', 404, 'not_found', /99/],
    ['/api/v1/incidents/0', 422, 'bad_request', /number/],
    ['/api/v1/incidents/one', 422, 'bad_request', /number/],
    ['/api/v1/incidents/1.5', 422, 'bad_request', /number/],
    ['/api/v1/incidents/99999999999999999999', 422, 'bad_request', /number/],
    ['/api/v1/storms?since=1h&until=2h', 422, 'bad_request', /earlier/],
    ['/api/v1/notifications?state=lost', 422, 'bad_request', /lost/],
    ['/api/v1/notifications/99', 404, 'not_found', /99/],
    ['/api/v1/monitors/nobody/notify', 404, 'monitor_not_found', /nobody/],
  ])('refuses %s', async (url, status, code, detail) => {
    const { status: got, headers, body } = await asked.get(url);
    expect({ got, code: body.code, type: headers['content-type'] }).toEqual({
      got: status,
      code,
      type: expect.stringContaining('application/problem+json'),
    });
    expect(body.detail).toMatch(detail);
  });

  it('describes every path in the OpenAPI document', async () => {
    const { body } = await asked.get('/api/v1/openapi.json');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/incidents',
        '/api/v1/incidents/{number}/acknowledge',
        '/api/v1/maintenance/{id}/end',
        '/api/v1/notifications/{number}/resend',
        '/incidents/{number}/acknowledge',
      ]),
    );
  });
});

describe('who may act', () => {
  const acknowledge = (more: Partial<Sent>, incident = 1): Sent => ({
    method: 'POST',
    url: `/api/v1/incidents/${incident}/acknowledge`,
    ...more,
  });
  const here = { host: '127.0.0.1:8080' };

  it.each<[string, Partial<Sent>]>([
    ['a program of this machine', { headers: here }],
    ['one that says localhost', { headers: { host: 'localhost:8080' } }],
    ['one over IPv6', { headers: { host: '[::1]:8080' }, remoteAddress: '::1' }],
    ['one over IPv4 on a socket of IPv6', { headers: here, remoteAddress: '::ffff:127.0.0.1' }],
    [
      'a page of this very server',
      { headers: { ...here, origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' } },
    ],
    ['an address typed into a browser', { headers: { ...here, 'sec-fetch-site': 'none' } }],
  ])('without a token of the server: %s', async (_title, request) => {
    expect(await local.send(acknowledge(request, anIncident()))).toMatchObject({
      status: 200,
      body: { changed: true },
    });
  });

  it.each<[string, Partial<Sent>, RegExp]>([
    ['another machine', { headers: here, remoteAddress: '192.168.1.7' }, /same machine/],
    [
      'another machine that sends some token',
      { headers: { ...here, authorization: `Bearer ${TOKEN}` }, remoteAddress: '192.168.1.7' },
      /same machine/,
    ],
    ['a name that was bound anew to 127.0.0.1', { headers: { host: 'evil.test:8080' } }, /host/],
    ['a name that begins like this machine', { headers: { host: '127.0.0.1.evil.test' } }, /host/],
    ['a name that ends like this machine', { headers: { host: 'evil.localhost.test' } }, /host/],
    ['a host that is none', { headers: { host: '127.0.0.1:8080@evil.test' } }, /host/],
    ['the page of another site', { headers: { ...here, origin: 'https://evil.test' } }, /other sites/],
    ['the page of another port', { headers: { ...here, origin: 'http://127.0.0.1:3000' } }, /other sites/],
    ['a page without an origin', { headers: { ...here, origin: 'null' } }, /other sites/],
    ['a browser that says cross-site', { headers: { ...here, 'sec-fetch-site': 'cross-site' } }, /other sites/],
    ['a browser that says same-site', { headers: { ...here, 'sec-fetch-site': 'same-site' } }, /other sites/],
    ['a proxy', { headers: { ...here, 'x-forwarded-for': '203.0.113.9' } }, /proxy/],
    ['a proxy that says so by the standard', { headers: { ...here, forwarded: 'for=203.0.113.9' } }, /proxy/],
    ['a proxy that says the scheme only', { headers: { ...here, 'x-forwarded-proto': 'https' } }, /proxy/],
    ['a proxy that says the server only', { headers: { ...here, 'x-forwarded-server': 'edge' } }, /proxy/],
    ['a network that says who it is for', { headers: { ...here, 'cf-connecting-ip': '203.0.113.9' } }, /proxy/],
  ])('without a token of the server not: %s', async (_title, request, detail) => {
    const { status, body } = await local.send(acknowledge(request));
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'not_allowed' });
    expect(body.detail).toMatch(detail);
    expect(body.hint).toMatch(/server\.api_token/);
    expect((await local.get('/api/v1/incidents/1')).body.incident.acknowledged).toBeNull();
  });

  it('without a token of the server not: anybody, where a proxy that says nothing stands before it', async () => {
    const { status, body } = await proxied.send(acknowledge({ headers: here }));
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'not_allowed' });
    expect(body.detail).toMatch(/public_url/);
    expect(body.hint).toMatch(/server\.api_token/);
    expect((await proxied.get('/api/v1/incidents/1')).body.incident.acknowledged).toBeNull();
    expect((await proxied.send({ method: 'POST', url: link(1) })).status).toBe(200);
  });

  it.each<[string, Partial<Sent>]>([
    [
      'from anywhere',
      { headers: { host: 'longwatch.example', authorization: `Bearer ${TOKEN}` }, remoteAddress: '203.0.113.9' },
    ],
    ['with another case of the scheme', { headers: { authorization: `bearer ${TOKEN}` } }],
  ])('with a token of the server: who sends it, %s', async (_title, request) => {
    expect(await guarded.send(acknowledge(request, anIncident()))).toMatchObject({ status: 200 });
  });

  it.each<[string, Record<string, string>]>([
    ['none', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['a wrong one', { authorization: 'Bearer wrong-token-of-some-length' }],
    ['a part of it', { authorization: 'Bearer a-token' }],
    ['it with another scheme', { authorization: 'Basic a-token-that-is-long-enough' }],
    ['it in the address', { 'x-api-key': 'a-token-that-is-long-enough' }],
  ])('with a token of the server not who sends %s, also from this machine', async (_title, headers) => {
    const got = await guarded.send(acknowledge({ headers: { ...here, ...headers } }));
    expect(got).toMatchObject({
      status: 401,
      body: { code: 'not_authorised' },
      headers: { 'www-authenticate': 'Bearer' },
    });
    expect(JSON.stringify(got.body)).not.toContain('long-enough');
  });

  it.each([
    '/api/v1/incidents/1/notes',
    '/api/v1/incidents/1/resolve',
    '/api/v1/incidents/1/silence',
    '/api/v1/maintenance',
    '/api/v1/maintenance/x/end',
    '/api/v1/notifications/1/resend',
    '/api/v1/channels/pager/test',
  ])('holds for POST %s too, before its body is read', async (url) => {
    const foreign = { method: 'POST', url, headers: { host: 'evil.test' }, body: { nonsense: true } } as const;
    expect(await local.send(foreign)).toMatchObject({ status: 403 });
  });
});

describe('acting', () => {
  const headers = { host: '127.0.0.1' };
  const post = (url: string, body?: object) =>
    local.send({ method: 'POST', url: `/api/v1/${url}`, headers, ...(body && { body }) });

  it('acknowledges once, by whom it says', async () => {
    const number = anIncident();
    const first = await post(`incidents/${number}/acknowledge`, { by: 'anna', note: 'on it' });
    expect(first).toMatchObject({ status: 200, body: { changed: true, incident: { acknowledged: { by: 'anna' } } } });
    const second = await post(`incidents/${number}/acknowledge`, { by: 'ben' });
    expect(second).toMatchObject({ status: 200, body: { changed: false, incident: { acknowledged: { by: 'anna' } } } });
    expect((await local.get(`/api/v1/incidents/${number}`)).body.timeline.at(-1)).toMatchObject({
      text: 'acknowledged by anna: on it',
      by: 'anna',
    });
  });

  it('writes notes, silences, ends the silence and resolves', async () => {
    const number = anIncident();
    await post(`incidents/${number}/notes`, { text: 'disk <full>' });
    const silenced = await post(`incidents/${number}/silence`, { for: '2h' });
    expect(silenced.body).toMatchObject({ changed: true, incident: { silenced_until: new Date(NOON + 7_200_000).toISOString() } }); // prettier-ignore
    expect((await post(`incidents/${number}/silence`, { end: true })).body.incident.silenced_until).toBeNull();
    const until = await post(`incidents/${number}/silence`, { until: '2026-11-24' });
    expect(until.body.incident.silenced_until).toBe('2026-11-24T00:00:00.000Z');
    const resolved = await post(`incidents/${number}/resolve`, { by: 'anna' });
    expect(resolved.body).toMatchObject({ changed: true, incident: { open: false, resolution: 'by_hand' } });
    expect((await post(`incidents/${number}/resolve`)).body).toMatchObject({ changed: false });
    const { body } = await local.get(`/api/v1/incidents/${number}`);
    expect(body.timeline.map(({ text }: { text: string }) => text)).toEqual([
      'note by api: disk <full>',
      'silenced by api until 2026-11-23 14:00:00 UTC',
      'the silence was ended by api',
      'silenced by api until 2026-11-24 00:00:00 UTC',
      'resolved by hand by anna',
    ]);
  });

  it('begins maintenance and ends it', async () => {
    const wish = { name: 'new disks', for: { groups: ['Web'], tags: { team: 'pay' } }, duration: '30m', by: 'anna' };
    const { status, body } = await post('maintenance', wish);
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        maintenance: {
          name: 'new disks', by_hand: true, monitors: 1, for: { monitors: [], groups: ['Web'], tags: { team: ['pay'] } },
          now: { start: new Date(NOON).toISOString(), end: new Date(NOON + 1_800_000).toISOString() }, created: { by: 'anna' },
        },
      },
    }); // prettier-ignore
    const { id } = body.maintenance as { id: string };
    expect((await local.get('/api/v1/maintenance')).body.maintenance).toMatchObject([{ id }]);
    expect(await post(`maintenance/${id}/end`)).toMatchObject({ status: 200, body: { changed: true, id } });
    expect((await post(`maintenance/${id}/end`)).body).toMatchObject({ changed: false });
    expect((await local.get('/api/v1/maintenance')).body.maintenance).toEqual([]);
  });

  it('plans maintenance ahead', async () => {
    const wish = { for: {}, start: '2026-11-23T20:00:00Z', end: '2026-11-23T21:00:00Z' };
    expect((await post('maintenance', wish)).body.maintenance).toMatchObject({
      name: 'Maintenance', monitors: 2, now: null, next: [{ start: '2026-11-23T20:00:00.000Z' }],
    }); // prettier-ignore
  });

  it('sends a message again that was given up, and says what became of one that was not', async () => {
    const again = await post('notifications/1/resend');
    expect(again.body).toMatchObject({ changed: true, notification: { state: 'ready', attempts: 0 } });
    expect((await post('notifications/1/resend')).body).toMatchObject({ changed: false });
    expect((await post('notifications/2/resend')).body).toMatchObject({ changed: false, notification: { state: 'delivered' } }); // prettier-ignore
  });

  it('shows what a channel answered to a test', async () => {
    const answer = { channel: 'pager', outcome: 'failed', detail: '500 no', status_code: 500, took_ms: 12 };
    expect(await post('channels/pager/test')).toMatchObject({ status: 200, body: answer });
    expect(await post('channels/nobody/test')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each<[string, object | undefined, number, RegExp]>([
    ['incidents/99/acknowledge', undefined, 404, /incident 99/],
    ['incidents/x/acknowledge', undefined, 422, /number/],
    ['incidents/1/acknowledge', { by: '' }, 422, /by/],
    ['incidents/1/acknowledge', { by: 'a'.repeat(101) }, 422, /by/],
    ['incidents/1/acknowledge', { nonsense: 1 }, 422, /nonsense/],
    ['incidents/1/notes', undefined, 422, /./],
    ['incidents/1/notes', { text: '   ' }, 422, /text/],
    ['incidents/1/notes', { text: 'a'.repeat(2001) }, 422, /text/],
    ['incidents/99/notes', { text: 'a' }, 404, /incident 99/],
    ['incidents/1/silence', {}, 422, /for how long/],
    ['incidents/1/silence', { for: '1h', end: true }, 422, /one of/],
    ['incidents/1/silence', { for: '-1h' }, 422, /not a duration/],
    ['incidents/1/silence', { for: '0s' }, 422, /longer than nothing/],
    ['incidents/1/silence', { for: '3600' }, 422, /not a duration/],
    ['incidents/1/silence', { for: '400d' }, 422, /a year/],
    ['incidents/1/silence', { until: '2026-11-22' }, 422, /future/],
    ['incidents/1/silence', { until: '1h' }, 422, /not a time/],
    ['incidents/1/silence', { until: '2126-01-01' }, 422, /a year/],
    ['maintenance', { duration: '30m' }, 422, /for/],
    ['maintenance', { for: {} }, 422, /how long/],
    ['maintenance', { for: {}, duration: '30m', end: '2026-11-24' }, 422, /how long/],
    ['maintenance', { for: {}, duration: '-30m' }, 422, /not a duration/],
    ['maintenance', { for: {}, start: '2026-11-25', end: '2026-11-24' }, 422, /later than start/],
    ['maintenance', { for: { monitors: ['shp'] }, duration: '1h' }, 404, /no monitor "shp"/],
    ['maintenance', { for: { groups: ['Wbe'] }, duration: '1h' }, 404, /no group "Wbe"/],
    ['maintenance', { for: { monitors: ['shop'], tags: { team: ['web'] } }, duration: '1h' }, 404, /no monitor that/],
    ['maintenance/none/end', undefined, 404, /no maintenance none/],
    ['notifications/99/resend', undefined, 404, /notification 99/],
  ])('refuses %s with %j', async (url, body, status, detail) => {
    const got = await post(url, body);
    expect(got.status).toBe(status);
    expect(got.body.detail).toMatch(detail);
  });

  it('takes no form and no text where it takes JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const sent = { method: 'POST', url: '/api/v1/incidents/1/notes', headers: { ...headers, 'content-type': type }, body: '{"text":"a"}' } as const; // prettier-ignore
      expect([415, 422]).toContain((await local.send(sent)).status);
    }
  });
});

describe('a link to acknowledge', () => {
  const form = { host: 'longwatch.example', 'content-type': 'application/x-www-form-urlencoded' };

  it('shows a page with a button and changes nothing, however often it is fetched', async () => {
    const number = anIncident();
    const { status, headers, body } = await guarded.send({ url: link(number), headers: { host: 'longwatch.example' }, remoteAddress: '203.0.113.9' }); // prettier-ignore
    expect(status).toBe(200);
    expect(body).toContain('<button type="submit">Acknowledge</button>');
    expect(body).toContain(`The shop is down (incident ${number})`);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; form-action 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect((await guarded.get(`/api/v1/incidents/${number}`)).body.incident.acknowledged).toBeNull();
  });

  it('acknowledges with POST from anywhere, by the name that was given, and says kindly when it was done already', async () => {
    const number = anIncident();
    const press = (by: string) => guarded.send({ method: 'POST', url: link(number), headers: form, body: `by=${by}`, remoteAddress: '203.0.113.9' }); // prettier-ignore
    const first = await press('%3Cb%3EAnna');
    expect(first.status).toBe(200);
    expect(first.body).toContain('Acknowledged.');
    const second = await press('Ben');
    expect(second.status).toBe(200);
    expect(second.body).toContain('acknowledged already, by &lt;b&gt;Anna at 2026-11-23 12:00:00 UTC');
    expect((await guarded.get(link(number))).body).not.toContain('<button');
    expect((await guarded.get(`/api/v1/incidents/${number}`)).body.incident.acknowledged).toMatchObject({
      by: '<b>Anna',
    });
  });

  it('needs no name', async () => {
    const number = anIncident();
    expect((await guarded.send({ method: 'POST', url: link(number), headers: form, body: 'by=' })).body).toContain(
      'Acknowledged.',
    );
    expect((await guarded.get(link(number))).body).toContain('acknowledged already, by somebody');
  });

  it('says that an incident is over', async () => {
    for (const method of ['GET', 'POST'] as const) {
      const { status, body } = await asked.send({ method, url: link(2) });
      expect(status).toBe(200);
      expect(body).toContain('It is over since 2026-11-23 11:00:00 UTC');
    }
  });

  it.each([
    ['of another incident', link(1, 2)],
    ['of an incident that there is not', link(99, 1)],
    ['without a token', '/incidents/1/acknowledge'],
    ['with an empty token', '/incidents/1/acknowledge?token='],
    ['with a token cut short', link(1).slice(0, -1)],
    ['with two tokens', `${link(1)}&token=x`],
  ])('does nothing when it is one %s, and tells nothing', async (_title, url) => {
    for (const method of ['GET', 'POST'] as const) {
      const { status, body } = await asked.send({ method, url });
      expect(status === 403 || status === 422).toBe(true);
      expect(JSON.stringify(body)).not.toContain('shop');
    }
    expect((await asked.get('/api/v1/incidents/1')).body.incident.acknowledged).toBeNull();
  });

  it('never shows its token in an answer', async () => {
    const token = acknowledgeToken(LINK_SECRET, 1);
    for (const url of [
      link(1),
      `/incidents/1/acknowledged?token=${token}`,
      `/incidents/x/acknowledge?token=${token}`,
    ]) {
      expect(JSON.stringify((await asked.get(url)).body)).not.toContain(token);
    }
  });

  it('is not there where nobody can act', async () => {
    const folder = folders[0];
    const api = await openApi(`${folder?.path}/longwatch.db`, new ManualClock(NOON));
    onTestFinished(api.close);
    expect((await api.get(link(1))).status).toBe(404);
    expect((await api.get('/api/v1/incidents/1')).status).toBe(200);
  });
});

describe('the page of an incident', () => {
  it('tells what happened and who was told, escaped', async () => {
    const { status, headers, body } = await asked.get('/incidents/1');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain('given up after 9 attempts: 500 &lt;b&gt;no&lt;/b&gt;');
    expect(body).not.toContain('<b>');
  });

  it('says that there is none', async () => {
    expect(await asked.get('/incidents/99')).toMatchObject({ status: 404, body: expect.stringContaining('99') });
  });
});

describe.skipIf(CHROMIUM === undefined)('the page to acknowledge, in a browser', () => {
  it('is styled, runs nothing, and acknowledges when its button is pressed', async () => {
    const number = anIncident();
    const base = await guarded.listen();
    const browser = await startBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(base + link(number));
    const styled = await page.evaluate<string>("getComputedStyle(document.querySelector('button')).fontWeight");
    expect(styled).toBe('600');
    await page.getByLabel('Your name').fill('Anna');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Acknowledged.').waitFor();
    await page.goto(base + link(number));
    await page.getByText('acknowledged already, by Anna').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
  });
});
