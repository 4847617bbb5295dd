import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { aDatabase, aDatabasePath } from '../support/database.ts';
import { aFolder, run, runJson } from '../support/longwatch.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const MINUTE = 60_000;

/** Ten minutes of three monitors that end now: one up, one down for the last two checks, one never checked. */
async function aHistory(path: string): Promise<string> {
  const opened = openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: 0 });
  const now = Date.now();
  const writer = new Writer(opened.database, now);
  const monitors = [
    aMonitor({ id: 'website', name: 'Website', group: 'Shop', tags: { team: 'web' } }),
    aMonitor({ id: 'api', name: 'API 接口 \u001b[31m' }),
    aMonitor({ id: 'spare', name: 'Spare', enabled: false }),
  ];
  writer.sync(monitors, [], now);
  const results: CheckResult[] = [];
  for (let minute = 9; minute >= 0; minute -= 1) {
    const slot = now - minute * MINUTE - 1000;
    const down = { status: 'down', reason: 'conn_refused', message: 'refused', statusCode: null } as const;
    results.push(aResult({ slot }), aResult({ slot, monitor: 'api', ...(minute < 2 ? down : {}) }));
  }
  writer.flush({ batches: [results], now });
  opened.close();
  return path;
}

let db: string;
beforeAll(async () => {
  const folder = aFolder();
  const path = `${folder.path}/longwatch.db`;
  db = await aHistory(path);
  return () => folder.remove();
});

interface Answer {
  readonly monitors: Record<string, never>[];
  readonly results: Record<string, never>[];
  readonly next_cursor: string | null;
}

describe('longwatch status', () => {
  it('lists the worst first, in words, and ends with 1 when something is down', async () => {
    const { stdout, status } = await run(['status', '--db', db]);
    expect(status).toBe(1);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^MONITOR +STATUS +FOR +LAST RESULT +TIME +CHECKED$/);
    expect(lines[0]).toMatch(/^api +✖ down, incident 1 +\d+m( \d+s)? +conn_refused +12 ms +\d+s ago$/);
    expect(lines[1]).toMatch(/^website +✔ up +9m \d+s +200 +12 ms +\d+s ago$/);
    expect(lines[2]).toMatch(/^spare +⏸ paused +- +never checked/);
    expect(lines[3]).toBe('3 monitors: 1 down, 1 up, 1 paused');
  });

  it('shows only what is down, or a group, and ends with 0 when that is well', async () => {
    const down = await runJson<Answer>(['status', '--down', '--db', db]);
    expect(down.monitors.map(({ id }) => id)).toEqual(['api']);
    const group = await run(['status', '--group', 'Shop', '--db', db]);
    expect(group.status).toBe(0);
    expect(group.stdout).toContain('1 monitor: 1 up');
  });

  it('prints JSON of the promised shape', async () => {
    const { monitors } = await runJson<Answer>(['status', '--db', db]);
    expect(monitors.find(({ id }) => id === 'api')).toEqual({
      id: 'api',
      name: 'API 接口 \u001b[31m',
      type: 'http',
      target: 'http://127.0.0.1:9/',
      group: null,
      tags: {},
      enabled: true,
      interval_ms: MINUTE,
      status: 'down',
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      removed_at: null,
      confirming: false,
      flapping: false,
      incident: 1,
      maintenance: null,
      last: {
        slot: expect.stringMatching(/Z$/) as string,
        ok: false,
        reason: 'conn_refused',
        status_code: null,
        duration_ms: 12.34,
      },
    });
  });
});

