import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aFolder, run, runJson, startProgram, type Program } from '../support/longwatch.ts';

const TOKEN = 'token-written-in-the-file';
const soon = { timeout: 20_000, interval: 100 };

interface Monitors {
  monitors: {
    id: string;
    type: string;
    target: string;
    status: string;
    last: { reason: string | null; duration_ms: number | null } | null;
  }[];
}
interface Results {
  results: {
    slot: string;
    status: string;
    reason: string | null;
    message: string | null;
    duration_ms: number | null;
  }[];
}

const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.kill('SIGKILL');
    await program.finished;
  }
});

/** A configuration whose one job is called `job`; the port stays the same through restarts. */
function aHome(job: string) {
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const config = folder.write(
    'longwatch.yaml',
    `version: 1\nserver: { listen: "127.0.0.1:0" }\nmonitors:\n  - { id: job, type: push, token: ${TOKEN}, ${job} }\n`,
  );
  return { folder, config };
}

async function serve(config: string): Promise<{ program: Program; url: string }> {
  const program = startProgram(['serve', '--config', config, '--log-level', 'debug']);
  running.push(program);
  const [, url = ''] = await program.seen(/ready at (\S+)/);
  return { program, url };
}

async function jobAt(url: string) {
  const { monitors } = (await (await fetch(`${url}/api/v1/monitors`)).json()) as Monitors;
  return monitors[0];
}

async function untilJobIs(url: string, status: string, reason: string | null): Promise<void> {
  await vi.waitFor(async () => expect(await jobAt(url)).toMatchObject({ status, last: { reason } }), soon);
}

