import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aFolder, startProgram, type Program } from '../support/longwatch.ts';
import { startRedisServer } from '../support/redis-server.ts';

const SECRET = 'a secret of the test, long enough';
const INTERVAL = 6000;
const soon = { timeout: 40_000, interval: 50 };

interface Result {
  readonly slot: string;
  readonly status: string;
  readonly reason: string | null;
  readonly attempt: number;
}

interface MonitorNow {
  readonly status: string;
  readonly since: string;
  readonly incident: number | null;
}

const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.kill('SIGKILL');
    await program.finished;
  }
});

/** A target that answers 503 as often as it is told to, and else 200. */
async function aTarget() {
  const state = { failures: 0 };
  const server = createServer((_, response) => {
    state.failures -= 1;
    response.writeHead(state.failures >= 0 ? 503 : 200, { connection: 'close' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    fail(times: number) {
      state.failures = times;
    },
  };
}

/** Longwatch in one process with the embedded queue, or as a server and a worker of their own with Redis between them. */
async function aHouse(transport: 'embedded' | 'redis') {
  const target = await aTarget();
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const redis = transport === 'redis' ? await startRedisServer() : undefined;
  onTestFinished(() => redis?.stop());
  const config = folder.write(
    'longwatch.yaml',
    `server: { listen: '127.0.0.1:0' }
${redis === undefined ? '' : `redis: { url: '${redis.url}' }\n`}monitors:
  - { id: site, url: '${target.url}', interval: 6s, timeout: 900ms, retry_interval: 1s }
`,
  );
  const env = { LONGWATCH_SECRET: SECRET };
  const role = redis === undefined ? 'all' : 'server';
  const serve = async () => {
    const program = startProgram(['serve', '--role', role, '--config', config], { env });
    running.push(program);
    const [, url = ''] = await program.seen(/ready at (\S+)/);
    return { program, url };
  };
  const server = await serve();
  if (redis !== undefined) {
    const worker = startProgram(['serve', '--role', 'worker'], {
      env: { ...env, LONGWATCH_REDIS_URL: redis.url },
      cwd: folder.path,
    });
    running.push(worker);
    await worker.seen(/is ready/);
  }
  let { url } = server;
  const ask = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${url}/api/v1/monitors/site${path}`)).json()) as T;
  return {
    target,
    program: server.program,
    restart: async () => {
      ({ url } = await serve());
    },
    now: () => ask<MonitorNow>(''),
    /** When an incident began. */
    startOf: async (incident: number | null) => {
      const answer = await fetch(`${url}/api/v1/incidents/${incident}`);
      return ((await answer.json()) as { incident: { started_at: string } }).incident.started_at;
    },
    /** What was measured, the oldest first; what was missed is left out. */
    results: async (): Promise<Result[]> => {
      const { results } = await ask<{ results: Result[] }>('/results?since=1h&limit=500');
      return results.filter(({ status }) => status !== 'unknown').toReversed();
    },
  };
}

describe.each(['embedded', 'redis'] as const)('a failure (%s queue)', (transport) => {
  it('that is not seen again a second later never was an outage', { timeout: 90_000 }, async () => {
    const { target, results, now } = await aHouse(transport);
    await vi.waitFor(async () => expect(await now()).toMatchObject({ status: 'up' }), soon);
    const { since } = await now();
    target.fail(1);
    await vi.waitFor(async () => {
      const statuses = (await results()).map(({ status }) => status);
      expect(statuses.slice(statuses.indexOf('down') + 1).length).toBeGreaterThan(1);
      expect(statuses).toContain('down');
    }, soon);
    const all = await results();
    const failed = all.findIndex(({ status }) => status === 'down');
    expect(all.filter(({ status }) => status === 'down')).toHaveLength(1);
    expect(all[failed + 1]).toMatchObject({ status: 'up', attempt: 2 });
    expect(await now()).toMatchObject({ status: 'up', since });
  });

  it('that is seen three times is an outage from the first of them on', { timeout: 90_000 }, async () => {
    const { target, results, now } = await aHouse(transport);
    await vi.waitFor(async () => expect(await now()).toMatchObject({ status: 'up' }), soon);
    target.fail(1000);
    await vi.waitFor(async () => expect(await now()).toMatchObject({ status: 'down' }), soon);
    const failed = (await results()).filter(({ status }) => status === 'down').slice(0, 3);
    expect(failed.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(Date.parse((await now()).since)).toBe(Date.parse(failed[0]?.slot ?? ''));
    const [first = 0, , third = 0] = failed.map(({ slot }) => Date.parse(slot));
    expect(third - first).toBeGreaterThanOrEqual(2000);
    expect(third - first).toBeLessThan(INTERVAL);

    target.fail(0);
    await vi.waitFor(async () => expect(await now()).toMatchObject({ status: 'up' }), soon);
  });

  it('is confirmed across kill -9 of the server', { timeout: 90_000 }, async () => {
    const { target, results, now, startOf, program, restart } = await aHouse(transport);
    await vi.waitFor(async () => expect(await now()).toMatchObject({ status: 'up' }), soon);
    target.fail(1000);
    await vi.waitFor(async () => expect((await results()).some(({ status }) => status === 'down')).toBe(true), soon);
    const first = (await results()).find(({ status }) => status === 'down');
    program.kill('SIGKILL');
    await program.finished;
    await restart();
    await vi.waitFor(async () => expect(await now()).toMatchObject({ status: 'down' }), soon);
    // A start that takes long leaves a gap, and `since` counts from its end.
    const { incident } = await now();
    expect(Date.parse(await startOf(incident))).toBe(Date.parse(first?.slot ?? ''));
  });
});
