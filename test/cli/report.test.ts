import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { reportText } from '../../src/cli/report-text.ts';
import type { PeriodReportAnswer } from '../../src/core/period-report.ts';
import { HOUR_MS } from '../../src/core/history/history-key.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { reportPage } from '../../src/report/page.ts';
import { incidentsCsv, reportCsv } from '../../src/report/report-csv.ts';
import { anApi } from '../support/api.ts';
import { aFolder, run, runJson } from '../support/longwatch.ts';
import { octoberReport } from '../support/october-report.ts';
import { NOW, writeReportedMonth } from '../support/reported-month.ts';
import { addWatched } from '../support/span-history.ts';

const OCTOBER = `Example Ltd: availability, October 2026
1 October to 31 October 2026, Europe/Berlin, 745 hours, 7 monitors

Availability  98.361% (98.516% in September 2026)
Outages       7, the longest 1d 8h
Down          2d 16h, all monitors added up
Degraded      4h, which counts as up
Observed      83.656%; not observed 31d 19h
Objectives    1 of 2 met

GROUP       UP  DOWN  COUNTS AS                     OBJECTIVE
Shop   99.458%    4h  3 monitors, down when one is  met 99%

MONITOR                   UP   BEFORE  OBSERVED  OUTAGES    DOWN  LONGEST  DEGRADED  OBJECTIVE
=Late                   100%        -      100%        -       -        -         -  -
API <b>"x"</b>       99.594%     100%   99.194%        3      3h   1h 30m        1h  -
Website              99.865%  99.166%      100%        1      1h       1h        3h  met 99.8%
فجوة                 99.863%     100%   98.389%        1      1h       1h         -  -
Gone                    100%     100%      100%        -       -        -         -  -
Idle            not observed        -        0%        -       -        -         -  -
Night job            92.080%  93.417%      100%        2  2d 11h    1d 8h         -  MISSED 99%

MONITOR         CHECKS    P50          P95          P99
=Late              939  53 ms       197 ms       226 ms
API <b>"x"</b>    1472  52 ms  ±0%  201 ms  −4%  231 ms  ±0%
Website           1488  54 ms  +2%  209 ms  +4%  236 ms  +2%
فجوة              1464  53 ms  −2%  201 ms  ±0%  231 ms  +2%
Gone               948  56 ms  +2%  205 ms  ±0%  231 ms  ±0%
Idle                 0      -            -            -
Night job         1372  50 ms  −2%  201 ms  −2%  231 ms  −2%

MONITOR         BY DAY: | up, ~ degraded, x down, . not observed
=Late                      ||||||||||||||||||||
API <b>"x"</b>  ||x|||||||||||||||||||||x||||||
Website         ||||||x|||||||||||||||||~||||||
فجوة            |||||||||||||||||||||||x|||||||
Gone            ||||||||||||||||||||
Idle            ...............................
Night job       xx|||||||||||||||||||||||||||xx

FROM                       IN PERIOD  MONITOR         WHAT
2026-09-29 00:37:00            1d 8h  Night job       DOWN: no answer came before the timeout
2026-10-03 13:00:00               1h  API <b>"x"</b>  DOWN: no answer came before the timeout
2026-10-03 14:00:00               1h  API <b>"x"</b>  degraded: the answer took longer than it may
2026-10-03 15:00:00              30m  API <b>"x"</b>  DOWN: no answer came before the timeout
2026-10-07 05:03:00               1h  Website         DOWN: no answer came before the timeout
2026-10-24 21:11:00               1h  فجوة            DOWN: no answer came before the timeout; then not observed
2026-10-25 01:33:00               3h  Website         degraded: the answer took longer than it may
2026-10-25 02:30:00+02:00     1h 30m  API <b>"x"</b>  DOWN: no answer came before the timeout
2026-10-30 21:07:00            1d 2h  Night job       DOWN: no answer came before the timeout; went on

Up is the time up or degraded over the time observed. What was not observed counts neither way.
Times are those of Europe/Berlin. Made by Longwatch on 5 November 2026, 13:00.
`;

