import { appendFileSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aFolder, run, runJson, startProgram, type Program } from '../support/longwatch.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { startSwitchableServer } from '../targets/switchable-server.ts';

const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.kill('SIGKILL');
    await program.finished;
  }
});

const soon = { timeout: 20_000, interval: 100 };
const SECRET = 'a secret of the test, long enough';

/** A server, one worker and a Redis, each a process of its own, watching one target every second. */
async function aHouse(
  workers = 1,
): Promise<{ redis: RedisServer; config: string; server: Program; url: string; hits: () => number }> {
  const redis = await startRedisServer();
  onTestFinished(() => redis.stop());
  const target = await startSwitchableServer();
  onTestFinished(() => target.close());
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const config = folder.write(
    'longwatch.yaml',
    `version: 1
server: { listen: "127.0.0.1:0" }
redis: { url: "${redis.url}" }
defaults: { interval: 1s, timeout: 500ms, retries: 0 }
monitors:
  - { id: site, url: "${target.url}", headers: { X-Key: "\${TARGET_KEY}" } }
`,
  );
  const env = { LONGWATCH_SECRET: SECRET, TARGET_KEY: 'only-the-target-may-know' };
  const server = startProgram(['serve', '--role', 'server', '--config', config], { env });
  running.push(server);
  const [, url = ''] = await server.seen(/ready at (\S+)/);
  for (let index = 0; index < workers; index += 1) {
    const worker = startProgram(['serve', '--role', 'worker'], {
      env: { LONGWATCH_REDIS_URL: redis.url, LONGWATCH_SECRET: SECRET },
      cwd: folder.path,
    });
    running.push(worker);
    await worker.seen(/is ready/);
  }
  return { redis, config, server, url, hits: () => target.hits.length };
}

async function moreHits(hits: () => number, more = 2): Promise<void> {
  const before = hits();
  await vi.waitFor(() => expect(hits()).toBeGreaterThanOrEqual(before + more), soon);
}

interface Ready {
  ok: boolean;
  queue: { ok: boolean; detail: string };
}

describe('longwatch serve on Redis', () => {
  it('shares the checks among workers that know nothing but Redis and the secret', async () => {
    const { redis, hits, url, config } = await aHouse(2);
    await moreHits(hits, 3);
    const ready = (await (await fetch(`${url}/readyz`)).json()) as Ready;
    expect(ready).toMatchObject({ ok: true, queue: { ok: true, detail: expect.stringContaining('2 workers') } });
    expect(await redis.command('HGETALL', '{longwatch}:definitions')).not.toContain('only-the-target-may-know');
    await vi.waitFor(async () => {
      const { results } = await runJson<{ results: { status: string }[] }>(['results', 'site', '--config', config], {
        env: { TARGET_KEY: 'x' },
      });
      expect(results.filter(({ status }) => status === 'up').length).toBeGreaterThanOrEqual(2);
      // A slot that came before the first worker did is recorded as missed, and never held against the target.
      expect(results.some(({ status }) => status === 'down')).toBe(false);
    }, soon);
  });

  it('goes on by itself after Redis was killed and came back empty', async () => {
    const { redis, hits, url } = await aHouse();
    await moreHits(hits);
    await redis.kill();
    await vi.waitFor(async () => {
      const response = await fetch(`${url}/readyz`);
      expect([response.status, ((await response.json()) as Ready).queue.ok]).toEqual([503, false]);
    }, soon);
    await redis.restart();
    await moreHits(hits, 3);
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), soon);
  });

  it('goes on by itself after FLUSHALL', async () => {
    const { redis, hits } = await aHouse();
    await moreHits(hits);
    await redis.flushAll();
    await moreHits(hits, 3);
  });

  it('never calls the target down for the time in which Redis was away', async () => {
    const { redis, hits, config } = await aHouse();
    await moreHits(hits, 3);
    await redis.kill();
    const killed = Date.now();
    await vi.waitFor(() => expect(Date.now() - killed).toBeGreaterThan(4000), { timeout: 8000, interval: 100 });
    await redis.restart();
    await moreHits(hits, 4);
    const { monitors } = await runJson<{
      monitors: { windows: Record<string, { uptime: number; down_seconds: number; unknown_seconds: number }> }[];
    }>(['uptime', 'site', '--window', '1m', '--config', config], { env: { TARGET_KEY: 'x' } });
    expect(monitors[0]?.windows['1m']).toMatchObject({ uptime: 1, down_seconds: 0 });
  });

  it('takes over a changed file while Redis is away, and checks what is new when it returns', async () => {
    const { redis, hits, config, url } = await aHouse();
    await moreHits(hits);
    await redis.kill();
    appendFileSync(
      config,
      `  - { id: added, url: "${readFileSync(config, 'utf8').match(/http:[^"]+/)?.[0] ?? ''}added" }\n`,
    );
    await vi.waitFor(async () => {
      const { monitors } = (await (await fetch(`${url}/api/v1/monitors`)).json()) as { monitors: { id: string }[] };
      expect(monitors.map(({ id }) => id)).toEqual(['site', 'added']);
    }, soon);
    await redis.restart();
    await vi.waitFor(async () => {
      const { status } = (await (await fetch(`${url}/api/v1/monitors/added`)).json()) as { status: string };
      expect(status).toBe('up');
    }, soon);
  });

  it.each(['kill', 'pause'] as const)('stops within 15 s on SIGTERM while Redis is away (%s)', async (how) => {
    const { redis, hits } = await aHouse();
    await moreHits(hits);
    await redis[how]();
    for (const program of running) program.kill('SIGTERM');
    const asked = Date.now();
    const ends = await Promise.all(running.map(({ finished }) => finished));
    if (how === 'pause') redis.resume();
    expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 0));
    expect(Date.now() - asked).toBeLessThan(15_000);
  });

  it('refuses to start without Redis, with a wrong secret file, or on a Redis that evicts, and says why', async () => {
    const redis = await startRedisServer();
    onTestFinished(() => redis.stop());
    const folder = aFolder();
    onTestFinished(() => folder.remove());
    const config = folder.write('longwatch.yaml', 'version: 1\nserver: { listen: "127.0.0.1:0" }\nmonitors: []\n');
    const serve = (env: NodeJS.ProcessEnv) => run(['serve', '--config', config], { env });

    const evicting = await redis.command('CONFIG', 'SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru');
    expect(evicting).toContain('OK');
    const unsuitable = await serve({ LONGWATCH_REDIS_URL: redis.url });
    expect([unsuitable.status, unsuitable.stderr]).toEqual([4, expect.stringMatching(/redis_unsuitable.*allkeys-lru/)]);

    const away = await serve({ LONGWATCH_REDIS_URL: 'redis://user:hunter22@127.0.0.1:1/0' });
    expect([away.status, away.stderr]).toEqual([4, expect.stringMatching(/redis_unreachable.*ECONNREFUSED/)]);
    expect(away.stderr).not.toContain('hunter22');
  });
});
