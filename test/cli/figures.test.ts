import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Verdict } from '../../src/core/status-machine.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { aFolder, run, runJson } from '../support/longwatch.ts';
import { addGroups, addWatched } from '../support/span-history.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Two days and a half up to now: `api` was down for the last two hours, and may be in maintenance since the one before. */
async function aHistory(path: string, { maintained = false } = {}): Promise<void> {
  const opened = openForWriting(path, {
    driver: await loadSqlite(),
    migrations: shippedMigrations(),
    now: 0,
  });
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const minutely = (down: number): Verdict[] =>
    Array.from({ length: 3600 }, (_, index) => {
      const isDown = 3600 - index <= down;
      const slot = now - (3599 - index) * MINUTE;
      return { slot, interval: MINUTE, status: isDown ? 'down' : 'up', reason: isDown ? 'timeout_wait' : null };
    });
  addWatched(opened.database, [
    { id: 'website', verdicts: minutely(0), group: 'Shop', tags: { team: 'web' } },
    {
      id: 'api',
      verdicts: minutely(120),
      group: 'Shop',
      slo: { target: 99.95, window: 24 * HOUR },
      maintenance: maintained ? [{ from: now - 3 * HOUR, to: now + HOUR }] : [],
    },
    { id: 'spare', verdicts: [] },
  ]);
  addGroups(opened.database, [{ name: 'Shop', rule: 'all_down', objective: { target: 99, window: 48 * HOUR } }]);
  opened.close();
}

let db: string;
beforeAll(async () => {
  const folder = aFolder();
  db = `${folder.path}/longwatch.db`;
  await aHistory(db);
  return () => folder.remove();
});

