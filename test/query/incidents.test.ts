import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/native.ts';
import { askChannels } from '../../src/query/trouble/channels.ts';
import { askNotifyExplanation } from '../../src/query/trouble/explained.ts';
import { askIncident } from '../../src/query/trouble/incident.ts';
import { askIncidents, type IncidentsQuestion } from '../../src/query/trouble/incidents.ts';
import { askMaintenance } from '../../src/query/trouble/maintenance.ts';
import { askNotification, askNotifications } from '../../src/query/trouble/notifications.ts';
import { askStorms } from '../../src/query/trouble/storms.ts';
import { memoryDatabases } from '../support/database.ts';
import {
  addChannelState,
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

const MINUTE = 60_000;
const iso = (minute: number) => new Date(NOON + minute * MINUTE).toISOString();
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

describe('askIncidents', () => {
  function aDatabase(): Database {
    const database = open();
    addTroubled(database, [{ id: 'shop', group: 'Web' }, { id: 'api' }]);
    addIncident(database, { started_at: NOON - 3000 * MINUTE, resolved_at: NOON - 2990 * MINUTE, status: 'up' });
    addIncident(database, { started_at: NOON - 300 * MINUTE, resolved_at: NOON - 10 * MINUTE, kind: 'degraded' });
    addIncident(database, { monitor: 2, started_at: NOON - 30 * MINUTE, kind: 'flapping', flapping: 1 });
    addIncident(database, { monitor: null, kind: 'blind', started_at: NOON - 5 * MINUTE });
    return database;
  }

  it.each<[string, Omit<IncidentsQuestion, 'now'>, number[]]>([
    ['all, newest first', {}, [4, 3, 2, 1]],
    ['the open ones', { open: true }, [4, 3]],
    ['those that are over', { open: false }, [2, 1]],
    ['those of a monitor', { monitor: 'shop' }, [2, 1]],
    ['those of a kind', { status: ['flapping', 'blind'] }, [4, 3]],
    ['those that were not over before a moment', { since: NOON - 20 * MINUTE }, [4, 3, 2]],
    ['those that began before a moment', { until: NOON - 20 * MINUTE }, [3, 2, 1]],
    ['none of a kind that never was', { status: ['down'], open: true }, []],
    ['the newest two', { limit: 2 }, [4, 3]],
  ])('lists %s', (_title, question, numbers) => {
    const { incidents } = askIncidents(aDatabase(), { ...question, now: NOON });
    expect(incidents.map(({ number }) => number)).toEqual(numbers);
  });

  it('goes on where the page before ended, and says when there is no more', () => {
    const database = aDatabase();
    const pages: number[][] = [];
    let cursor: string | null | undefined;
    do {
      const page = askIncidents(database, { limit: 3, cursor: cursor ?? undefined, now: NOON });
      pages.push(page.incidents.map(({ number }) => number));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(pages).toEqual([[4, 3, 2], [1]]);
  });

  it('says what an incident is, how long it lasts and what caused it', () => {
    const database = open();
    addTroubled(database, [{ id: 'shop', group: 'Web' }]);
    addIncident(database, {
      acknowledged_at: NOON - 5 * MINUTE,
      acknowledged_by: 'anna',
      silenced_until: NOON + MINUTE,
    });
    expect(askIncidents(database, { now: NOON }).incidents).toEqual([
      {
        number: 1, kind: 'down', severity: 'critical', open: true, status: 'down', flapping: false,
        monitor: 'shop', name: 'The shop', group: 'Web', location: null,
        started_at: iso(-10), opened_at: new Date(NOON - 590_000).toISOString(), resolved_at: null, resolution: null,
        duration_seconds: 600,
        cause: {
          text: 'the status code is not an expected one: status: expected 2xx, got 503',
          reason: 'status_unexpected', message: null, status_code: 503, duration_ms: 21.5,
          unmet: [{ what: 'status', expected: '2xx', got: '503' }],
        },
        acknowledged: { at: iso(-5), by: 'anna' }, silenced_until: iso(1), storm: null,
      },
    ]); // prettier-ignore
    expect(askIncidents(database, { now: NOON + 2 * MINUTE }).incidents[0]?.silenced_until).toBeNull();
  });

  it('refuses a cursor that was never given out and a monitor that there is not', () => {
    const database = aDatabase();
    expect(() => askIncidents(database, { cursor: 'x', now: NOON })).toThrow(/cursor/);
    expect(() => askIncidents(database, { monitor: 'shp', now: NOON })).toThrow(/there is no monitor "shp"/);
  });
});

describe('askIncident', () => {
  it('tells what happened in words, what was seen, and who was told', () => {
    const database = open();
    addTroubled(database, [{ id: 'shop' }]);
    database.exec(`INSERT INTO locations (key, name) VALUES (1, 'frankfurt')`);
    const incident = addIncident(database, { resolved_at: NOON - MINUTE, resolution: 'recovered', status: 'up' });
    const proof = { rule: 'retries', count: 3, first: NOON - 600_000, last: NOON - 590_000 };
    const cause = { reason: 'timeout_wait', message: null, statusCode: null, durationMs: 10_000, unmet: [] };
    addEvent(database, incident, NOON - 600_000, ['first_failure', { slot: NOON - 600_000, cause }]);
    addEvent(database, incident, NOON - 590_000, ['confirmed', { proof }]);
    addEvent(database, incident, NOON - 580_000, ['changed', { from: 'degraded', to: 'down', cause, proof }]);
    addEvent(database, incident, NOON - 570_000, ['notification', { notification: 1, channel: 'pager', kind: 'down', state: 'delivered', detail: '200 OK' }]); // prettier-ignore
    addEvent(database, incident, NOON - 560_000, ['acknowledged', { by: 'anna', note: 'on it' }]);
    addEvent(database, incident, NOON - 550_000, ['noted', { by: 'ben', text: 'disk <full>' }]);
    addEvent(database, incident, NOON - 540_000, ['silenced', { by: 'ben', until: NOON }]);
    addEvent(database, incident, NOON - 530_000, ['silenced', { by: 'ben', until: null }]);
    addEvent(database, incident, NOON - 520_000, ['unobserved', { reason: 'cut_off' }]);
    addEvent(database, incident, NOON - 510_000, ['flapping', { proof: { ...proof, rule: 'flapping', count: 6 } }]);
    addEvent(database, incident, NOON - 500_000, ['calm', {}]);
    addEvent(database, incident, NOON - MINUTE, ['first_success', { slot: NOON - MINUTE }]);
    addEvent(database, incident, NOON - MINUTE, ['resolved', { resolution: 'recovered', by: null, note: null, proof: { ...proof, rule: 'recover_after', count: 1, last: proof.first } }]); // prettier-ignore
    addIncidentEvidence(database, incident, 'failure');
    addNotification(database, { incident });
    addNotification(database, { incident, channel: 'mail', state: 'dropped', why: 'outside_hours' });

    const report = askIncident(database, { number: incident, now: NOON });
    expect(report.timeline.map(({ text }) => text)).toEqual([
      'first failure: no answer came before the timeout',
      'confirmed: 3 failures in a row within 10s (retries)',
      'degraded became down: no answer came before the timeout',
      'message to pager (down) delivered: 200 OK',
      'acknowledged by anna: on it',
      'note by ben: disk <full>',
      'silenced by ben until 2026-11-23 12:00:00 UTC',
      'the silence was ended by ben',
      expect.stringContaining('nothing could be seen: '),
      'began to flap: 6 changes of status within 10s',
      'is steady again',
      'first success',
      'recovered: 1 success (recover_after)',
    ]);
    expect(report.timeline[4]).toMatchObject({
      kind: 'acknowledged',
      by: 'anna',
      note: 'on it',
      at: expect.any(String),
    });
    expect(report.evidence.failure).toMatchObject({
      location: 'frankfurt',
      status_code: 503,
      facts: { server: 'nginx' },
    });
    expect(report.evidence.recovery).toBeNull();
    expect(report.notifications.map(({ channel, text }) => [channel, text])).toEqual([
      ['pager', 'delivered'],
      ['mail', 'not sent: it was outside the hours of the policy'],
    ]);
    expect(report).toMatchObject({
      storm: null,
      incident: { open: false, resolution: 'recovered', duration_seconds: 540 },
    });
  });

  it('says which incident is the newest when there is none of a number', () => {
    const database = open();
    const unknown = expect.objectContaining({ code: 'not_found', hint: expect.stringContaining('none yet') });
    expect(() => askIncident(database, { number: 7, now: NOON })).toThrow(unknown);
    addTroubled(database, [{ id: 'shop' }]);
    addIncident(database);
    expect(() => askIncident(database, { number: 7, now: NOON })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('The newest is 1') }),
    );
  });

  it.each([
    ['dropped', 'outside_hours', 'not sent: it was outside the hours of the policy'],
    ['dropped', 'of_a_version_to_come', 'not sent: of_a_version_to_come'],
    ['merged', 'collapse', 'told in one with its end'],
    ['merged', 'storm', 'told in one with others that came at once'],
    ['merged', 'digest', 'told in one with others that were held'],
    ['failed', '503 busy', 'failed: 503 busy'],
    ['dead', 'too_old', 'given up: it was more than a day old'],
    ['dead', '400 no such room', 'given up: 400 no such room'],
  ])('says of a message that was %s (%s): %s', (state, detail, words) => {
    const database = open();
    addTroubled(database, [{ id: 'shop' }]);
    const incident = addIncident(database);
    const data = { notification: 1, channel: 'pager', kind: 'down', state, detail };
    addEvent(database, incident, NOON, ['notification', data]);
    const { timeline } = askIncident(database, { number: incident, now: NOON });
    expect(timeline.map(({ text }) => text)).toEqual([`message to pager (down) ${words}`]);
  });

  it('tells a timeline of a version to come as far as it can', () => {
    const database = open();
    addTroubled(database, [{ id: 'shop' }]);
    const incident = addIncident(database);
    addEvent(database, incident, NOON, ['cloned' as 'noted', { sheep: 1 }]);
    addEvent(database, incident, NOON, ['resolved', {}]);
    expect(askIncident(database, { number: incident, now: NOON }).timeline.map(({ text }) => text)).toEqual([
      'cloned',
      'recovered',
    ]);
  });
});