describe('longwatch ls', () => {
  it('lists monitors in columns, whatever is in their names', async () => {
    const { stdout, status } = await run(['ls', '--db', db]);
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u001b');
    const [head, website, api, spare] = stdout.split('\n');
    expect(head).toMatch(/^ID +NAME +TYPE +EVERY +GROUP +TARGET$/);
    expect(website).toMatch(/^website +Website +http +1m +Shop +http:\/\/127\.0\.0\.1:9\/$/);
    expect(api).toMatch(/^api +API 接口 �\[31m +http +1m +-/);
    expect(spare).toMatch(/paused/);
    expect(stdout).toContain('3 monitors');
    expect((await runJson<Answer>(['ls', '--db', db])).monitors[2]).toMatchObject({ id: 'spare', enabled: false });
  });
});

describe('longwatch uptime', () => {
  it('shows every window of every monitor, and all figures of one', async () => {
    const all = await run(['uptime', '--window', '10m,1h', '--db', db]);
    expect(all.stdout).toMatch(/^MONITOR +10M +1H\nwebsite +100\.00%.*observed\napi +\d\d\.\d\d% of/);
    expect(all.stdout).toMatch(/spare +not observed +not observed/);
    const one = await run(['uptime', 'api', '--window', '1h', '--db', db]);
    expect(one.stdout).toMatch(/^WINDOW +UPTIME +OBSERVED +DOWN +DEGRADED +UNKNOWN\n1h +\d\d\.\d\d% +\d\d\.\d\d% +1m/);
  });

  it('prints JSON of the promised shape', async () => {
    const { monitors } = await runJson<Answer>(['uptime', 'website', '--window', '1h', '--db', db]);
    expect(monitors).toEqual([
      { id: 'website', windows: { '1h': expect.objectContaining({ uptime: 1, down_seconds: 0 }) as object } },
    ]);
  });
});

describe('longwatch results', () => {
  it('shows results newest first, a failure that repeats itself as one line, and how to go on', async () => {
    const { stdout } = await run(['results', 'api', '--limit', '2', '--db', db]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^DUE \(UTC\) +STATUS +TIMES +CODE +TIME +LATE +WHY$/);
    expect(lines[1]).toMatch(
      /✖ down +× 2 since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d +- +12 ms +3\.0 ms +conn_refused: refused$/,
    );
    expect(lines[2]).toMatch(/✔ up +200/);
    const cursor = /^3 results in 2 lines; each by itself: --all; older ones: --cursor (\S+)$/.exec(
      lines[3] ?? '',
    )?.[1];
    const next = await runJson<Answer>(['results', 'api', '--cursor', cursor ?? '', '--db', db]);
    expect(next).toMatchObject({ next_cursor: null });
    expect(next.results).toHaveLength(7);
  });

  it('shows each result by itself when that is wanted', async () => {
    const { stdout } = await run(['results', 'api', '--limit', '3', '--all', '--verbose', '--db', db]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^DUE \(UTC\) +STATUS +CODE +TIME +LATE +IP +TRY +TRACE +WHY$/);
    expect(lines[2]).toMatch(/✖ down +- +12 ms +3\.0 ms +- +1 +- +conn_refused: refused$/);
    expect(lines[4]).toMatch(/^3 results; older ones/);
    const each = await runJson<Answer>(['results', 'api', '--db', db]);
    expect(each.results).toHaveLength(10);
    const grouped = await runJson<Answer>(['results', 'api', '--group', '--db', db]);
    expect(grouped.results).toHaveLength(9);
    expect(grouped.results[0]).toMatchObject({ count: 2, status: 'down' });
  });

  it('takes reasons and locations to look for, and names those there are', async () => {
    const asked = ['results', 'api', '--reason', 'conn_refused,timeout_wait', '--location', 'local', '--db', db];
    expect((await runJson<Answer>(asked)).results).toHaveLength(2);
    const wrong = await run(['results', 'api', '--location', 'loca', '--db', db]);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('There are: local.')]);
    expect((await run(['results', 'api', '--reason', 'bad_luck', '--db', db])).status).toBe(2);
  });

  it('takes a time and a status to look for', async () => {
    const { results } = await runJson<Answer>(['results', 'api', '--since', '5m', '--status', 'down', '--db', db]);
    expect(results.map(({ ok }) => ok)).toEqual([false, false]);
    expect((await run(['results', 'api', '--since', '100ms', '--db', db])).stdout).toBe('no results\n');
  });
});

