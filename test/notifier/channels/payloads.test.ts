import { beforeEach, describe, expect, it } from 'vitest';
import type { ChannelType } from '../../../src/core/channel/channel.ts';
import type { Message } from '../../../src/core/notify/message.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { anyItem, anyMessage, GOT_503, MINUTE, ON_TIME, SHOP, SINCE } from '../any-message.ts';
import { startService, type Recorded, type RecordingService } from './recording-receiver.ts';
import { channelOf, HTTP_TYPES, send, WRITTEN } from './written-channels.ts';

const { keep } = closeAfterEach();
let service: RecordingService;
beforeEach(async () => {
  service = await keep(startService());
});

type HttpType = (typeof HTTP_TYPES)[number];

const DOWN = anyMessage({ cause: GOT_503 });
const UP = anyMessage({
  id: 'm-42',
  kind: 'up',
  resolved: true,
  status: { from: 'down', to: 'up' },
  until: SINCE + MINUTE,
  at: SINCE + MINUTE,
});
const SUMMARY =
  'Shop has been down since 2026-11-23 12:00:05 UTC: the status code is not an expected one: got 503, expected 2xx.';

/** Sends a message and gives the request that came of it. */
async function sent(type: HttpType, message: Message = DOWN, keys: object = {}): Promise<Recorded> {
  await send(channelOf(type, { ...WRITTEN[type](service.url), ...keys }), message);
  const request = service.requests.at(-1);
  if (request === undefined) throw new Error('nothing was sent');
  return request;
}

async function json(type: HttpType, message?: Message, keys?: object): Promise<unknown> {
  return JSON.parse((await sent(type, message, keys)).body) as unknown;
}

async function form(type: HttpType, message?: Message, keys?: object): Promise<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams((await sent(type, message, keys)).body));
}

describe('every service', () => {
  it.each(HTTP_TYPES)('%s is told who asks', async (type) => {
    const { headers } = await sent(type);
    expect(headers['user-agent']).toMatch(/^longwatch\/\d/);
  });

  it.each(HTTP_TYPES)('%s is told of each kind of message without failing', async (type) => {
    const kinds = ['degraded', 'flapping', 'calm', 'blind', 'sighted', 'channel_failing', 'reminder', 'test'] as const;
    const report = { title: 'Week 47', text: 'Shop   99.9 %\nCart  100.0 %', html: '<p>Week 47</p>' };
    const messages = [
      ...kinds.map((kind) => anyMessage({ kind, about: 'fra-1', monitor: null, incident: null })),
      anyMessage({ kind: 'storm', monitor: null, incident: null, items: [anyItem(), anyItem()], total: 80 }),
      anyMessage({ kind: 'report', severity: 'info', monitor: null, incident: null, since: null, report }),
    ];
    for (const message of messages) {
      const answer = await send(channelOf(type, WRITTEN[type](service.url)), message);
      expect(answer.outcome).toBe('delivered');
    }
    expect(service.requests).toHaveLength(messages.length);
  });

  it.each(HTTP_TYPES)('%s is told without links when there are none', async (type) => {
    const links = { incident: null, acknowledge: null };
    const answer = await send(channelOf(type, WRITTEN[type](service.url)), DOWN, { sending: { ...ON_TIME, links } });
    expect(answer.outcome).toBe('delivered');
    expect(service.requests[0]?.body).not.toContain('Acknowledge');
  });
});

