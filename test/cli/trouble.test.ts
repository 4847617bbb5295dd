import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/native.ts';
import { openHistory, type History } from '../../src/query/history.ts';
import { serverHistory } from '../../src/cli/server-history.ts';
import type { TestApi } from '../support/api.ts';
import { aFolder, run, runJson, type Finished } from '../support/longwatch.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  addDelivery,
  addEvent,
  addIncident,
  addIncidentEvidence,
  addMaintenance,
  addNotification,
  addTroubled,
  NOON,
  setNotify,
} from '../support/trouble-history.ts';
import { openTroubleApi } from '../support/trouble-server.ts';

const TOKEN = 'a-token-that-is-long-enough';
const clock = new ManualClock(NOON);

function fill(database: Database): void {
  const machine = { failures: { first: 1, count: 1, spans: [] }, flapping: false };
  addTroubled(database, [
    { id: 'shop', group: 'Web', status: 'down' },
    { id: 'cart', group: 'Web', dependsOn: ['shop'], machine, lastStatus: 'down' },
  ]);
  database.exec(`INSERT INTO locations (key, name) VALUES (1, 'frankfurt')`);
  setNotify(database);
  for (let count = 0; count < 3; count += 1) addIncident(database, { monitor: count === 1 ? 2 : 1 });
  addEvent(database, 1, NOON - 600_000, ['noted', { by: 'anna', text: 'red \u001b[31m alert' }]);
  addIncidentEvidence(database, 1, 'failure');
  addNotification(database, { incident: 1, state: 'dead', attempts: 9, answer: '500 no', message: '{"id":"x"}' });
  addNotification(database, { incident: 1, channel: 'mail' });
  addDelivery(database, 1, { outcome: 'failed', status_code: 500, answer: 'no' });
  addMaintenance(database, { id: 'planned', name: 'New disks', start: NOON + 3_600_000, end: NOON + 7_200_000 });
}

let folder: ReturnType<typeof aFolder>;
let path: string;
let api: TestApi;
let server: string;
let history: History;
beforeAll(async () => {
  folder = aFolder();
  path = `${folder.path}/longwatch.db`;
  api = await openTroubleApi(path, clock, { fill, apiToken: TOKEN });
  server = await api.listen();
  history = await openHistory(path, { now: () => clock.now() });
}, 60_000);
afterAll(async () => {
  history.close();
  await api.close();
  folder.remove();
});

const env = { LONGWATCH_API_TOKEN: TOKEN };
const act = (...args: readonly string[]): Promise<Finished> => run([...args, '--server', server], { env });

describe('a server asked about trouble', () => {
  type Asked = 'incidents' | 'incident' | 'storms' | 'notifications' | 'notification' | 'channels' | 'maintenance' | 'notifyExplanation'; // prettier-ignore

  it.each<[Asked, unknown[]]>([
    ['incidents', []],
    ['incidents', [{ open: true, status: ['down'], monitor: 'shop', since: '1d', limit: 1 }]],
    ['incidents', [{ open: false }]],
    ['incidents', [{ cursor: 'none' }]],
    ['incidents', [{ monitor: 'nobody' }]],
    ['incident', [1]],
    ['incident', [99]],
    ['storms', []],
    ['storms', [{ since: '1h', until: '2h' }]],
    ['notifications', [{ state: ['dead', 'waiting'], channel: 'pager', incident: 1, limit: 5 }]],
    ['notification', [1]],
    ['notification', [99]],
    ['channels', []],
    ['maintenance', []],
    ['notifyExplanation', ['shop']],
    ['notifyExplanation', ['nobody']],
  ])('answers %s %j as the file does', async (question, request) => {
    const outcome = async (source: unknown): Promise<unknown> => {
      try {
        return await (source as Record<Asked, (...request: unknown[]) => unknown>)[question](...request);
      } catch (thrown) {
        const { code, message, hint } = thrown as Record<string, unknown>;
        return { code, message, hint };
      }
    };
    const remote = await outcome(serverHistory(server));
    expect(remote).toEqual(await outcome(history));
    expect(remote).not.toHaveProperty('code', 'server_answer');
  });
});

