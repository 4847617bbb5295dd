import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSeal } from '../../src/queue/seal.ts';
import { SealedDefinitions } from '../../src/queue/sealed-definitions.ts';
import { aMonitor } from '../support/monitors.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';

describe('sealed definitions', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
    redis.on('error', () => undefined);
  });
  beforeEach(() => server.flushAll());
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const seal = createSeal('the shared secret');
  const withSecret = aMonitor({ id: 'api', headers: { authorization: 'Bearer hunter22hunter22' } });

  it('are found by a worker with the same secret, by id and version', async () => {
    const published = new SealedDefinitions(redis, seal);
    await published.publish([aMonitor(), withSecret]);
    const worker = new SealedDefinitions(redis, createSeal('the shared secret'));
    const version = published.versionOf('api') ?? '';
    expect(await worker.find('api', version)).toEqual(withSecret);
    expect(await worker.find('api', 'another version')).toBeUndefined();
    expect(await worker.find('nobody', version)).toBeUndefined();
    expect(JSON.stringify(await redis.hgetall('{longwatch}:definitions'))).not.toContain('hunter22');
  });

  it('say nothing to a worker with another secret', async () => {
    const published = new SealedDefinitions(redis, seal);
    await published.publish([withSecret]);
    const stranger = new SealedDefinitions(redis, createSeal('not the shared secret'));
    expect(await stranger.find('api', published.versionOf('api') ?? '')).toBeUndefined();
  });

  it('cannot be exchanged for one another by who can write to Redis', async () => {
    const published = new SealedDefinitions(redis, seal);
    await published.publish([aMonitor({ id: 'a' }), aMonitor({ id: 'b', url: 'http://127.0.0.1:1/' })]);
    await redis.hset('{longwatch}:definitions', 'a', (await redis.hget('{longwatch}:definitions', 'b')) ?? '');
    const worker = new SealedDefinitions(redis, seal);
    expect(await worker.find('a', published.versionOf('a') ?? '')).toBeUndefined();
  });

  it('forget a monitor that is no longer published', async () => {
    const published = new SealedDefinitions(redis, seal);
    await published.publish([aMonitor({ id: 'a' }), aMonitor({ id: 'b' })]);
    await published.publish([aMonitor({ id: 'b' })]);
    expect(await redis.hkeys('{longwatch}:definitions')).toEqual(['b']);
    expect(published.versionOf('a')).toBeUndefined();
  });

  it('are written again when Redis has lost them, and only then', async () => {
    const published = new SealedDefinitions(redis, seal);
    await published.publish([withSecret]);
    expect(await published.restore()).toBe(false);
    await server.flushAll();
    expect(await published.restore()).toBe(true);
    expect(await redis.hlen('{longwatch}:definitions')).toBe(1);
    expect(await published.restore()).toBe(false);
  });

  it('are written to the end when the writing broke off', async () => {
    const published = new SealedDefinitions(redis, seal);
    await published.publish([withSecret]);
    await server.kill();
    await expect(published.publish([aMonitor()])).rejects.toBeInstanceOf(Error);
    await server.restart();
    expect(await published.restore()).toBe(true);
    expect(await redis.hkeys('{longwatch}:definitions')).toEqual(['website']);
  });
});