describe('longwatch latency', () => {
  it('shows percentiles', async () => {
    const { stdout } = await run(['latency', 'api', '--window', '1h', '--db', db]);
    expect(stdout).toMatch(/^MONITOR +WINDOW +CHECKS +P50 +P95 +P99 +MIN +MEAN +MAX\napi +1h +8 +12 ms/);
    const { monitors } = await runJson<Answer>(['latency', '--window', '1h', '--db', db]);
    expect(monitors.map(({ id }) => id)).toEqual(['website', 'api', 'spare']);
  });
});

describe('longwatch series', () => {
  it('shows steps of a clock, with a bar and in words what was not up', async () => {
    const { stdout, status } = await run(['series', 'api', '--window', '20m', '--step', '5m', '--db', db]);
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^FROM \(UTC\) +CHECKS +UP +OBSERVED +P50 +P95 +P99 +MAX +LATE +P95 +NOT UP$/);
    expect(lines.some((line) => / +\d+ +\d+\.\d\d% +\d+\.\d\d% +12 ms.* #{24}/.test(line))).toBe(true);
    expect(lines.filter((line) => line.includes(' down'))).not.toHaveLength(0);
    expect(lines.at(-1)).toMatch(/^[45] steps of 5m$/);
    const zoned = await run([
      'series',
      'api',
      '--zone',
      'Asia/Kathmandu',
      '--window',
      '1h',
      '--step',
      '1h',
      '--db',
      db,
    ]);
    expect(zoned.stdout).toMatch(/^FROM \(Asia\/Kathmandu\) .*\n\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? \+05:45 /);
  });

  it('chooses a screenful for people and more for programs', async () => {
    const { stdout } = await run(['series', 'api', '--db', db]);
    expect(stdout).toMatch(/2[45] steps of 1h\n$/);
    const { points } = await runJson<{ points: { counts: { down: number } }[] }>(['series', 'api', '--db', db]);
    expect(points.length).toBeGreaterThan(280);
    expect(points.reduce((sum, { counts }) => sum + counts.down, 0)).toBe(2);
  });

  it.each([
    [['--step', '7m'], /"7m" is not a step/],
    [['--zone', 'Berlin'], /did you mean Europe\/Berlin\?/],
    [['--window', '1h', '--period', '2026'], /cannot be used with/],
  ])('refuses %s', async (options, words) => {
    const { status, stderr } = await run(['series', 'api', ...options, '--db', db]);
    expect([status, words.test(stderr)]).toEqual([2, true]);
  });
});

describe('the commands that read history', () => {
  it.each<[string, string[], number, RegExp]>([
    [
      'an unknown monitor, with the one that was meant',
      ['results', 'webste', '--db', 'DB'],
      2,
      /monitor_not_found.*\n.*Did you mean "website"/,
    ],
    ['a database that is not there', ['status', '--db', 'DB.nowhere'], 4, /db_missing.*DB\.nowhere\n.*--server URL/],
    ['a folder for a database', ['ls', '--db', 'FOLDER'], 4, /db_unopenable/],
    ['a configuration that is not there', ['ls', '--config', 'FOLDER/none.yaml'], 3, /config_/],
    ['a cursor that is none', ['results', 'api', '--cursor', 'x', '--db', 'DB'], 2, /next_cursor/],
    ['a server that cannot be reached', ['status', '--server', 'http://127.0.0.1:1'], 4, /server_unreachable/],
  ])('refuse %s', async (_, args, status, message) => {
    const fill = (text: string) => text.replace('FOLDER', dirname(db)).replace('DB', db);
    const finished = await run(args.map(fill));
    expect([finished.status, finished.stdout]).toEqual([status, '']);
    expect(finished.stderr.replaceAll(db, 'DB')).toMatch(message);
  });

  it.each<[string, string[], RegExp]>([
    ['a window without a unit', ['uptime', '--window', '24'], /write 24h/],
    ['a window of nothing', ['uptime', '--window', '0s'], /from 1s/],
    ['a limit of none', ['results', 'api', '--limit', '0'], /from 1 to 1000/],
    ['a limit that is no number', ['results', 'api', '--limit', 'all'], /from 1 to 1000/],
    ['a time that is none', ['results', 'api', '--since', 'yesterday'], /duration such as 1h/],
    ['a status that is none', ['results', 'api', '--status', 'broken'], /up, degraded, down, unknown/],
    ['no monitor', ['results'], /missing required argument/],
    ['two sources', ['status', '--db', 'x.db', '--server', 'http://127.0.0.1:1'], /cannot be used with/],
    ['a server that is no address', ['status', '--server', 'nowhere'], /http:\/\//],
    ['a server of another kind', ['status', '--server', 'redis://127.0.0.1'], /begin with http/],
    ['a password for all to see', ['status', '--server', 'http://me:pass@127.0.0.1'], /password/],
  ])('refuse %s as wrong usage', async (_, args, message) => {
    const program = buildProgram();
    for (const command of program.commands) command.configureOutput({ writeErr: () => undefined });
    await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow(message);
  });

  it('find the database through the configuration', async () => {
    const folder = aFolder();
    onTestFinished(() => folder.remove());
    await aHistory(`${folder.path}/history.db`);
    const config = folder.write(
      'longwatch.yaml',
      'version: 1\nstorage: { path: ./history.db }\nmonitors: [http://127.0.0.1:9/]\n',
    );
    expect((await runJson<Answer>(['ls', '--config', config])).monitors).toHaveLength(3);
    expect((await runJson<Answer>(['ls'], { cwd: folder.path })).monitors).toHaveLength(3);
  });

  it('read an empty history', async () => {
    const path = aDatabasePath();
    await aDatabase(path);
    for (const command of ['status', 'ls', 'uptime', 'latency']) {
      expect(await run([command, '--db', path])).toMatchObject({ status: 0, stdout: 'no monitors\n' });
    }
  });
});

/** A server that gives one answer to everything and keeps what it was asked. */
async function aServer(status: number, type: string, body: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('the commands that read history, from a server', () => {
  it('ask for exactly what they were asked for', async () => {
    const { url, asked } = await aServer(
      200,
      'application/json',
      '{"monitors":[],"results":[],"next_cursor":null,"points":[]}',
    );
    await run(['status', '--server', url]);
    await run([
      'results',
      'a b',
      '--since',
      '1h',
      '--limit',
      '7',
      '--status',
      'down',
      '--cursor',
      'abc',
      '--server',
      `${url}/`,
    ]);
    const month = ['--period', '2026-10', '--zone', 'Europe/Berlin', '--step', '1d'];
    await run(['series', 'api', ...month, '--server', url]);
    await run(['uptime', '--window', '24h,7d', '--server', url]);
    await run(['latency', 'api', '--server', `${url}/behind/a/proxy`]);
    expect(asked).toEqual([
      '/api/v1/monitors',
      '/api/v1/monitors/a%20b/results?since=1h&cursor=abc&status=down&limit=7&group=true',
      '/api/v1/monitors/api/series?period=2026-10&zone=Europe%2FBerlin&step=1d',
      '/api/v1/uptime?window=24h%2C7d',
      '/behind/a/proxy/api/v1/monitors/api/latency?window=24h',
    ]);
  });

  const problem =
    '{"code":"monitor_not_found","detail":"there is no monitor \\"x\\"","hint":"Did you mean \\"y\\"?","status":404}';
  it.each<[string, [number, string, string], number, RegExp]>([
    [
      'a problem of theirs',
      [404, 'application/problem+json', problem],
      2,
      /monitor_not_found.*no monitor "x"\n.*Did you mean/,
    ],
    ['a refusal', [401, 'application/json', '{}'], 5, /not_authorised/],
    ['the page of a proxy', [502, 'text/html', '<h1>Bad Gateway</h1>'], 4, /server_answer.*502/],
    ['somebody else', [200, 'application/json', '{"hello":"world"}'], 4, /server_answer/],
  ])('report %s', async (_, [status, type, body], exit, message) => {
    const { url } = await aServer(status, type, body);
    const finished = await run(['uptime', 'x', '--server', url]);
    expect(finished).toMatchObject({ status: exit, stdout: '' });
    expect(finished.stderr).toMatch(message);
  });
});
