import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { openConsumer } from '../../src/queue/consumer.ts';
import { openElsewhere } from '../../src/queue/elsewhere.ts';
import { CHECKS_QUEUE, type CheckJob } from '../../src/queue/payloads.ts';
import { openRedisTransport } from '../../src/queue/redis-transport.ts';
import { startRedisServer } from '../support/redis-server.ts';

const deps = { logger: pino({ level: 'silent' }), clock: systemClock };
const check: CheckJob = { monitor: 'a', slot: 1000, version: 'v1', interval: 60_000, attempt: 2, avoid: 'here' };

/** A worker's side of Redis, with workers of these locations announced. */
async function aWorkerAmong(locations: readonly string[]) {
  const redis = await startRedisServer();
  onTestFinished(() => redis.stop());
  const transport = await openRedisTransport(redis.url, deps);
  onTestFinished(() => transport.close());
  for (const [pid, location] of locations.entries()) {
    const beat = { host: 'h', pid, location, concurrency: 1, at: Date.now() };
    await transport.redis.hset('{longwatch}:workers', `h:${pid}`, JSON.stringify(beat));
  }
  const elsewhere = openElsewhere(transport, transport.redis, systemClock);
  onTestFinished(() => elsewhere.close());
  return { redis, transport, elsewhere };
}

describe('a check that should be left to another location', () => {
  it('goes back into the queue when there is one', async () => {
    const { transport, elsewhere } = await aWorkerAmong(['here', 'there']);
    const taken: CheckJob[] = [];
    expect(await elsewhere.leave(check, 'here')).toBe(true);
    const consumer = openConsumer<CheckJob>(
      transport,
      CHECKS_QUEUE,
      (job) => Promise.resolve(void taken.push(job)),
      {},
    );
    onTestFinished(() => consumer.close(100));
    await vi.waitFor(() => expect(taken).toEqual([{ ...check, passed: 1 }]), { timeout: 5000 });
  });

  it('is run here when there is none, when it should not be left, and when it came back too often', async () => {
    const alone = await aWorkerAmong(['here', 'here']);
    expect(await alone.elsewhere.leave(check, 'here')).toBe(false);
    const { elsewhere } = await aWorkerAmong(['here', 'there']);
    expect(await elsewhere.leave(check, 'there')).toBe(false);
    expect(await elsewhere.leave({ ...check, passed: 10 }, 'here')).toBe(false);
  });

  it('is run here when the queue is away', async () => {
    const { redis, elsewhere } = await aWorkerAmong(['here', 'there']);
    await redis.kill();
    expect(await elsewhere.leave(check, 'here')).toBe(false);
  });
});