describe('chats', () => {
  it('Slack gets a title, a summary and links', async () => {
    expect(await json('slack')).toEqual({
      text: '🔴 *Shop is down*',
      unfurl_links: false,
      unfurl_media: false,
      attachments: [
        {
          color: '#d32f2f',
          blocks: [
            { type: 'section', text: { type: 'mrkdwn', text: SUMMARY } },
            { type: 'section', text: { type: 'mrkdwn', text: 'status: expected 2xx, got 503' } },
            {
              type: 'section',
              text: {
                type: 'mrkdwn',
                text: '<https://watch.example/incidents/12|Show incident>   <https://watch.example/incidents/12/acknowledge?token=t|Acknowledge>',
              },
            },
          ],
        },
      ],
    });
  });

  it('Slack shows an end in green and asks nobody to acknowledge it', async () => {
    const body = JSON.stringify(await json('slack', UP));
    expect(body).toContain('🟢 *Shop is up again*');
    expect(body).not.toContain('Acknowledge');
  });

  it('Discord gets an embed in which nobody is mentioned', async () => {
    const request = await sent('discord', DOWN, { username: 'Watch' });
    expect(request.path).toMatch(/\?wait=true$/);
    expect(JSON.parse(request.body)).toMatchObject({
      username: 'Watch',
      allowed_mentions: { parse: [] },
      embeds: [{ title: '🔴 Shop is down', color: 0xd32f2f, timestamp: '2026-11-23T12:00:15.000Z' }],
    });
  });

  it('Discord keeps the thread that its address names', async () => {
    const { path } = await sent('discord', DOWN, { url: `${service.url}/api/webhooks/1/x?thread_id=7` });
    expect(path).toBe('/api/webhooks/1/x?thread_id=7&wait=true');
  });

  it('Teams gets a card whose texts are shown as they are', async () => {
    const body = (await json('teams')) as { attachments: [{ content: { body: object[] } }] };
    expect(body).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            type: 'AdaptiveCard',
            actions: [
              { type: 'Action.OpenUrl', title: 'Show incident', url: 'https://watch.example/incidents/12' },
              { type: 'Action.OpenUrl', title: 'Acknowledge' },
            ],
          },
        },
      ],
    });
    expect(body.attachments[0].content.body[0]).toEqual({
      type: 'RichTextBlock',
      inlines: [{ type: 'TextRun', text: 'Shop is down', weight: 'Bolder', size: 'Large', color: 'Attention' }],
    });
    expect(JSON.stringify(body)).not.toContain('"TextBlock"');
  });

  it('Mattermost gets an attachment, and another channel when one is named', async () => {
    expect(await json('mattermost', DOWN, { channel: 'ops' })).toMatchObject({
      channel: 'ops',
      attachments: [{ fallback: '🔴 Shop is down', color: '#d32f2f' }],
    });
  });

  it('Google Chat gets all messages of an incident in one thread, each once', async () => {
    const down = await sent('google_chat');
    const up = await sent('google_chat', UP);
    expect(new URL(down.path, service.url).searchParams.get('requestId')).toBe('longwatch-m-41');
    expect(new URL(up.path, service.url).searchParams.get('requestId')).toBe('longwatch-m-42');
    const thread = { thread: { threadKey: 'longwatch:shop:12' } };
    expect(JSON.parse(down.body)).toMatchObject(thread);
    expect(JSON.parse(up.body)).toMatchObject(thread);
  });

  it('Telegram gets HTML for its chat', async () => {
    const request = await sent('telegram', DOWN, { thread_id: 5 });
    expect(request.path).toBe('/bot123456:ABCdefGHIjklMNOpqrsTUVwxyz/sendMessage');
    expect(JSON.parse(request.body)).toMatchObject({
      chat_id: '-1001234567890',
      message_thread_id: 5,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      text: expect.stringContaining(`🔴 <b>Shop is down</b>\n\n${SUMMARY}`) as string,
    });
  });

  it('Matrix gets the id of the message as that of the transaction', async () => {
    const request = await sent('matrix');
    expect(request.method).toBe('PUT');
    expect(request.path).toBe('/_matrix/client/v3/rooms/!abc%3Aexample.com/send/m.room.message/longwatch-m-41');
    expect(request.headers['authorization']).toBe('Bearer syt_s3cret');
    expect(JSON.parse(request.body)).toMatchObject({ msgtype: 'm.text', 'm.mentions': {} });
  });
});

