import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Channel } from '../../src/core/channel/channel.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { DeliveryAnswer } from '../../src/core/notify/message.ts';
import type { Send } from '../../src/notifier/delivery.ts';
import { Notifier, type NotifierDeps } from '../../src/notifier/notifier.ts';
import { openEmbeddedTransport } from '../../src/queue/embedded-transport.ts';
import { openRedisTransport } from '../../src/queue/redis-transport.ts';
import type { Transport } from '../../src/queue/transport.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { GivenNotifications, webhookTo } from './given-notifications.ts';
import { startSink, type Sink } from './sink.ts';

const logger = pino({ level: 'silent' });
const PATIENT = { timeout: 10_000, interval: 20 };

/** Posts the id of the message to the address of the channel, and calls every answer but a 2xx a failure. */
const post: Send = async (channel, message, sending, signal): Promise<DeliveryAnswer> => {
  const { url } = channel as Extract<Channel, { type: 'webhook' }>;
  const body = JSON.stringify({ id: message.id, kind: message.kind, attempt: sending.attempt, lateBy: sending.lateBy });
  const response = await fetch(url, { method: 'POST', body, signal });
  const detail = `${response.status} ${await response.text()}`;
  const outcome = response.ok ? 'delivered' : response.status === 400 ? 'refused' : 'failed';
  return { outcome, detail, statusCode: response.status, retryAfter: null };
};

let sink: Sink;
let given: GivenNotifications;
let running: Notifier[] = [];

beforeEach(async () => {
  sink = await startSink();
  given = new GivenNotifications();
});

afterEach(async () => {
  for (const notifier of running) await notifier.close(0);
  running = [];
  await sink.close();
});

function notify(transport: Transport, parts: Partial<NotifierDeps> = {}): Notifier {
  const { plan, settle } = given;
  const links = (): { incident: null; acknowledge: null } => ({ incident: null, acknowledge: null });
  const outside = { transport, clock: systemClock, logger };
  const notifier = new Notifier({ plan, settle, recheck: () => undefined, send: post, links, ...outside, ...parts });
  running.push(notifier);
  notifier.setChannels(['ops', 'chat'].map((id) => webhookTo(id, sink.urlOf(id))));
  return notifier;
}

function idsAt(channel: string): unknown[] {
  return sink.received(channel).map(({ body }) => (JSON.parse(body) as { id: string }).id);
}