describe('a job that reports by itself', () => {
  it('is followed from its reports to the command line, and its token is shown nowhere', async () => {
    const { config } = aHome('interval: 1h');
    const { program, url } = await serve(config);
    expect(await jobAt(url)).toMatchObject({ type: 'push', target: 'push', status: 'unknown', last: null });
    expect((await run(['status', '--config', config])).stdout).toMatch(/^job\s+\? unknown\s+-\s+never reported/m);
    const failed = await run(['push', TOKEN, '--url', url, '--log', '--', 'sh', '-c', 'echo broken >&2; exit 3']);
    expect(failed).toMatchObject({ status: 3, stderr: 'broken\n' });
    expect(await jobAt(url)).toMatchObject({ status: 'down', last: { reason: 'push_failed' } });
    const ended = await run(['push', TOKEN, '--url', url, '--', 'sleep', '0.3']);
    expect(ended).toMatchObject({ status: 0, stderr: '' });

    const { results } = await runJson<Results>(['results', 'job', '--config', config]);
    expect(results).toMatchObject([
      { status: 'up', reason: null },
      { status: 'down', reason: 'push_failed', message: 'exit status 3: broken' },
    ]);
    expect(results[0]?.duration_ms).toBeGreaterThanOrEqual(290);
    const reports = (await (await fetch(`${url}/api/v1/monitors/job/reports`)).json()) as { reports: object[] };
    expect(reports.reports).toMatchObject([
      { kind: 'success', exit_status: 0, text: null },
      { kind: 'start', exit_status: null },
      { kind: 'fail', exit_status: 3, message: 'broken', text: 'broken\n' },
      { kind: 'start' },
    ]);
    expect((await fetch(`${url}/api/v1/monitors/jbo/reports`)).status).toBe(404);
    const status = await run(['status', '--config', config]);
    expect(status).toMatchObject({ status: 0, stdout: expect.stringMatching(/^job\s+✔ up/m) });
    for (const source of [
      ['--config', config],
      ['--server', url],
    ]) {
      const { stdout } = await run(['show', 'job', ...source]);
      expect(stdout).toMatch(/success after \d+ ms$/m);
      expect(stdout).toMatch(/fail with exit status 3 after .* ms: broken$/m);
    }
    const uptime = await run(['uptime', '--window', '1h', '--server', url]);
    expect(uptime.stdout).toMatch(/^job\s+\d/m);

    await fetch(`${url}/ping/${TOKEN}/nonsense`);
    await fetch(`${url}/ping/${TOKEN}`, { method: 'DELETE' });
    await fetch(`${url}/api/push/${TOKEN}?status=down&msg=${TOKEN}`);
    const shown = [
      await (await fetch(`${url}/api/v1/monitors/job/results`)).text(),
      await (await fetch(`${url}/api/v1/monitors`)).text(),
      await (await fetch(`${url}/api/v1/monitors/job/reports`)).text(),
      await (await fetch(`${url}/api/v1/openapi.json`)).text(),
      program.stderr(),
    ].join('\n');
    expect(shown).toContain('push_failed');
    expect(shown).not.toContain(TOKEN);
  }, 60_000);

  it('is down when no report comes, also for whoever reads the file', async () => {
    const { config } = aHome('interval: 2s, grace: 1s');
    const { url } = await serve(config);
    expect((await fetch(`${url}/ping/${TOKEN}`)).status).toBe(200);
    expect(await jobAt(url)).toMatchObject({ status: 'up' });
    await untilJobIs(url, 'down', 'push_missing');
    const { results } = await runJson<Results>(['results', 'job', '--config', config]);
    const [missing, report] = results.slice(-2);
    expect(Date.parse(missing?.slot ?? '') - Date.parse(report?.slot ?? '')).toBe(3000);
    expect(await run(['status', '--config', config])).toMatchObject({ status: 1 });
  }, 60_000);

  it('lives on through kill -9: an answered report is kept, a deadline that passed meanwhile is our fault', async () => {
    const { config } = aHome('interval: 3s, grace: 500ms');
    const first = await serve(config);
    expect((await fetch(`${first.url}/ping/${TOKEN}/start`)).status).toBe(200);
    expect((await fetch(`${first.url}/ping/${TOKEN}/0?msg=fine`)).status).toBe(200);
    first.program.kill('SIGKILL');
    await first.program.finished;
    const { results } = await runJson<Results>(['results', 'job', '--config', config]);
    expect(results).toMatchObject([{ status: 'up' }]);
    expect(results[0]?.duration_ms).not.toBeNull();
    const deadline = Date.parse(results[0]?.slot ?? '') + 3500;
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(deadline), soon);

    const second = await serve(config);
    await untilJobIs(second.url, 'unknown', 'push_unobserved');
    await untilJobIs(second.url, 'down', 'push_missing');
    const after = await runJson<Results>(['results', 'job', '--config', config]);
    const unobserved = after.results.find(({ reason }) => reason === 'push_unobserved');
    expect(Date.parse(unobserved?.slot ?? '')).toBe(deadline);
  }, 60_000);

  it('waits for its end over a restart with a wrapper that goes on', async () => {
    const { folder, config } = aHome('interval: 1h, max_runtime: 30m');
    const first = await serve(config);
    const { port } = new URL(first.url);
    const fixed = folder.write(
      'longwatch.yaml',
      `version: 1\nserver: { listen: "127.0.0.1:${port}" }\nmonitors:\n  - { id: job, type: push, token: ${TOKEN}, interval: 1h, max_runtime: 30m }\n`,
    );
    const wrapper = startProgram(['push', '--url', first.url, '--', 'sh', '-c', 'echo begun; sleep 3'], {
      env: { LONGWATCH_PUSH_TOKEN: TOKEN },
    });
    running.push(wrapper);
    await wrapper.seen(/begun/);
    await vi.waitFor(async () => {
      // The start is sent while the job runs already.
      expect(first.program.stderr()).toContain('flushed');
      await Promise.resolve();
    }, soon);
    first.program.kill('SIGKILL');
    await first.program.finished;
    const second = await serve(fixed);
    expect(await wrapper.finished).toMatchObject({ status: 0 });
    await untilJobIs(second.url, 'up', null);
    expect((await jobAt(second.url))?.last?.duration_ms).toBeGreaterThanOrEqual(2900);
  }, 60_000);
});