describe('askStorms', () => {
  it('puts together what depends on one thing that is down, also long after it went down', () => {
    const database = open();
    addTroubled(database, [
      { id: 'edge' },
      { id: 'shop', dependsOn: ['edge'] },
      { id: 'cart', dependsOn: ['shop'], target: 'tcp://10.0.0.1:80' },
      { id: 'lonely' },
    ]);
    addIncident(database, { monitor: 1, started_at: NOON - 100 * MINUTE, cause: null });
    addIncident(database, { monitor: 2, started_at: NOON - 50 * MINUTE, cause: null });
    addIncident(database, { monitor: 3, started_at: NOON - 10 * MINUTE, cause: null });
    addIncident(database, { monitor: 4, started_at: NOON - 10 * MINUTE, cause: null });
    const { storms } = askStorms(database, { since: NOON - 60 * MINUTE, until: NOON, now: NOON });
    expect(storms).toHaveLength(1);
    expect(storms[0]).toMatchObject({ storm: 1, total: 3, open: 3, ended_at: null, started_at: iso(-100) });
    expect(storms[0]?.because[0]).toEqual({ kind: 'dependency', value: 'edge', incidents: 3 });
    expect(storms[0]?.incidents.map(({ number, storm }) => [number, storm])).toEqual([[1, 1], [2, 1], [3, 1]]); // prettier-ignore
    for (const number of [1, 2, 3]) {
      expect(askIncident(database, { number, now: NOON }).storm).toMatchObject({ storm: 1, total: 3 });
    }
    expect(askIncident(database, { number: 4, now: NOON }).storm).toBeNull();
    const listed = askIncidents(database, { now: NOON }).incidents.map(({ number, storm }) => [number, storm]);
    expect(listed).toEqual([[4, null], [3, 1], [2, 1], [1, 1]]); // prettier-ignore
  });

  it('leaves out storms that were over before, or began after', () => {
    const database = open();
    addTroubled(database, [{ id: 'one' }, { id: 'two' }]);
    const over = { started_at: NOON - 90 * MINUTE, resolved_at: NOON - 80 * MINUTE };
    addIncident(database, { monitor: 1, ...over });
    addIncident(database, { monitor: 2, ...over });
    const within = (since: number, until: number) =>
      askStorms(database, { since: NOON + since * MINUTE, until: NOON + until * MINUTE, now: NOON }).storms.length;
    expect([within(-85, 0), within(-79, 0), within(-200, -91), within(-200, -85)]).toEqual([1, 0, 0, 1]);
    expect(askStorms(database, { since: NOON - 100 * MINUTE, until: NOON, now: NOON }).storms[0]).toMatchObject({
      ended_at: iso(-80),
      because: [{ kind: 'reason', value: 'status_unexpected', incidents: 2 }],
    });
  });
});