describe('push services', () => {
  it.each([
    [DOWN, 5, 'red_circle'],
    [anyMessage({ kind: 'degraded', severity: 'warning' }), 4, 'orange_circle'],
    [UP, 3, 'green_circle'],
  ])('ntfy gets a priority and a sign', async (message, priority, tag) => {
    const request = await sent('ntfy', message);
    expect(request.path).toBe('/');
    expect(request.headers['authorization']).toBe('Bearer tk_s3cretToken');
    expect(JSON.parse(request.body)).toMatchObject({ topic: 's3cret-topic', priority, tags: [tag] });
  });

  it('ntfy takes a login too', async () => {
    const { headers } = await sent('ntfy', DOWN, { token: null, username: 'me', password: 'secret' });
    expect(headers['authorization']).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  });

  it('Gotify gets plain text', async () => {
    const request = await sent('gotify');
    expect(request.headers['x-gotify-key']).toBe('As3cretToken.1');
    expect(JSON.parse(request.body)).toMatchObject({
      title: 'Shop is down',
      priority: 8,
      extras: {
        'client::display': { contentType: 'text/plain' },
        'client::notification': { click: { url: 'https://watch.example/incidents/12' } },
      },
    });
  });

  it('Pushover gets a form', async () => {
    expect(await form('pushover', DOWN, { device: 'phone' })).toEqual({
      token: 'as3cretApplication',
      user: 'us3cretUser',
      device: 'phone',
      title: 'Shop is down',
      message: `${SUMMARY}\nstatus: expected 2xx, got 503`,
      priority: '1',
      timestamp: '1795435215',
      url: 'https://watch.example/incidents/12',
      url_title: 'Show incident',
    });
  });

  it('Twilio gets a short text', async () => {
    const request = await sent('twilio_sms');
    expect(request.path).toBe(`/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`);
    const body = Object.fromEntries(new URLSearchParams(request.body));
    expect(body).toEqual({
      To: '+15005550009',
      From: '+15005550006',
      Body: `${SUMMARY} https://watch.example/incidents/12`,
    });
  });

  it('Twilio is given a messaging service by its id', async () => {
    const body = await form('twilio_sms', DOWN, { from: `MG${'a'.repeat(32)}` });
    expect(body).toMatchObject({ MessagingServiceSid: `MG${'a'.repeat(32)}` });
    expect(body).not.toHaveProperty('From');
  });

  it('Apprise gets text and what kind of message it is', async () => {
    const request = await sent('apprise', UP, { urls: [], key: 'ops', tag: 'night' });
    expect(request.path).toBe('/notify/ops');
    expect(JSON.parse(request.body)).toMatchObject({
      title: 'Shop is up again',
      type: 'success',
      format: 'text',
      tag: 'night',
    });
  });
});

describe('pagers', () => {
  it('PagerDuty resolves what it triggered', async () => {
    expect(await json('pagerduty')).toMatchObject({
      routing_key: 'r0utings3cret',
      event_action: 'trigger',
      dedup_key: 'longwatch:shop:12',
      payload: { summary: SUMMARY, source: 'https://shop.example/', severity: 'critical', component: 'Shop' },
    });
    expect(await json('pagerduty', UP)).toMatchObject({ event_action: 'resolve', dedup_key: 'longwatch:shop:12' });
  });

  it('PagerDuty is not woken by a report', async () => {
    const report = { title: 'Week 47', text: 'all well', html: '' };
    const { path } = await sent('pagerduty', anyMessage({ kind: 'report', severity: 'info', monitor: null, report }));
    expect(path).toBe('/v2/change/enqueue');
  });

  it('Opsgenie closes what it opened', async () => {
    const down = await sent('opsgenie', DOWN, { teams: ['Web'] });
    expect(down.headers['authorization']).toBe('GenieKey g3nies3cret');
    expect(JSON.parse(down.body)).toMatchObject({
      message: 'Shop is down',
      alias: 'longwatch:shop:12',
      priority: 'P1',
      responders: [{ name: 'Web', type: 'team' }],
    });
    const up = await sent('opsgenie', UP);
    expect(up.path).toBe('/v2/alerts/longwatch%3Ashop%3A12/close?identifierType=alias');
  });

  it('a channel that fails and works again is one trouble', async () => {
    const channel = { monitor: null, incident: null, about: 'mail' };
    const failing = anyMessage({ ...channel, kind: 'channel_failing', severity: 'warning' });
    const working = anyMessage({ ...channel, kind: 'channel_working', resolved: true });
    expect(await json('pagerduty', failing)).toMatchObject({ dedup_key: 'longwatch:channel:mail' });
    expect(await json('pagerduty', working)).toMatchObject({ dedup_key: 'longwatch:channel:mail' });
  });

  it('Alertmanager gets an alert that lasts, and its end for each severity it may have had', async () => {
    const [alert] = (await json('alertmanager', DOWN, { labels: { cluster: 'eu' } })) as [object];
    expect(alert).toEqual({
      labels: {
        alertname: 'LongwatchIncident',
        cluster: 'eu',
        monitor: 'shop',
        name: 'Shop',
        instance: 'https://shop.example/',
        group: 'Sales',
        tag_team: 'web',
        severity: 'critical',
      },
      annotations: {
        summary: 'Shop is down',
        description: `${SUMMARY}\nstatus: expected 2xx, got 503`,
        link: 'https://watch.example/incidents/12',
      },
      startsAt: '2026-11-23T12:00:05.000Z',
      endsAt: '2026-12-23T12:00:15.000Z',
      generatorURL: 'https://watch.example/incidents/12',
    });
    const ends = (await json('alertmanager', UP)) as { labels: { severity: string }; endsAt: string }[];
    expect(ends.map(({ labels }) => labels.severity)).toEqual(['critical', 'warning', 'info']);
    expect(new Set(ends.map(({ endsAt }) => endsAt))).toEqual(new Set(['2026-11-23T12:01:05.000Z']));
  });

  it('Alertmanager gets each line of a storm as an alert of its own', async () => {
    const cart = { ...SHOP, id: 'cart', name: 'Cart' };
    const items = [anyItem(), anyItem({ monitor: cart, until: SINCE + MINUTE })];
    const alerts = (await json('alertmanager', anyMessage({ kind: 'storm', monitor: null, items, total: 2 }))) as {
      labels: { monitor: string };
    }[];
    expect(alerts.map(({ labels }) => labels.monitor)).toEqual(['shop', 'cart', 'cart', 'cart']);
  });
});

