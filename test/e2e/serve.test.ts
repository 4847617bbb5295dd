import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aFolder, run, runJson, startProgram, type Program } from '../support/longwatch.ts';
import { startSwitchableServer } from '../targets/switchable-server.ts';

interface ResultsAnswer {
  results: { slot: string; status: string; ok: boolean | null; reason: string | null; late_ms: number | null }[];
}
interface UptimeAnswer {
  monitors: {
    id: string;
    windows: Record<string, { uptime: number | null; observed: number; down_seconds: number; unknown_seconds: number }>;
  }[];
}
interface StatusAnswer {
  monitors: { id: string; status: string; since: string | null; last: { ok: boolean | null } | null }[];
}

const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.kill('SIGKILL');
    await program.finished;
  }
});

async function aServer() {
  const server = await startSwitchableServer();
  onTestFinished(() => server.close());
  return server;
}

function aHome(monitors: string) {
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const head =
    'version: 1\nserver: { listen: "127.0.0.1:0" }\ndefaults: { interval: 1s, timeout: 500ms, retries: 0 }\nmonitors:\n';
  const config = folder.write('longwatch.yaml', head + monitors);
  return { folder, config, rewrite: (text: string) => folder.write('longwatch.yaml', head + text) };
}

async function serve(config: string, ...args: string[]): Promise<{ program: Program; url: string }> {
  const program = startProgram(['serve', '--config', config, ...args]);
  running.push(program);
  const [, url = ''] = await program.seen(/ready at (\S+)/);
  return { program, url };
}

const soon = { timeout: 15_000, interval: 100 };