describe('askNotifications', () => {
  it.each<[string, Parameters<typeof addNotification>[1], string]>([
    ['delivered', {}, 'delivered'],
    ['delivered at the third attempt, late', { attempts: 3, delivered_at: NOON, created_at: NOON - 600_000 }, 'delivered after 3 attempts, 10m late'],
    ['given up', { state: 'dead', attempts: 12, answer: '500 no' }, 'given up after 12 attempts: 500 no'],
    ['told in another one', { state: 'merged', merged_into: 9 }, 'told by notification 9'],
    ['not sent', { state: 'dropped', why: 'parent_down' }, 'not sent: something that the monitor depends on was down, which is told instead'],
    ['waiting', { state: 'waiting', why: 'quiet', due_at: NOON + 3_600_000 }, 'waits in 1h: it is held until the quiet hours of the policy end'],
    ['about to be sent', { state: 'ready' }, 'is about to be sent'],
    ['failed once', { state: 'ready', attempts: 1, answer: '502', due_at: NOON + 10_000 }, 'failed 1 attempt, tried again in 10s: 502'],
  ])('says of a message that is %s what became of it', (_title, row, text) => {
    const database = open();
    addNotification(database, row);
    expect(askNotifications(database, { now: NOON }).notifications).toMatchObject([{ text, number: 1 }]);
  }); // prettier-ignore

  it('lists by state, channel and incident, page by page', () => {
    const database = open();
    addTroubled(database, [{ id: 'shop' }]);
    const incident = addIncident(database);
    for (const channel of ['pager', 'mail', 'pager']) addNotification(database, { channel, incident });
    addNotification(database, { state: 'dead' });
    const numbers = (question: object) =>
      askNotifications(database, { ...question, now: NOON }).notifications.map(({ number }) => number);
    expect(numbers({})).toEqual([4, 3, 2, 1]);
    expect(numbers({ state: ['dead'] })).toEqual([4]);
    expect(numbers({ channel: 'mail' })).toEqual([2]);
    expect(numbers({ incident, limit: 2 })).toEqual([3, 2]);
    const { next_cursor } = askNotifications(database, { limit: 3, now: NOON });
    expect(numbers({ cursor: next_cursor })).toEqual([1]);
    expect(askNotifications(database, { incident, now: NOON }).notifications[0]).toMatchObject({ monitor: 'shop' });
  });

  it('shows each attempt to deliver a message, and which others it tells of', () => {
    const database = open();
    const storm = addNotification(database, { kind: 'storm', attempts: 2 });
    addNotification(database, { state: 'merged', merged_into: storm });
    addDelivery(database, storm, { outcome: 'failed', status_code: 500, answer: 'no' });
    addDelivery(database, storm, { attempt: 2 });
    expect(askNotification(database, { number: storm, now: NOON })).toMatchObject({
      notification: { kind: 'storm', attempts: 2 },
      attempts: [
        { outcome: 'failed', status_code: 500 },
        { attempt: 2, outcome: 'delivered' },
      ],
      merged: [2],
    });
    expect(() => askNotification(database, { number: 9, now: NOON })).toThrow(/there is no notification 9/);
  });
});