describe('the commands about trouble', () => {
  it('print tables and texts that no terminal acts upon', async () => {
    const [incidents, incident, storms, notifications, channels, maintenance, status] = await Promise.all([
      run(['incidents', '--open', '--db', path]),
      run(['incident', '#1', '--db', path]),
      run(['storms', '--since', '2026-01-01', '--db', path]),
      run(['notifications', '--dead', '--db', path]),
      run(['channels', '--db', path]),
      run(['maintenance', '--server', server]),
      run(['status', '--server', server]),
    ]);
    expect(incidents.stdout).toMatch(/^ *#3 +shop +✖ down +2026-11-23 11:50:00 .* open +#1 +the status code is not/m);
    expect(incidents.stdout).toContain('3 incidents, 3 open');
    expect(incident.stdout).toMatch(/^Incident 1: The shop$/m);
    expect(incident.stdout).toContain('note by anna: red \u{fffd}[31m alert');
    expect(incident.stdout).toContain('#1  pager (down): given up after 9 attempts: 500 no');
    expect(incident.stdout).toMatch(/what was seen at the first failure.*from frankfurt/);
    expect(incident.stdout).toMatch(
      /storm +storm 1: 3 incidents since 2026-11-23 11:50:00 UTC, 3 open; 3 hang on shop/,
    );
    expect(storms.stdout).toMatch(/^storm 1: 3 incidents[^]*1 storm$/m);
    expect(notifications.stdout).toMatch(/#1 .*pager +down +shop +#1 +✖ given up +given up after 9 attempts/);
    expect(channels.stdout).toMatch(/^pager +webhook +- unused +never +0 +1 +default/m);
    expect(maintenance.stdout).toMatch(/^planned +New disks +everything \(2 monitors\) +- +2026-11-23 13:00 to 14:00/m);
    expect(status.stdout).toMatch(/^cart +✔ up, confirming, incident 2 /m);
    for (const { status: exit } of [incidents, incident, storms, notifications, channels, maintenance]) {
      expect(exit).toBe(0);
    }
  }, 60_000);

  it('print with --json what the API answers', async () => {
    const [incident, explanation] = await Promise.all([
      runJson(['incident', 'show', '1', '--server', server]),
      runJson<{ lines: string[] }>(['notify', 'explain', 'shop', '--server', server]),
    ]);
    expect(incident).toEqual((await api.get('/api/v1/incidents/1')).body);
    expect(explanation).toEqual((await api.get('/api/v1/monitors/shop/notify')).body);
    expect(explanation.lines.join('\n')).toContain('pager');
  }, 60_000);

  it.each<[readonly string[], number, RegExp]>([
    [['incident', '99'], 2, /error\[not_found\]: there is no incident 99/],
    [['incident', 'twelve'], 2, /must be a number/],
    [['incidents', '--status', 'bad'], 2, /must be a list of down, degraded, flapping, blind/],
    [['incidents', '--limit', '0'], 2, /from 1 to 1000/],
    [['incidents', '--open', '--closed'], 2, /cannot be used/],
    [['incidents', '--since', '-1h'], 2, /must be a duration/],
    [['notifications', '--state', 'lost'], 2, /must be a list of waiting/],
    [['notify', 'explain', 'shp'], 2, /monitor_not_found.*shp/],
  ])(
    'refuse %j',
    async (args, status, message) => {
      const got = await run([...args, '--db', path]);
      expect(got).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(message) });
    },
    30_000,
  );
});

