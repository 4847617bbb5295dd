import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { TEMPLATE_FIELDS } from '../../../src/core/channel/template.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { anyMessage, GOT_503, ON_TIME, SHOP } from '../any-message.ts';
import { startService, type Recorded, type RecordingService } from './recording-receiver.ts';
import { channelOf, send } from './written-channels.ts';

const { keep } = closeAfterEach();
let service: RecordingService;
beforeEach(async () => {
  service = await keep(startService());
});

async function sent(keys: object, message = anyMessage({ cause: GOT_503 })): Promise<Recorded> {
  await send(channelOf('webhook', { url: `${service.url}/hook`, ...keys }), message, {
    sending: { ...ON_TIME, attempt: 3, lateBy: 120_000 },
  });
  const request = service.requests.at(-1);
  if (request === undefined) throw new Error('nothing was sent');
  return request;
}

describe('a webhook', () => {
  it('is signed so that its receiver can tell', async () => {
    const { headers, body } = await sent({ secret: ['whsec_b2xkLXNlY3JldA==', 'new secret'] });
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers;
    const sign = (key: Buffer): string =>
      createHmac('sha256', key)
        .update(`${String(id)}.${String(at)}.${body}`)
        .digest('base64');
    expect(id).toBe('m-41');
    expect(signature).toBe(`v1,${sign(Buffer.from('old-secret'))} v1,${sign(Buffer.from('new secret'))}`);
  });

  it('carries headers of its own, but not in place of the signature', async () => {
    const { headers, method } = await sent({
      method: 'PUT',
      secret: 'x',
      headers: { 'X-Team': 'web', 'Content-Type': 'application/vnd.ours+json', 'Webhook-Id': 'forged' },
    });
    expect(method).toBe('PUT');
    expect(headers).toMatchObject({
      'x-team': 'web',
      'content-type': 'application/vnd.ours+json',
      'webhook-id': 'm-41',
    });
  });

  it('says how often it was tried and how late it is', async () => {
    expect(JSON.parse((await sent({})).body)).toMatchObject({
      version: 1,
      id: 'm-41',
      attempt: 3,
      late_by_ms: 120_000,
    });
  });
});

describe('a template', () => {
  const hostile = anyMessage({ monitor: { ...SHOP, name: 'a"b\\c<d>&e=f {{title}}' } });

  it('that is a map stays JSON whatever things are called', async () => {
    const template = { text: '{{monitor_name}}', list: ['{{severity}}', 1, null, { deep: '{{resolved}}' }] };
    const { body, headers } = await sent({ template }, hostile);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(body)).toEqual({
      text: 'a"b\\c<d>&e=f {{title}}',
      list: ['critical', 1, null, { deep: 'false' }],
    });
  });

  it.each([
    ['application/json', '{"name": "{{ monitor_name }}"}', String.raw`{"name": "a\"b\\c<d>&e=f {{title}}"}`],
    ['application/x-www-form-urlencoded', 'name={{monitor_name}}', 'name=a%22b%5Cc%3Cd%3E%26e%3Df%20%7B%7Btitle%7D%7D'],
    ['application/xml', '<n>{{monitor_name}}</n>', '<n>a&quot;b\\c&lt;d&gt;&amp;e=f {{title}}</n>'],
    ['text/plain', '{{monitor_name}}!', 'a"b\\c<d>&e=f {{title}}!'],
  ])('of %s has its values escaped for it', async (content_type, template, expected) => {
    const { body, headers } = await sent({ template, content_type }, hostile);
    expect(headers['content-type']).toBe(content_type);
    expect(body).toBe(expected);
  });

  it('knows every field', async () => {
    const template = Object.fromEntries(TEMPLATE_FIELDS.map((field) => [field, `{{${field}}}`]));
    expect(JSON.parse((await sent({ template })).body)).toEqual({
      id: 'm-41',
      type: 'down',
      severity: 'critical',
      resolved: 'false',
      timestamp: '2026-11-23T12:00:15.000Z',
      title: 'Shop is down',
      summary:
        'Shop has been down since 2026-11-23 12:00:05 UTC: the status code is not an expected one: got 503, expected 2xx. Delivered 2 min late.',
      details: 'status: expected 2xx, got 503',
      monitor_id: 'shop',
      monitor_name: 'Shop',
      monitor_group: 'Sales',
      monitor_target: 'https://shop.example/',
      incident: '12',
      status_from: 'up',
      status_to: 'down',
      since: '2026-11-23T12:00:05.000Z',
      until: '',
      duration_ms: '10000',
      reason: 'status_unexpected',
      cause: 'the status code is not an expected one: got 503, expected 2xx',
      link: 'https://watch.example/incidents/12',
      acknowledge_link: 'https://watch.example/incidents/12/acknowledge?token=t',
      attempt: '3',
      late_by_ms: '120000',
    });
  });
});