describe('reportText', () => {
  it('tells all of a month in plain text', async () => {
    expect(reportText(await octoberReport(), { title: 'Example Ltd' })).toBe(OCTOBER);
  });

  it('tells maintenance apart, where there was any', async () => {
    const text = reportText(await octoberReport({ maintained: true }));
    expect(text).toContain('\nMaintenance   31d 12h, counted apart\n');
    expect(text).toMatch(/\nMONITOR .* DEGRADED +MAINTENANCE +OBJECTIVE\n/);
    expect(text).toMatch(/\nWebsite +100% .* 3h +3h +met 99\.8%\n/);
    expect(text).toMatch(/\nIdle +maintenance .* 31d 1h +-\n/);
    expect(text).toContain('. not observed, m maintenance\n');
    expect(text).toMatch(/\nIdle +m{31}\n/);
    expect(text).toMatch(/ 1h +Website +DOWN: no answer came before the timeout; all in maintenance\n/);
    expect(text).toContain('Time in maintenance is counted apart.\n');
  });

  it('cuts long names and shows nothing a terminal would act on', async () => {
    const answer = await octoberReport();
    const monitors = answer.monitors.map((monitor) => ({ ...monitor, name: `\u001b[31m${'x'.repeat(80)}` }));
    const text = reportText({ ...answer, monitors }, { title: '\u001b]0;owned\u0007' });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(130);
  });
});

const MINUTE = 60_000;

/** The last two days, up to now: `api` was down for two hours until ten minutes ago. */
async function aHistory(path: string): Promise<void> {
  const opened = openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: 0 });
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const verdicts = (isDown: (ago: number) => boolean) =>
    Array.from({ length: 2880 }, (_, index) => {
      const down = isDown(2879 - index);
      const [status, reason] = down ? (['down', 'conn_refused'] as const) : (['up', null] as const);
      return { slot: now - (2879 - index) * MINUTE, interval: MINUTE, status, reason };
    });
  addWatched(opened.database, [
    { id: 'website', verdicts: verdicts(() => false), group: 'Shop', tags: { team: 'web' } },
    { id: 'api', verdicts: verdicts((ago) => ago > 10 && ago <= 130), group: 'Shop' },
    { id: 'other', verdicts: [] },
  ]);
  opened.close();
}