describe('the commands that act', () => {
  it('acknowledge, note, silence and resolve, and say when that was done already', async () => {
    const steps: [readonly string[], RegExp][] = [
      [['incident', 'acknowledge', '2', '--note', 'on it', '--by', 'anna'], /^incident 2 \(cart\): acknowledged$/m],
      [['incident', 'ack', '2'], /^incident 2 \(cart\): acknowledged already$/m],
      [['incident', 'note', '2', 'disk full', '--by', 'anna'], /: noted$/m],
      [['incident', 'silence', '2', '--for', '2h'], /: silenced$/m],
      [['incident', 'silence', '2', '--end'], /: no longer silenced$/m],
      [['incident', 'resolve', '2', '--by', 'anna'], /: resolved$/m],
      [['incident', 'resolve', '2'], /: over already$/m],
    ];
    for (const [args, words] of steps) {
      const got = await act(...args);
      expect(got).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(words) });
    }
    const { timeline } = history.incident(2);
    expect(timeline.map(({ text }) => text)).toEqual([
      'acknowledged by anna: on it',
      'note by anna: disk full',
      expect.stringMatching(/^silenced by .+ until 2026-11-23 14:00:00 UTC$/),
      expect.stringMatching(/^the silence was ended by /),
      'resolved by hand by anna',
    ]);
  }, 90_000);

  it('begin and end maintenance, send messages again, and test channels', async () => {
    const began = await act('maintenance', 'start', '--for', '30m', '--group', 'Web', '--name', 'disks', '--json');
    const { maintenance } = JSON.parse(began.stdout) as { maintenance: { id: string; monitors: number } };
    expect(maintenance).toMatchObject({ name: 'disks', monitors: 2, for: { groups: ['Web'] } });
    expect((await act('maintenance', 'end', maintenance.id)).stdout).toBe(`maintenance ${maintenance.id}: ended\n`);
    expect((await act('maintenance', 'end', maintenance.id)).stdout).toBe(`maintenance ${maintenance.id}: over already\n`); // prettier-ignore
    const again = await act('notifications', 'resend', '1', '2');
    expect(again.stdout).toBe('notification 1 to pager is sent again\nnotification 2 to mail need not be sent again: it is delivered\n'); // prettier-ignore
    expect(await act('notify', 'test', 'pager')).toMatchObject({
      status: 1,
      stdout: '✖ pager: failed in 12 ms: 500 no\n',
    });
  }, 90_000);

  it.each<[readonly string[], number, RegExp]>([
    [['incident', 'acknowledge', '99'], 2, /error\[not_found\]: there is no incident 99/],
    [['incident', 'silence', '1', '--for', '-5m'], 2, /must be a duration/],
    [['incident', 'silence', '1'], 2, /error\[usage\]: say for how long: --for 2h, --until a time, or --end/],
    [['incident', 'akc', '1'], 2, /must be a number, such as 12, or what to do: .*acknowledge/],
    [['incident', '1', '2'], 2, /one incident .* at a time/],
    [['incident', 'note', '1', ' '], 2, /text: must not be empty/],
    [['incident', 'note', '1', 'x'.repeat(2001)], 2, /text: must have at most 2000 characters/],
    [['incident', 'note', '1', 'x', '--by', ''], 2, /by: must not be empty/],
    [['maintenance', 'start', '--for', '30m'], 2, /error\[usage\]: say for what/],
    [['maintenance', 'start', '--all'], 2, /error\[usage\]: say how long/],
    [['maintenance', 'start', '--for', '30m', '--group', 'Wbe'], 2, /there is no group "Wbe"[^]*Did you mean "Web"/],
    [['maintenance', 'start', '--for', '30m', '--all', '--group', 'Web'], 2, /cannot be used/],
    [['maintenance', 'end', 'nothing'], 2, /there is no maintenance nothing/],
    [['notify', 'test', 'nobody'], 2, /there is no channel "nobody"/],
  ])(
    'refuse %j',
    async (args, status, message) => {
      expect(await act(...args)).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(message) });
    },
    30_000,
  );

  it('say what to do without the token, with a wrong one, and without a server', async () => {
    const [none, wrong, away] = await Promise.all([
      run(['incident', 'ack', '1', '--server', server], { env: { LONGWATCH_API_TOKEN: '' } }),
      run(['incident', 'ack', '1', '--server', server], { env: { LONGWATCH_API_TOKEN: 'wrong' } }),
      run(['incident', 'ack', '1', '--server', 'http://127.0.0.1:1'], { env }),
    ]);
    for (const { status, stderr } of [none, wrong]) {
      expect({ status, stderr }).toEqual({ status: 5, stderr: expect.stringMatching(/not_authorised.*token[^]*LONGWATCH_API_TOKEN/) }); // prettier-ignore
      expect(stderr).not.toContain(TOKEN);
    }
    expect(away).toMatchObject({ status: 4, stderr: expect.stringContaining('server_unreachable') });
  }, 30_000);

  it.each(['two\nlines', '\u65e5\u672c'])(
    'say that the variable holds no token, and not what it holds: %j',
    async (token) => {
      const { status, stderr } = await run(['incident', 'ack', '1', '--server', server], { env: { LONGWATCH_API_TOKEN: token } }); // prettier-ignore
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/error\[usage\]: LONGWATCH_API_TOKEN holds no token/) }); // prettier-ignore
      expect(stderr).not.toMatch(/two|\u65e5/);
    },
    30_000,
  );

  it('send the token of a configuration to its own server, and to no other', async () => {
    const listen = new URL(server).host;
    const file = folder.write('longwatch.yaml', `server: { listen: "${listen}", api_token: "${TOKEN}" }\nmonitors: [{ url: "http://127.0.0.1:9/" }]\n`); // prettier-ignore
    const bare = { LONGWATCH_API_TOKEN: '', LONGWATCH_URL: '', LONGWATCH_CONFIG: file };
    const elsewhere = folder.write('elsewhere.yaml', `server: { listen: "127.0.0.1:1", api_token: "${TOKEN}" }\nmonitors: [{ url: "http://127.0.0.1:9/" }]\n`); // prettier-ignore
    const [own, named, other, led] = await Promise.all([
      run(['incident', 'note', '1', 'by file'], { env: bare }),
      run(['incident', 'note', '1', 'by name', '--server', server, '--config', file], { env: bare }),
      run(['incident', 'note', '1', 'by address', '--server', server], { env: bare }),
      run(['incident', 'note', '1', 'by variable', '--config', elsewhere], {
        env: { ...bare, LONGWATCH_URL: server },
      }),
    ]);
    expect([own.status, named.status, other.status, led.status]).toEqual([0, 0, 5, 5]);
  }, 30_000);
});