describe('longwatch serve', () => {
  it('checks on schedule, keeps what it saw, and tells it through the command line and the API alike', async () => {
    const good = await aServer();
    const bad = await aServer();
    await bad.set('down');
    const { config } = aHome(`  - { id: good, url: "${good.url}" }\n  - { id: bad, url: "${bad.url}" }\n`);
    const { url, program } = await serve(config);
    await vi.waitFor(async () => {
      const { results } = await runJson<ResultsAnswer>(['results', 'good', '--config', config]);
      expect(results.length).toBeGreaterThanOrEqual(3);
    }, soon);

    const { results } = await runJson<ResultsAnswer>(['results', 'good', '--config', config]);
    const slots = results.map(({ slot }) => Date.parse(slot));
    expect(slots).toEqual(slots.toSorted((a, b) => b - a));
    expect(new Set(slots.map((slot) => slot % 1000)).size).toBe(1);
    expect(results.every(({ ok, status, reason }) => ok === true && status === 'up' && reason === null)).toBe(true);
    expect(good.hits.length).toBeGreaterThanOrEqual(results.length);

    const { monitors } = await runJson<StatusAnswer>(['status', '--config', config]);
    expect(Object.fromEntries(monitors.map(({ id, status }) => [id, status]))).toEqual({ good: 'up', bad: 'down' });
    const overHttp = (await (await fetch(`${url}/api/v1/monitors`)).json()) as StatusAnswer;
    expect(overHttp.monitors.map(({ id, status, since }) => [id, status, since])).toEqual(
      monitors.map(({ id, status, since }) => [id, status, since]),
    );
    const overServer = await runJson<UptimeAnswer>(['uptime', 'bad', '--window', '1h', '--server', url]);
    expect(overServer.monitors[0]?.windows['1h']).toMatchObject({ uptime: 0 });
    expect((await run(['status', '--config', config])).status).toBe(1);

    program.kill('SIGTERM');
    expect(await program.finished).toMatchObject({ status: 0 });
  });

  it('keeps what was committed over kill -9, goes on in the same phase, and calls the time between unknown', async () => {
    const target = await aServer();
    const { config } = aHome(`  - { id: site, url: "${target.url}" }\n`);
    const first = await serve(config);
    const resultsOf = async () => (await runJson<ResultsAnswer>(['results', 'site', '--config', config])).results;
    await vi.waitFor(async () => expect((await resultsOf()).length).toBeGreaterThanOrEqual(3), soon);
    first.program.kill('SIGKILL');
    await first.program.finished;
    const killedAt = Date.now();
    const before = await resultsOf();
    const answered = await runJson<StatusAnswer>(['status', '--config', config]);
    expect(answered.monitors[0]?.id).toBe('site');

    // The gap must be long enough to be told from an ordinary pause between two checks.
    await vi.waitFor(() => expect(Date.now() - killedAt).toBeGreaterThan(5000), { timeout: 10_000, interval: 100 });
    const second = await serve(config);
    await vi.waitFor(async () => expect((await resultsOf()).length).toBeGreaterThan(before.length + 2), soon);
    const after = await resultsOf();
    expect(after.slice(-before.length).map(({ slot }) => slot)).toEqual(before.map(({ slot }) => slot));
    expect(new Set(after.map(({ slot }) => Date.parse(slot) % 1000)).size).toBe(1);

    const slots = after.map(({ slot }) => Date.parse(slot)).toReversed();
    const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0));
    const unknown = Math.max(...gaps) / 1000 - 1;
    expect(unknown).toBeGreaterThanOrEqual(4);
    const { monitors } = await runJson<UptimeAnswer>(['uptime', 'site', '--window', '1m', '--config', config]);
    const measured = (Date.now() - (slots[0] ?? 0)) / 1000;
    const unknownSinceFirst = (monitors[0]?.windows['1m']?.unknown_seconds ?? 0) - (60 - measured);
    expect(unknownSinceFirst).toBeGreaterThan(unknown - 2);
    expect(unknownSinceFirst).toBeLessThan(unknown + 2);
    expect(monitors[0]?.windows['1m']?.uptime).toBe(1);
    second.program.kill('SIGTERM');
    expect((await second.program.finished).status).toBe(0);
  });

  it('takes over a changed file, and keeps the old configuration when the new one is invalid', async () => {
    const target = await aServer();
    const { config, rewrite } = aHome(`  - { id: one, url: "${target.url}" }\n`);
    const { program, url } = await serve(config);
    const ids = async () =>
      ((await (await fetch(`${url}/api/v1/monitors`)).json()) as StatusAnswer).monitors.map(({ id }) => id);
    expect(await ids()).toEqual(['one']);
    rewrite(`  - { id: one, url: "${target.url}" }\n  - { id: two, url: "${target.url}two" }\n`);
    await vi.waitFor(async () => expect((await ids()).toSorted()).toEqual(['one', 'two']), soon);
    await vi.waitFor(() => expect(target.hits.some(({ path }) => path === '/two')).toBe(true), soon);
    rewrite('  - { id: one, url: "http://127.0.0.1/", intervall: 3s }\n');
    program.kill('SIGHUP');
    await program.seen(/the old one stays[\s\S]*intervall/);
    expect((await ids()).toSorted()).toEqual(['one', 'two']);
    program.kill('SIGTERM');
    expect((await program.finished).status).toBe(0);
  });

  it('says what is in the way of a start, and ends with the status for it', async () => {
    const target = await aServer();
    const { config, folder } = aHome(`  - { id: one, url: "${target.url}" }\n`);
    const cases: [string[], NodeJS.ProcessEnv, number, RegExp][] = [
      [['--config', config], { LONGWATCH_LISTEN: `127.0.0.1:${target.port}` }, 4, /error\[listen_in_use\]/],
      [['--config', config], { LONGWATCH_DB: folder.path }, 4, /error\[db_/],
      [['--config', config], { LONGWATCH_DB: config }, 4, /error\[db_not_a_database\]/],
      [['--config', `${config}.missing`], {}, 3, /error\[config_not_found\]/],
      [['--config', config, '--role', 'nobody'], {}, 2, /role/],
    ];
    for (const [args, env, status, message] of cases) {
      const ended = await run(['serve', ...args], { env });
      expect([ended.status, ended.stderr]).toEqual([status, expect.stringMatching(message)]);
      expect(ended.stderr).not.toMatch(/^\s+at /m);
    }
  });
});
