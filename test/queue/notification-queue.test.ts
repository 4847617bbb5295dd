import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { openEmbeddedTransport } from '../../src/queue/embedded-transport.ts';
import { openNotificationConsumer } from '../../src/queue/notification-consumer.ts';
import { openNotificationProducer } from '../../src/queue/notification-producer.ts';
import type { NotificationJob } from '../../src/queue/payloads.ts';
import { openRedisTransport } from '../../src/queue/redis-transport.ts';
import type { Transport } from '../../src/queue/transport.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';

const deps = { logger: pino({ level: 'silent' }), clock: systemClock };
const PATIENT = { timeout: 10_000, interval: 10 };

describe.each(['embedded', 'redis'] as const)('the queue of notifications on %s', (kind) => {
  let redis: RedisServer | undefined;
  let transport: Transport;

  beforeAll(async () => {
    if (kind === 'redis') redis = await startRedisServer();
    transport = redis === undefined ? openEmbeddedTransport(deps) : await openRedisTransport(redis.url, deps);
  });
  afterAll(async () => {
    await transport.close();
    await redis?.stop();
  });

  it('queues an attempt once, the next attempt again, and runs as many at once as it may', async () => {
    const producer = openNotificationProducer(transport);
    const first = { notification: 1, attempt: 1 };
    const others = [2, 3, 4].map((notification) => ({ notification, attempt: 1 }));
    await producer.enqueue([first, ...others]);
    await producer.enqueue([first, { notification: 1, attempt: 2 }]);
    const taken: NotificationJob[] = [];
    const waiting: (() => void)[] = [];
    const send = async (job: NotificationJob): Promise<void> => {
      taken.push(job);
      await new Promise<void>((resolve) => waiting.push(resolve));
    };
    const consumer = openNotificationConsumer(transport, send, 2);
    await vi.waitFor(() => expect(consumer.active).toBe(2), PATIENT);
    expect(taken).toHaveLength(2);
    consumer.setConcurrency(5);
    await vi.waitFor(() => {
      for (const done of waiting.splice(0)) done();
      expect(taken).toHaveLength(5);
    }, PATIENT);
    const order = (one: NotificationJob, other: NotificationJob): number =>
      one.notification - other.notification || one.attempt - other.attempt;
    expect(taken.toSorted(order)).toEqual([first, { notification: 1, attempt: 2 }, ...others]);
    await consumer.close(0);
    await producer.close();
  });
});