describe('askChannels', () => {
  it('tells how each channel fares, in the order of the file', () => {
    const database = open();
    const types = ['one', 'two', 'three', 'four'].map((id) => ({ id, type: 'webhook' }));
    setNotify(database, { channels: types, policies: [] });
    addNotification(database, { channel: 'one' });
    addNotification(database, { channel: 'one', state: 'dead' });
    addNotification(database, { channel: 'two', state: 'ready' });
    addChannelState(database, { channel: 'two', failures: 2, failing_since: NOON - MINUTE, last_error: '500' });
    addChannelState(database, {
      channel: 'three',
      failures: 9,
      failing_since: NOON - MINUTE,
      open_until: NOON + MINUTE,
    });
    expect(askChannels(database, { now: NOON }).channels).toMatchObject([
      { id: 'one', state: 'working', dead: 1, waiting: 0, failing_since: null },
      { id: 'two', state: 'failing', failures: 2, waiting: 1, last_error: '500', last_delivered_at: null },
      { id: 'three', state: 'resting', rests_until: iso(1) },
      { id: 'four', state: 'unused' },
    ]);
  });

  it('has none while the file says nothing of channels', () => {
    expect(askChannels(open(), { now: NOON })).toEqual({ channels: [] });
  });
});

describe('askMaintenance', () => {
  it('lists what is now, what comes by plan, and whom it is for', () => {
    const database = open();
    addTroubled(database, [
      { id: 'shop', group: 'Web', tags: { team: 'pay' } },
      { id: 'api', group: 'Web' },
    ]);
    const weekly = {
      kind: 'weekly',
      days: [1, 7],
      at: 14 * 60,
      duration: 2 * 3_600_000,
      zone: 'Europe/Berlin',
    } as const;
    const cron = { kind: 'cron', cron: '0 3 * * *', duration: 3_600_000, zone: 'UTC' } as const;
    setNotify(database, {
      maintenance: [
        { id: 'nightly', name: 'Nightly', for: { monitors: [], groups: [], tags: {} }, times: cron },
        { id: 'week', name: 'Weekly', for: { monitors: [], groups: ['Web'], tags: { team: [] } }, times: weekly },
      ],
    });
    addMaintenance(database, { id: 'hand' });
    addMaintenance(database, { id: 'over', end: NOON - MINUTE });
    addMaintenance(database, { id: 'ended', ended_at: NOON - MINUTE });
    const { maintenance } = askMaintenance(database, { now: NOON });
    expect(maintenance).toMatchObject([
      { id: 'hand', by_hand: true, monitors: 2, now: { start: iso(-30), end: iso(30) }, next: [], schedule: 'once, for 1h', created: { by: 'anna', at: iso(-30) } },
      { id: 'week', by_hand: false, monitors: 1, now: null, schedule: 'Mon, Sun at 14:00, for 2h (Europe/Berlin)', created: null },
      { id: 'nightly', now: null, schedule: 'cron 0 3 * * *, for 1h (UTC)' },
    ]); // prettier-ignore
    expect(maintenance[1]?.next[0]).toEqual({ start: iso(60), end: iso(180) });
    expect(maintenance[2]?.next.map(({ start }) => start)).toEqual([
      '2026-11-24T03:00:00.000Z',
      '2026-11-25T03:00:00.000Z',
      '2026-11-26T03:00:00.000Z',
    ]);
  });
});