/** Sizes that services refuse, or turn into something else. */
describe('a message that is far too long', () => {
  const noise = `<&@*_"'${'ä😀'.repeat(40)}`;
  const items = Array.from({ length: 50 }, (_, place) =>
    anyItem({
      monitor: { ...SHOP, id: `m${place}`, name: noise },
      cause: { ...GOT_503, message: `${noise}${noise}` },
    }),
  );
  const huge = anyMessage({ kind: 'storm', monitor: null, incident: null, items, total: 4000 });

  it.each<[HttpType, (body: string) => number, number]>([
    ['slack', (body) => Math.max(...slackTexts(body)), 3000],
    ['discord', (body) => embedSize(body), 6000],
    ['teams', (body) => 2 * body.length, 28_000],
    ['mattermost', (body) => textOf(body, 'attachments', 0, 'text').length, 16_383],
    ['google_chat', (body) => textOf(body, 'text').length, 4096],
    ['telegram', (body) => textOf(body, 'text').length, 4096],
    ['ntfy', (body) => Buffer.byteLength(textOf(body, 'message')), 4096],
    ['pushover', (body) => (new URLSearchParams(body).get('message') ?? '').length, 1024],
    ['opsgenie', (body) => textOf(body, 'description').length, 15_000],
    ['pagerduty', (body) => textOf(body, 'payload', 'summary').length, 1024],
    ['matrix', (body) => Buffer.byteLength(body), 65_000],
    ['twilio_sms', (body) => (new URLSearchParams(body).get('Body') ?? '').length, 1600],
  ])('is cut for %s, and what is left out is told', async (type, sizeOf, most) => {
    const { body } = await sent(type, huge);
    expect(sizeOf(body)).toBeGreaterThan(50);
    expect(sizeOf(body)).toBeLessThanOrEqual(most);
    expect(Buffer.from(body).toString()).toBe(body);
  });
});

function slackTexts(body: string): number[] {
  const { attachments } = JSON.parse(body) as { attachments: [{ blocks: { text: { text: string } }[] }] };
  return attachments[0].blocks.map(({ text }) => text.text.length);
}

function embedSize(body: string): number {
  const { embeds } = JSON.parse(body) as { embeds: [{ title: string; description: string }] };
  return embeds[0].title.length + embeds[0].description.length;
}

function textOf(body: string, ...path: (string | number)[]): string {
  let value: unknown = JSON.parse(body);
  for (const key of path) value = (value as Record<string | number, unknown>)[key];
  return String(value);
}

/** Types whose payloads these tests look at one by one; the webhook has a file of its own. */
it('every type of channel that sends over HTTP is written down here', () => {
  const types: readonly ChannelType[] = HTTP_TYPES;
  expect(types).toHaveLength(16);
});
