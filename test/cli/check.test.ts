import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder, run, startProgram } from '../support/longwatch.ts';
import { startSwitchableServer, type SwitchableServer } from '../targets/switchable-server.ts';
import { refusedPort, startTarget, type Target } from '../targets/start-target.ts';

let server: SwitchableServer;
const folder = aFolder();
const open: Target[] = [];

beforeAll(async () => {
  server = await startSwitchableServer();
});
afterEach(async () => {
  await server.set('up');
  await Promise.all(open.splice(0).map((target) => target.close()));
});
afterAll(async () => {
  folder.remove();
  await server.close();
});

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe('longwatch check', () => {
  it('prints OK, status code and time for a URL that answers, and ends with 0', async () => {
    const { status, stdout, stderr } = await run(['check', server.url]);
    expect(stdout).toMatch(new RegExp(`^${server.url} OK 200 \\d+ ms\\n$`));
    expect(stderr).toMatch(/^1 checked in [\d.]+ s: 1 OK, 0 Bad\n$/);
    expect(status).toBe(0);
  });

  it('prints Bad with the reason and its sentence, and ends with 1', async () => {
    await server.set('down');
    const { status, stdout } = await run(['check', server.url]);
    expect(stdout).toMatch(/ Bad 503 \d+ ms status_unexpected: got 503, expected 2xx\n$/);
    expect(status).toBe(1);
  });

  it('takes a URL without scheme for http, and prints it as it was given', async () => {
    const { stdout } = await run(['check', `127.0.0.1:${server.port}/path`]);
    expect(stdout).toMatch(new RegExp(`^127.0.0.1:${server.port}/path OK 200 `));
  });

  it('calls what is no URL Bad, and goes on', async () => {
    const bad = ['ftp://127.0.0.1/', 'http://', 'mailto:someone@example.com', 'http://[::1', '//x', 'a\u001b[2Jb'];
    const { status, stdout } = await run(['check', ...bad, server.url]);
    expect(lines(stdout).filter((line) => line.includes(' Bad - ') && line.includes(' invalid_url: '))).toHaveLength(6);
    expect(stdout).toContain(`${server.url} OK`);
    expect(stdout).not.toContain('\u001b');
    expect(status).toBe(1);
  });

  it('gives up at the timeout', async () => {
    await server.set('hang');
    const { stdout } = await run(['check', server.url, '--timeout', '200ms']);
    expect(stdout).toContain(' timeout_wait: no answer came before the timeout (200ms)');
  });

  it('prints one object a line with --json', async () => {
    const refused = `http://127.0.0.1:${await refusedPort()}/`;
    const { status, stdout } = await run(['check', '--json', server.url, refused, 'ftp://x']);
    const results = new Map(lines(stdout).map((line) => [(JSON.parse(line) as { url: string }).url, JSON.parse(line)]));
    expect(results.get(server.url)).toEqual({
      url: server.url,
      ok: true,
      status: 'up',
      reason: null,
      message: null,
      status_code: 200,
      final_url: server.url,
      address: `127.0.0.1:${server.port}`,
      started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      duration_ms: expect.any(Number),
      phases_ms: {
        dns: null,
        connect: expect.any(Number),
        tls: null,
        wait: expect.any(Number),
        body: expect.any(Number),
      },
      findings: [
        { what: 'status', ok: true, expected: '2xx', got: '200', reason: 'status_unexpected', severity: 'down' },
      ],
      attempts: [{ address: `127.0.0.1:${server.port}`, reason: null, ms: expect.any(Number) }],
      certificates: [],
      facts: expect.any(Object),
    });
    expect(results.get(refused)).toMatchObject({
      ok: false,
      status: 'down',
      reason: 'conn_refused',
      status_code: null,
    });
    expect(results.get('ftp://x')).toMatchObject({
      ok: false,
      status: 'unknown',
      reason: 'invalid_url',
      final_url: null,
    });
    expect(status).toBe(1);
  });

  it('reads a list from a file, without blank lines and comments', async () => {
    const list = folder.write('list.txt', `# ours\r\n\r\n${server.url}1\r\n  ${server.url}2  \n\n${server.url}3`);
    const { status, stdout } = await run(['check', '--file', list, server.url]);
    expect(new Set(lines(stdout).map((line) => line.split(' ')[0]))).toEqual(
      new Set([server.url, `${server.url}1`, `${server.url}2`, `${server.url}3`]),
    );
    expect(lines(stdout)).toHaveLength(4);
    expect(status).toBe(0);
  });

  it('reads a long list from standard input, never more at a time than it may', async () => {
    const input = Array.from({ length: 3000 }, (_, n) => `${server.url}${n}\n`).join('');
    const { status, stdout, stderr } = await run(['check', '--file', '-', '--concurrency', '20'], { input });
    expect(lines(stdout)).toHaveLength(3000);
    expect(stderr).toContain('3000 checked');
    expect(status).toBe(0);
  });

  it('checks as many at a time as it is told', async () => {
    await server.set('slow', { delayMs: 300 });
    const input = Array.from({ length: 6 }, (_, n) => `${server.url}${n}\n`).join('');
    const first = server.hits.length;
    await run(['check', '--file', '-', '--concurrency', '3'], { input });
    const times = server.hits.slice(first).map(({ at }) => at);
    expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(250);
  });

  it.each([
    [[], 'no URLs'],
    [['--concurrency', '0', 'x'], 'whole number from 1'],
    [['--concurrency', '1e3', 'x'], 'whole number from 1'],
    [['--concurrency', '10001', 'x'], 'whole number from 1'],
    [['--threads', '0', 'x'], 'must be 1 or 2'],
    [['--threads', '3', 'x'], 'must be 1 or 2'],
    [['--threads', 'two', 'x'], 'must be 1 or 2'],
    [['--timeout', '10', 'x'], 'a duration with a unit'],
    [['--timeout', '0s', 'x'], 'from 1ms'],
    [['--timeout', '2h', 'x'], 'from 1ms'],
    [['--file', 'there-is-none.txt'], 'there-is-none.txt: there is no such file'],
    [['--file', '.'], 'it is a directory'],
    [['--file', '-'], 'The list is empty'],
    [['--nonsense'], 'unknown option'],
  ])('ends %j with 2 and says why', async (args, words) => {
    const { status, stdout, stderr } = await run(['check', ...args], { cwd: folder.path });
    expect(stderr).toContain(words);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('ends with 130 on Ctrl-C, with the lines and the summary so far', async () => {
    const silent = await startTarget('never-answers');
    open.push(silent);
    const program = startProgram(['check', server.url, silent.url]);
    await program.seen(/ OK 200/);
    program.kill('SIGINT');
    const { status, stderr } = await program.finished;
    expect(stderr).toMatch(/^interrupted: 1 checked in [\d.]+ s: 1 OK, 0 Bad\n$/);
    expect(status).toBe(130);
  });

  it('stops without a word when its reader goes away', async () => {
    const input = Array.from({ length: 2000 }, (_, n) => `${server.url}${n}\n`).join('');
    const program = startProgram(['check', '--file', '-'], { input });
    await program.seen(/ OK 200/);
    program.child.stdout?.destroy();
    const { status, stderr } = await program.finished;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(server.hits.length).toBeGreaterThan(0);
  });

  it('does not time out checks because its reader is slow', async () => {
    const input = Array.from({ length: 4000 }, (_, n) => `${server.url}${n}\n`).join('');
    const program = startProgram(['check', '--file', '-', '--timeout', '3s'], { input });
    await program.seen(/ OK 200/);
    const { stdout } = program.child;
    stdout?.pause();
    const longer = performance.now() + 3500;
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(longer), { timeout: 5000 });
    stdout?.resume();
    const finished = await program.finished;
    expect(finished.stdout).not.toContain(' Bad ');
    expect(lines(finished.stdout)).toHaveLength(4000);
  });

  it('loads neither database nor queue nor schema', async () => {
    // V8's coverage names every script of the process, whichever way it was loaded.
    const coverage = join(folder.path, 'coverage');
    await run(['check', server.url], { env: { NODE_V8_COVERAGE: coverage } });
    const reports = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'));
    const scripts = reports.flatMap((report) => [...report.matchAll(/"url":"(file:[^"]+)"/g)].map(([, url]) => url));
    expect(scripts.filter((url) => url?.endsWith('/undici/lib/dispatcher/client.js'))).toHaveLength(1);
    const heavy = /node_modules\/(bullmq|ioredis|better-sqlite3|drizzle-orm|zod|yaml|fastify|pino|undici\/index\.js)/;
    expect(scripts.filter((url) => heavy.test(url ?? ''))).toEqual([]);
  });
});