describe.each(['embedded', 'redis'] as const)('Notifier over the %s queue', (kind) => {
  let redis: RedisServer | undefined;
  let transport: Transport;

  beforeAll(async () => {
    if (kind === 'redis') redis = await startRedisServer();
  });
  afterAll(() => redis?.stop());
  beforeEach(async () => {
    transport =
      redis === undefined
        ? openEmbeddedTransport({ logger, clock: systemClock })
        : await openRedisTransport(redis.url, { logger, clock: systemClock });
  });
  afterEach(async () => {
    for (const notifier of running) await notifier.close(0);
    running = [];
    await transport.close();
  });

  it('sends each message once, and says what became of it', async () => {
    for (let count = 0; count < 30; count += 1) given.add(count % 2 === 0 ? 'ops' : 'chat', { incident: count });
    notify(transport).start();
    await vi.waitFor(() => expect(given.settled).toHaveLength(30), PATIENT);
    expect(new Set(idsAt('ops')).size).toBe(15);
    expect(sink.received()).toHaveLength(30);
    const [report] = given.settled;
    expect(report).toMatchObject({ attempt: 1, outcome: 'delivered', statusCode: 200, detail: '200 taken' });
    expect(sink.mostAtOnce('ops')).toBeLessThanOrEqual(4);
  });

  it('tells the beginning of an incident before its end', async () => {
    sink.answer('ops', { status: 200, afterMs: 30 });
    const keys = [1, 2, 3].flatMap((incident) => [
      given.add('ops', { incident, kind: 'down' }).message.id,
      given.add('ops', { incident, kind: 'up' }).message.id,
    ]);
    notify(transport).start();
    await vi.waitFor(() => expect(given.settled).toHaveLength(6), PATIENT);
    const order = idsAt('ops').map((id) => keys.indexOf(String(id)));
    for (const begin of [0, 2, 4]) expect(order.indexOf(begin)).toBeLessThan(order.indexOf(begin + 1));
  });

  it('sends to other channels while one hangs, and gives up an attempt when its time is over', async () => {
    sink.answer('chat', 'hang');
    for (let incident = 1; incident <= 12; incident += 1) given.add('chat', { incident });
    for (let incident = 1; incident <= 12; incident += 1) given.add('ops', { incident });
    notify(transport, { attemptWithin: 1000 }).start();
    await vi.waitFor(() => expect(sink.received('ops')).toHaveLength(12), PATIENT);
    expect(given.settled.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    await vi.waitFor(
      () => expect(given.settled.find(({ outcome }) => outcome === 'failed')?.detail).toBe('no answer within 1 s'),
      PATIENT,
    );
  });

  it.each([
    ['500', { status: 500 }, 'failed', 500],
    ['429', { status: 429, retryAfter: 7 }, 'failed', 429],
    ['400', { status: 400 }, 'refused', 400],
    ['a reset', 'reset', 'failed', null],
  ] as const)('tells of %s', async (_what, manner, outcome, statusCode) => {
    sink.answer('ops', manner);
    given.add('ops');
    notify(transport).start();
    await vi.waitFor(() => expect(given.settled).toMatchObject([{ outcome, statusCode }]), PATIENT);
  });

  it('does not try the others once five failed in a row', async () => {
    sink.answer('ops', { status: 503 });
    for (let incident = 1; incident <= 40; incident += 1) given.add('ops', { incident });
    const notifier = notify(transport);
    notifier.start();
    given.add('chat');
    await vi.waitFor(() => expect(given.settled.length).toBeGreaterThanOrEqual(6), PATIENT);
    await vi.waitFor(() => expect(notifier.state.underWay).toBe(0), PATIENT);
    // Up to three may have been on their way when the fifth failed.
    expect(sink.received('ops').length).toBeLessThanOrEqual(8);
    expect(sink.received('chat')).toHaveLength(1);
  });

  it('tries them at once when a channel is found to take messages again', async () => {
    sink.answer('ops', { status: 503 });
    for (let incident = 1; incident <= 20; incident += 1) given.add('ops', { incident });
    const notifier = notify(transport);
    notifier.start();
    await vi.waitFor(() => expect(given.settled.length).toBeGreaterThanOrEqual(5), PATIENT);
    await vi.waitFor(() => expect(notifier.state.underWay).toBe(0), PATIENT);
    sink.answer('ops', { status: 200 });
    notifier.hasTaken('ops');
    await vi.waitFor(() => expect(given.settled).toHaveLength(20), PATIENT);
  });

  it('goes on settling until the database can be written, and sends nothing twice meanwhile', async () => {
    given.broken = true;
    given.add('ops');
    notify(transport).start();
    await vi.waitFor(() => expect(sink.received('ops')).toHaveLength(1), PATIENT);
    given.broken = false;
    await vi.waitFor(() => expect(given.settled).toHaveLength(1), PATIENT);
    expect(sink.received('ops')).toHaveLength(1);
  });

  it('breaks off what hangs when it is closed, and sends it again afterwards under the same id', async () => {
    sink.answer('ops', 'hang');
    given.add('ops');
    const first = notify(transport);
    first.start();
    await vi.waitFor(() => expect(sink.received('ops')).toHaveLength(1), PATIENT);
    await first.close(50);
    running = [];
    expect(given.settled).toEqual([]);
    sink.answer('ops', { status: 200 });
    given.forgetHandedOut();
    notify(transport).start();
    await vi.waitFor(() => expect(given.settled).toHaveLength(1), PATIENT);
    expect(new Set(idsAt('ops')).size).toBe(1);
  });

  it('says what comes late', async () => {
    given.add('ops', {}, Date.now() - 90_000);
    notify(transport).start();
    await vi.waitFor(() => expect(sink.received('ops').length).toBeGreaterThan(0), PATIENT);
    const { lateBy } = JSON.parse(sink.received('ops')[0]?.body ?? '{}') as { lateBy: number };
    expect(lateBy).toBeGreaterThanOrEqual(90_000);
  });

  it('plans again when something is due, and asks for looks at monitors', async () => {
    const asked: string[] = [];
    let plans = 0;
    const plan: NotifierDeps['plan'] = () => {
      plans += 1;
      const nextAt = plans < 3 ? Date.now() + 100 : null;
      return Promise.resolve({ ready: [], nextAt, more: false, rechecks: plans === 1 ? ['edge'] : [] });
    };
    notify(transport, { plan, recheck: (monitors) => asked.push(...monitors) }).start();
    await vi.waitFor(() => expect(plans).toBe(3), PATIENT);
    expect(asked).toEqual(['edge']);
  });

  it('settles as failed what is for a channel that is gone', async () => {
    given.add('gone');
    notify(transport).start();
    await vi.waitFor(() => expect(given.settled).toMatchObject([{ outcome: 'failed', tookMs: 0 }]), PATIENT);
  });
});

describe('Notifier while Redis is in trouble', () => {
  let redis: RedisServer;
  let transport: Transport;

  beforeEach(async () => {
    redis = await startRedisServer();
    transport = await openRedisTransport(redis.url, { logger, clock: systemClock });
  });
  afterEach(async () => {
    for (const notifier of running) await notifier.close(0);
    running = [];
    await transport.close();
    await redis.stop();
  });

  it('sends without the queue while Redis is dead', async () => {
    const notifier = notify(transport);
    notifier.start();
    given.add('ops');
    notifier.wake();
    await vi.waitFor(() => expect(given.settled).toHaveLength(1), PATIENT);
    await redis.kill();
    for (let incident = 1; incident <= 10; incident += 1) given.add('ops', { incident });
    notifier.wake();
    await vi.waitFor(() => expect(given.settled).toHaveLength(11), PATIENT);
    expect(sink.received('ops')).toHaveLength(11);
  });

  it('sends each message once when Redis is killed, frozen and flushed in the middle', async () => {
    sink.answer('ops', { status: 200, afterMs: 20 });
    const notifier = notify(transport);
    notifier.start();
    for (let incident = 1; incident <= 60; incident += 1) given.add('ops', { incident });
    notifier.wake();
    await vi.waitFor(() => expect(given.settled.length).toBeGreaterThan(10), PATIENT);
    await redis.flushAll();
    await vi.waitFor(() => expect(given.settled.length).toBeGreaterThan(20), PATIENT);
    await redis.restart();
    await vi.waitFor(() => expect(given.settled.length).toBeGreaterThan(30), PATIENT);
    redis.pause();
    await vi.waitFor(() => expect(given.settled).toHaveLength(60), { timeout: 20_000, interval: 50 });
    redis.resume();
    expect(sink.received('ops')).toHaveLength(60);
    expect(new Set(idsAt('ops')).size).toBe(60);
  }, 60_000);

  it('ignores attempts that another process left in Redis', async () => {
    const queue = transport.queue<{ notification: number; attempt: number }>('notifications', {});
    await queue.add('notification', { notification: 999, attempt: 1 });
    given.add('ops');
    notify(transport).start();
    await vi.waitFor(() => expect(given.settled).toHaveLength(1), PATIENT);
    await vi.waitFor(
      async () => expect(await queue.getJobCounts('waiting', 'active')).toEqual({ waiting: 0, active: 0 }),
      PATIENT,
    );
    expect(sink.received()).toHaveLength(1);
    await queue.close();
  });
});