describe('askNotifyExplanation', () => {
  it('says who would be told, in words and as data', () => {
    const database = open();
    addTroubled(database, [{ id: 'shop' }]);
    setNotify(database);
    const answer = askNotifyExplanation(database, { id: 'shop', now: NOON });
    expect(answer).toMatchObject({ monitor: 'shop', incident: null, maintenance_until: null });
    expect(answer.events.map(({ kind }) => kind)).toEqual(['down', 'degraded', 'up', 'flapping']);
    expect(answer.events[0]?.messages).toMatchObject([
      { channel: 'pager', policy: 'default', dropped: null },
      { channel: 'mail', policy: 'default', dropped: null },
    ]);
    expect(answer.lines.join('\n')).toContain('pager');
    expect(() => askNotifyExplanation(database, { id: 'shp', now: NOON })).toThrow(/there is no monitor/);
  });

  it('says that nobody is told in maintenance', () => {
    const database = open();
    addTroubled(database, [{ id: 'shop' }]);
    setNotify(database);
    addMaintenance(database, { id: 'hand' });
    const answer = askNotifyExplanation(database, { id: 'shop', now: NOON });
    expect(answer.maintenance_until).toBe(iso(30));
    expect(answer.events[0]?.messages.map(({ dropped }) => dropped)).toEqual(['maintenance', 'maintenance']);
  });
});