describe('longwatch uptime', () => {
  it('shows a range day by day, of one monitor in full and of all side by side', async () => {
    const one = await run(['uptime', 'api', '--window', '48h', '--by', 'day', '--zone', 'Europe/Berlin', '--db', db]);
    const lines = one.stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^WINDOW +UPTIME +OBSERVED +DOWN +DEGRADED +UNKNOWN$/);
    expect(lines.slice(1, -1).every((line) => /^\d{4}-\d\d-\d\d +\d+\.\d\d% /.test(line))).toBe(true);
    expect(lines.at(-1)).toMatch(/^48h +95\.8\d% +100\.00% +(?:1h 59m|2h)/);
    const all = await run(['uptime', '--from', '30h', '--by', 'year', '--db', db]);
    expect(all.stdout).toMatch(/^MONITOR +\d{4}.* IN ALL\nwebsite +100\.00%.*\napi +93\.3\d%.*\nspare +not observed/);
  });

  it('puts very many periods into lines of their own', async () => {
    const { stdout } = await run(['uptime', '--window', '20d', '--by', 'day', '--db', db]);
    expect(stdout).toMatch(/^MONITOR +WINDOW +UPTIME/);
    expect(stdout.match(/^website +\d{4}-/gm)?.length).toBeGreaterThanOrEqual(20);
  });

  it('prints JSON with the periods and what counted as what', async () => {
    const answer = await runJson<Record<string, never>>([
      'uptime',
      'api',
      '--window',
      '24h',
      '--by',
      'day',
      '--db',
      db,
    ]);
    expect(answer).toMatchObject({
      policy: { degraded: 'up', unknown: 'excluded', maintenance: 'excluded' },
      monitors: [{ id: 'api', windows: { '24h': { periods: expect.any(Array) as unknown } } }],
    });
  });

  it.each([
    [['--zone', 'Europe/Berln'], 'did you mean Europe/Berlin?'],
    [['--period', '2026-13'], 'There is no 2026-13 on the calendar.'],
    [['--from', 'soon'], 'It must be a duration such as 1h, a date, or a time'],
    [['--by', 'hour'], 'Allowed choices are day, week, month, quarter, year.'],
    [['--period', '2026', '--from', '1h'], 'cannot be used with'],
  ])('refuses %j in words', async (options, words) => {
    const { stderr, status } = await run(['uptime', ...options, '--db', db]);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe('longwatch slo', () => {
  it('shows what was attained, what is left, and how fast it goes, and ends with 1 when an objective is missed', async () => {
    const { stdout, status } = await run(['slo', '--db', db]);
    expect(status).toBe(1);
    const [head, api, shop] = stdout.split('\n');
    expect(head).toMatch(/^OBJECTIVE +TARGET +WINDOW +ATTAINED +OBSERVED +BUDGET LEFT +1H +6H +24H +3D +ENDS$/);
    expect(api).toMatch(/^api +99\.95% +1d +✖ 91\.\d\d\d% +100\.00% +1h \d\dm over 43s +2000 +6\d\d +1\d\d .* spent$/);
    expect(shop).toMatch(/^group Shop +99% +2d +✔ 100\.00% +100\.00% +28m of 28m +0\.00 +0\.00 +0\.00 +0\.00 +-$/);
  });

  it('ends with 0 when what was asked for is met', async () => {
    const { status, stdout } = await run(['slo', '--group', 'Shop', '--json', '--db', db]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ objectives: [{ group: 'Shop', rule: 'all_down', met: true }] });
  });

  it('says how a monitor gets an objective', async () => {
    const { stderr, status } = await run(['slo', 'website', '--db', db]);
    expect(status).toBe(2);
    expect(stderr).toContain('error[not_found]: the monitor "website" has no objective');
    expect(stderr).toContain('slo: { target: 99.9, window: 30d }');
  });
});

describe('longwatch availability', () => {
  it('shows all groups side by side, and one in full', async () => {
    const all = await run(['availability', '--window', '24h', '--db', db]);
    expect(all.stdout).toMatch(/^GROUP +24H\nShop +100\.00%\n$/);
    const one = await run(['availability', '--group', 'Shop', '--rule', 'weighted', '--window', '24h', '--db', db]);
    expect(one.stdout).toMatch(
      /^2 monitors as a whole by the rule weighted\nWINDOW .*\n24h +95\.8\d% +100\.00% +(59m|1h)/,
    );
    const tagged = await run(['availability', '--tag', 'team', '--window', '24h', '--db', db]);
    expect(tagged.stdout).toMatch(/^1 monitor as a whole by the rule any_down\n/);
  });

  it('names the group that was probably meant', async () => {
    const { stderr, status } = await run(['availability', '--group', 'Shpo', '--db', db]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('Did you mean "Shop"?') as string]);
  });
});

describe('longwatch insights', () => {
  it('shows what is worth a look, part by part', async () => {
    const { stdout, status } = await run(['insights', '--window', '24h', '--db', db]);
    expect(status).toBe(0);
    expect(stdout).toContain('SLOWEST in 24h\nno check found a target up\n');
    expect(stdout).toMatch(/FLAKIEST\nMONITOR +CHANGES +OUTAGES +FAILURES +OF ALL\napi +1 +1 +0 +-\n/);
    expect(stdout).toMatch(
      /LONGEST OUTAGES\nMONITOR +SINCE \(UTC\) .*\napi +\d{4}-\d\d-\d\d .* still down +timeout_wait\n/,
    );
    expect(stdout).toContain('LONGWATCH ITSELF\nno check began\n0 checks never began\n');
    const { longest_outages } = await runJson<Record<string, unknown[]>>(['insights', '--limit', '1', '--db', db]);
    expect(longest_outages).toMatchObject([{ id: 'api', ongoing: true }]);
  });
});

it('shows the time of maintenance apart, where there was any', async () => {
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const db = `${folder.path}/longwatch.db`;
  await aHistory(db, { maintained: true });
  const { stdout } = await run(['uptime', 'api', '--window', '1h,24h', '--db', db]);
  const [head, hour, day] = stdout.split('\n');
  expect(head).toMatch(/^WINDOW +UPTIME +OBSERVED +DOWN +DEGRADED +UNKNOWN +MAINTENANCE$/);
  expect(hour).toMatch(/^1h +maintenance +0\.00% +0s +0s +0s +1h$/);
  expect(day).toMatch(/^24h +100\.00% +87\.\d\d% +0s +0s +0s +3h/);
  const slo = await run(['slo', 'api', '--db', db]);
  expect(slo.stdout).toMatch(
    /ATTAINED +OBSERVED +MAINTENANCE +BUDGET LEFT.*\napi .*✔ 100\.000% +87\.\d\d% +12\.\d\d% /,
  );
  expect(slo.status).toBe(0);
  const series = await run(['series', 'api', '--window', '6h', '--step', '1h', '--db', db]);
  expect(series.stdout).toMatch(/OBSERVED +MAINTENANCE +P50/);
  const insights = await run(['insights', '--window', '24h', '--db', db]);
  expect(insights.stdout).toMatch(/LASTED +IN MAINTENANCE +THEN/);
  expect(insights.stdout).toMatch(/\napi +\d{4}-\d\d-\d\d [\d:]+ +(?:2h|1h 59m) +(?:2h|1h 59m) /);
});
