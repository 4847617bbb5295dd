import { beforeEach, describe, expect, it } from 'vitest';
import { secretsOfChannel } from '../../../src/core/channel/channel.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createNetwork } from '../../../src/net/network.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { anyMessage } from '../any-message.ts';
import { answers, startService, type RecordingService } from './recording-receiver.ts';
import { channelOf, HTTP_TYPES, send, WRITTEN } from './written-channels.ts';

const { keep } = closeAfterEach();
let service: RecordingService;
beforeEach(async () => {
  service = await keep(startService());
});

describe.each(HTTP_TYPES)('%s', (type) => {
  const channel = () => channelOf(type, WRITTEN[type](service.url));

  it.each([200, 201, 202])('is delivered by %d', async (status) => {
    service.behave(answers(status, {}, '{"status":1}'));
    expect(await send(channel(), anyMessage())).toMatchObject({ outcome: 'delivered', statusCode: status });
    expect(service.requests).toHaveLength(1);
  });

  it.each([
    [500, 'failed'],
    [503, 'failed'],
    [408, 'failed'],
    [425, 'failed'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
  ])('takes %d for %s', async (status, outcome) => {
    service.behave(answers(status, {}, 'no such thing'));
    const answer = await send(channel(), anyMessage());
    expect(answer).toEqual({ outcome, statusCode: status, retryAfter: null, detail: `${status} no such thing` });
  });

  it('waits as long as a service asks, in seconds', async () => {
    service.behave(answers(429, { 'retry-after': '17' }, 'slow down'));
    expect(await send(channel(), anyMessage())).toMatchObject({ outcome: 'failed', retryAfter: 17_000 });
  });

  it('waits as long as a service asks, by a date', async () => {
    const until = new Date(Date.now() + 120_000).toUTCString();
    service.behave(answers(503, { 'retry-after': until }));
    const { retryAfter } = await send(channel(), anyMessage());
    expect(retryAfter).toBeGreaterThan(100_000);
    expect(retryAfter).toBeLessThanOrEqual(120_000);
  });

  it('follows no redirect', async () => {
    service.behave(answers(302, { location: `${service.url}/elsewhere` }));
    const answer = await send(channel(), anyMessage());
    expect(answer).toMatchObject({ outcome: 'failed', detail: '302 a redirect, which is not followed' });
    expect(service.requests).toHaveLength(1);
  });

  it('fails for now when the connection is reset', async () => {
    service.behave((_, response) => response.socket?.resetAndDestroy());
    expect(await send(channel(), anyMessage())).toMatchObject({ outcome: 'failed', statusCode: null });
  });

  it('fails for now when nobody listens', async () => {
    const unheard = channel();
    await service.close();
    const answer = await send(unheard, anyMessage());
    expect(answer).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('refused') as string });
  });

  it('ends with its attempt when the service hangs', async () => {
    const end = new AbortController();
    service.behave(() => end.abort());
    const answer = await send(channel(), anyMessage(), { signal: end.signal });
    expect(answer).toMatchObject({ outcome: 'failed', detail: 'the attempt was ended' });
  });

  it('reads no more of a huge answer than its beginning', async () => {
    let sent = 0;
    service.behave((_, response) => {
      response.writeHead(500);
      const more = (): void => {
        while (!response.destroyed && sent < 50_000_000 && response.write('x'.repeat(16_384))) sent += 16_384;
      };
      response.on('drain', more);
      more();
    });
    const answer = await send(channel(), anyMessage());
    expect(answer.outcome).toBe('failed');
    expect(answer.detail.length).toBeLessThanOrEqual(300);
    expect(sent).toBeLessThan(40_000_000);
  });

  it('tells no secret when the service repeats what it was sent', async () => {
    service.behave(({ path, headers, body }, response) => {
      const auth = String(headers['authorization'] ?? headers['x-gotify-key'] ?? '');
      response.writeHead(500).end(`${auth} ${path} ${body}`);
    });
    const own = channel();
    const { detail } = await send(own, anyMessage());
    for (const secret of secretsOfChannel(own)) expect(detail).not.toContain(secret);
    expect(detail).not.toContain('token=t');
  });

  it('never reaches the metadata service of a cloud', async () => {
    const own = channelOf(type, WRITTEN[type]('http://169.254.169.254'));
    const answer = await send(own, anyMessage());
    expect(answer).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('never dialled') as string });
  });
});

describe('what services say in their bodies', () => {
  it.each([
    ['telegram', '{"ok":false,"parameters":{"retry_after":9}}', 9000],
    ['discord', '{"message":"slow","retry_after":1.25}', 1250],
    ['matrix', '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2000}', 2000],
    ['slack', '[]', null],
    ['slack', '{"retry_after":"soon"}', null],
  ] as const)('%s is waited for by %s', async (type, body, retryAfter) => {
    service.behave(answers(429, {}, body));
    const answer = await send(channelOf(type, WRITTEN[type](service.url)), anyMessage());
    expect(answer).toMatchObject({ outcome: 'failed', retryAfter });
  });

  it('of a retired webhook of Teams is believed when it says that the message was not passed on', async () => {
    service.behave(
      answers(200, {}, 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429'),
    );
    const answer = await send(channelOf('teams', WRITTEN.teams(service.url)), anyMessage());
    expect(answer.outcome).toBe('failed');
  });

  it.each([
    [204, 'refused'],
    [424, 'failed'],
  ])('an Apprise API means by %d that it is %s', async (status, outcome) => {
    service.behave(answers(status));
    const answer = await send(channelOf('apprise', { url: service.url, key: 'ops-team' }), anyMessage());
    expect(answer).toMatchObject({ outcome, statusCode: status });
  });
});

describe('a service that answers and then does not end', () => {
  it('has taken the message', async () => {
    service.behave((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('partly');
      setImmediate(() => response.socket?.resetAndDestroy());
    });
    const answer = await send(channelOf('slack', WRITTEN.slack(service.url)), anyMessage());
    expect(answer).toMatchObject({ outcome: 'delivered', statusCode: 200 });
  });
});

describe('the address guard', () => {
  it('keeps channels from private addresses where the settings say so', async () => {
    const network = createNetwork({ clock: systemClock, policy: { allowPrivate: false, deny: [], allow: [] } });
    const own = channelOf('slack', WRITTEN.slack(service.url));
    const answer = await send(own, anyMessage(), { network });
    expect(answer).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('not a public address') as string,
    });
    expect(service.requests).toHaveLength(0);
  });
});