describe('longwatch report', () => {
  let folder: ReturnType<typeof aFolder>;
  let db: string;
  beforeAll(async () => {
    folder = aFolder();
    db = join(folder.path, 'longwatch.db');
    await aHistory(db);
    return () => folder.remove();
  });
  const report = (...args: string[]) => run(['report', '--db', db, ...args], { cwd: folder.path });

  it('prints text, of the monitors that are asked for', async () => {
    const { stdout, status } = await report('--window', '1d', '--group', 'Shop', '--title', 'Example Ltd');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Example Ltd: availability, The last 1d\n/);
    expect(stdout).toMatch(/^Outages +1, the longest 2h$/m);
    expect(stdout).toMatch(/^api +91\.66\d% /m);
    expect(stdout).toMatch(/ 2h +api +DOWN: the connection was refused$/m);
    expect(stdout).not.toContain('other');
  });

  it('reports on last month when nothing is said', async () => {
    const { period } = await runJson<PeriodReportAnswer>(['report', '--db', db]);
    const lastMonth = new Date();
    lastMonth.setUTCDate(0);
    expect(period).toMatchObject({ label: lastMonth.toISOString().slice(0, 7), complete: true, zone: 'UTC' });
    const { period: named } = await runJson<PeriodReportAnswer>(['report', '--db', db, '--month']);
    expect(named.label).toBe(period.label);
    const { period: given } = await runJson<PeriodReportAnswer>([
      'report',
      '--db',
      db,
      '--month',
      '2025-03',
      '--zone',
      'Europe/Berlin',
    ]);
    expect(given).toMatchObject({ label: '2025-03', zone: 'Europe/Berlin', from: '2025-02-28T23:00:00.000Z' });
  });

  it('writes a file of the kind that its name says, whole', async () => {
    const page = await report('api', '--window', '1d', '--output', 'day.html');
    expect([page.status, page.stdout]).toEqual([0, '']);
    expect(readFileSync(join(folder.path, 'day.html'), 'utf8')).toMatch(/^<!doctype html>.*<\/html>\s*$/s);
    expect(existsSync(join(folder.path, 'day.html.part'))).toBe(false);
    await report('--window', '1d', '-o', 'day.csv');
    expect(readFileSync(join(folder.path, 'day.csv'), 'utf8').split('\r\n')).toHaveLength(5);
    await report('--window', '1d', '-o', 'day.json');
    expect(JSON.parse(readFileSync(join(folder.path, 'day.json'), 'utf8'))).toMatchObject({ overall: { monitors: 3 } });
    await report('--window', '1d', '--format', 'csv', '--incidents', '-o', 'day.txt');
    expect(readFileSync(join(folder.path, 'day.txt'), 'utf8')).toMatch(/^id,name,.*\r\napi,api,Shop,down,/);
  });

  it.each([
    [['--month', '2026-13'], 2, 'It must be a month such as 2026-10.'],
    [['--month', '2025-10', '--period', '2025'], 2, 'cannot be used with option'],
    [['--period', '2031'], 2, 'error[bad_request]: 2031 lies in the future'],
    [['--group', 'Shpo'], 2, 'error[not_found]: there is no monitor in the group "Shpo"'],
    [['apj'], 2, 'Did you mean "api"?'],
    [['--incidents'], 2, 'error[usage]: --incidents is for tables only'],
    [['--format', 'pdf'], 2, 'Allowed choices are text, html, csv, json.'],
    [['--output', 'no-such-folder/x.html'], 2, 'error[file_unwritable]: no-such-folder/x.html cannot be written'],
  ])('refuses %j', async (args, status, words) => {
    const finished = await report(...args);
    expect(finished).toMatchObject({ status, stdout: '' });
    expect(finished.stderr).toContain(words);
  });
});

describe('the report over the API', () => {
  it('is the same as data, as a page and as a table, wherever it is asked for', async () => {
    const folder = aFolder();
    onTestFinished(() => folder.remove());
    const path = join(folder.path, 'longwatch.db');
    const opened = openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: 0 });
    writeReportedMonth(opened.database, Math.floor(NOW / HOUR_MS) - 2);
    opened.close();
    const get = await anApi(path, { now: () => NOW, monotonic: () => 0 });
    const october = await octoberReport();
    const query = 'period=2026-10&zone=Europe/Berlin';
    expect((await get(`/api/v1/report?${query}`)).body).toEqual(october);
    const some = await get(`/api/v1/report?${query}&id=api&id=website&group=Shop&tag=team`);
    expect(some.body.monitors.map(({ id }: { id: string }) => id)).toEqual(['api']);
    const page = await get(`/api/v1/report.html?${query}&title=Example%20Ltd`);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'unsafe-inline'/),
    });
    expect(page.body).toBe(reportPage(october, { title: 'Example Ltd' }));
    expect(await get(`/api/v1/report.csv?${query}`)).toMatchObject({ status: 200, body: reportCsv(october) });
    expect((await get(`/api/v1/report.csv?${query}&rows=incidents`)).body).toBe(incidentsCsv(october));
    expect((await get('/api/v1/report')).body.period).toMatchObject({ label: '2026-10', zone: 'UTC' });
    expect(await get('/api/v1/report?period=x')).toMatchObject({ status: 422, body: { code: 'bad_request' } });
    expect(await get('/api/v1/report?id=x')).toMatchObject({ status: 404, body: { code: 'monitor_not_found' } });
    expect(await get('/api/v1/report?moth=2026-10')).toMatchObject({ status: 422 });
  });
});
