import { describe, expect, it } from 'vitest';
import { usualPolicy, type Policy } from '../../../src/core/notify/policy.ts';
import { aPolicy, DELIVERED, FAILED, HOUR, MINUTE, NOON, Office, said, SECOND } from './office.ts';

describe('telling what happened', () => {
  it('tells every channel of a policy that a monitor is down, within half a second, and that it is up again', () => {
    const office = new Office({ channels: ['mail', 'chat'] });
    const incident = office.down('shop');
    expect(office.tell()).toEqual([]);
    expect(said(office.pass(500))).toEqual(['down shop', 'down shop']);
    expect(office.received.map(({ channel, at }) => `${channel} ${at - NOON}`).toSorted()).toEqual([
      'chat 400',
      'mail 400',
    ]);
    expect(office.received[0]?.message).toMatchObject({
      kind: 'down',
      severity: 'critical',
      resolved: false,
      at: NOON,
      incident,
      monitor: { id: 'shop', target: 'https://shop.test/' },
      status: { from: 'up', to: 'down' },
      since: NOON - 10 * SECOND,
      until: null,
      dependants: null,
      total: 0,
    });
    office.pass(3 * MINUTE);
    office.up('shop');
    const back = office.pass(SECOND);
    expect(said(back)).toEqual(['up shop', 'up shop']);
    expect(back[0]).toMatchObject({
      resolved: true,
      severity: 'critical',
      since: NOON - 10 * SECOND,
      until: NOON + 3 * MINUTE + 500,
    });
    expect(office.fates()).toEqual([
      'mail down delivered',
      'chat down delivered',
      'mail up delivered',
      'chat up delivered',
    ]);
    const timeline = office.timeline(incident);
    expect([timeline.slice(0, 2).toSorted(), timeline[2], timeline.slice(3).toSorted()]).toEqual([
      ['chat down delivered: 200 OK', 'mail down delivered: 200 OK'],
      'resolved',
      ['chat up delivered: 200 OK', 'mail up delivered: 200 OK'],
    ]);
  });

  it('has each message once, with an id of its own that every attempt shares', () => {
    const office = new Office();
    office.answers.set('mail', (_, attempt) => (attempt < 3 ? FAILED : DELIVERED));
    office.down('shop');
    office.pass(MINUTE);
    expect(office.received).toHaveLength(1);
    expect(new Set(office.handed.keys()).size).toBe(1);
    expect([...office.handed.values()]).toEqual([3]);
    expect(office.deliveries().map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'delivered'],
    ]);
  });

  it('writes down why somebody is not told', () => {
    const night = { days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 60, zone: 'UTC' };
    const office = new Office({ policies: [aPolicy({ hours: night })] });
    office.down('shop');
    expect(office.pass(HOUR)).toEqual([]);
    expect(office.fates()).toEqual(['mail down dropped outside_hours']);
    office.up('shop');
    office.pass(SECOND);
    expect(office.fates()).toEqual(['mail down dropped outside_hours', 'mail up dropped not_told']);
  });

  it('tells nobody of what lasts shorter than the delay of the policy, neither its beginning nor its end', () => {
    const office = new Office({ policies: [aPolicy({ delay: 5 * MINUTE })] });
    const incident = office.down('shop');
    office.pass(2 * MINUTE);
    office.up('shop');
    expect(office.pass(HOUR)).toEqual([]);
    expect(office.fates()).toEqual(['mail down dropped over_before_told', 'mail up dropped over_before_told']);
    expect(office.timeline(incident)).toContain('mail down dropped: over_before_told');
    office.down('shop');
    expect(said(office.pass(6 * MINUTE))).toEqual(['down shop']);
    expect(office.received[0]?.at).toBe(office.now - MINUTE + 400);
    expect(office.rows("state = 'delivered'")[0]?.told_by).toBe(office.now - MINUTE);
  });

  it('tells a beginning and an end that both wait in one message', () => {
    const office = new Office();
    const incident = office.down('shop');
    office.now += 200;
    office.up('shop');
    const [message, ...others] = office.pass(MINUTE);
    expect(others).toEqual([]);
    expect(message).toMatchObject({ kind: 'up', incident, since: NOON - 10 * SECOND, until: NOON + 200 });
    expect(office.fates()).toEqual(['mail down merged collapse', 'mail up delivered']);
  });

  it('tells both in one message when the channel did not take the beginning until the end', () => {
    const office = new Office();
    office.answers.set('mail', () => FAILED);
    office.down('shop');
    office.pass(2 * MINUTE);
    office.up('shop');
    office.answers.delete('mail');
    expect(said(office.pass(HOUR))).toEqual(['up shop']);
    expect(office.fates()[0]).toBe('mail down merged collapse');
    expect(office.rows("kind = 'up'")[0]).toMatchObject({ state: 'delivered', told_by: NOON });
  });

  it('does not tell an end before it is known whether the beginning arrived', () => {
    const office = new Office();
    office.answers.set('mail', () => 'no answer');
    office.down('shop');
    office.plan();
    office.now += 400;
    const [ready] = office.plan().ready;
    office.now += SECOND;
    office.up('shop');
    expect(office.pass(10 * SECOND)).toEqual([]);
    office.answers.delete('mail');
    office.send(ready!);
    expect(said(office.pass(SECOND))).toEqual(['up shop']);
    expect(office.received.map(({ message }) => message.kind)).toEqual(['down', 'up']);
  });

  it('tells that a degraded monitor is down, and its end once', () => {
    const office = new Office();
    office.down('shop', { kind: 'degraded' });
    office.pass(MINUTE);
    office.worse('shop');
    office.pass(MINUTE);
    office.up('shop');
    office.pass(MINUTE);
    expect(said(office.received.map(({ message }) => message))).toEqual(['degraded shop', 'down shop', 'up shop']);
  });

  it('tells of our own blindness from when to when, in one message', () => {
    const office = new Office();
    const incident = office.blind();
    office.now += 20 * SECOND;
    office.sighted(incident);
    const messages = office.pass(5 * MINUTE);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({ kind: 'sighted', about: 'home', since: NOON, until: NOON + 20 * SECOND });
    const second = office.blind();
    expect(said(office.pass(2 * MINUTE))).toEqual(['blind home']);
    office.sighted(second);
    expect(said(office.pass(MINUTE))).toEqual(['sighted home']);
  });

  it('reminds until somebody acknowledges, and escalates if nobody does', () => {
    const policy = aPolicy({ repeat: HOUR, escalate: [{ after: 90 * MINUTE, tell: ['boss'] }] });
    const office = new Office({ channels: ['mail', 'boss'], policies: [policy] });
    const incident = office.down('shop');
    office.pass(4 * HOUR - MINUTE);
    expect(office.received.map(({ channel, message }) => `${channel} ${message.kind}`)).toEqual([
      'mail down',
      'mail reminder',
      'boss escalation',
      'mail reminder',
      'mail reminder',
    ]);
    expect(office.planner.act({ do: 'acknowledge', incident, by: 'ann', note: null }, office.now).changed).toBe(true);
    expect(office.pass(5 * HOUR)).toEqual([]);
    office.up('shop');
    office.pass(MINUTE);
    expect(
      office.received
        .slice(-2)
        .map(({ channel, message }) => `${channel} ${message.kind}`)
        .toSorted(),
    ).toEqual(['boss up', 'mail up']);
    expect(office.rows("kind = 'reminder' AND state = 'waiting'")).toEqual([]);
  });

  it('leaves out reminders while the channel has not taken what was to be told before them', () => {
    const office = new Office({ policies: [aPolicy({ repeat: MINUTE })] });
    office.answers.set('mail', () => FAILED);
    office.down('shop');
    office.pass(4 * MINUTE + SECOND);
    office.answers.delete('mail');
    expect(said(office.pass(20 * MINUTE))[0]).toBe('down shop');
    const reminded = office.received.filter(({ message }) => message.kind === 'reminder').map(({ at }) => at);
    const pauses = reminded.slice(1).map((at, index) => at - (reminded[index] ?? 0));
    expect(pauses.length).toBeGreaterThan(3);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(MINUTE);
    expect(office.fates("kind = 'reminder'")[0]).toBe('mail reminder dropped not_taken_yet');
    expect(office.timeline(1).join()).not.toContain('not_taken_yet');
  });

  it('takes back escalations and reminders when it is over', () => {
    const policy = aPolicy({ repeat: HOUR, escalate: [{ after: HOUR, tell: ['boss'] }] });
    const office = new Office({ channels: ['mail', 'boss'], policies: [policy] });
    office.down('shop');
    office.pass(MINUTE);
    office.up('shop');
    office.pass(5 * HOUR);
    expect(said(office.received.map(({ message }) => message))).toEqual(['down shop', 'up shop']);
    expect(office.fates("kind IN ('reminder', 'escalation')")).toEqual([
      'mail reminder dropped resolved',
      'boss escalation dropped resolved',
    ]);
  });

  it('holds messages in quiet hours and tells them in one at their end, what ended meanwhile in one line', () => {
    const quiet = { days: [1, 2, 3, 4, 5, 6, 7], from: 11 * 60, to: 13 * 60, zone: 'UTC', except: [] };
    const office = new Office({ monitors: ['shop', 'blog', 'wiki'], policies: [aPolicy({ quiet })] });
    office.down('shop');
    office.down('blog');
    office.pass(MINUTE);
    office.up('blog');
    expect(office.pass(58 * MINUTE)).toEqual([]);
    const [digest, ...others] = office.pass(2 * MINUTE);
    expect(others).toEqual([]);
    expect(digest).toMatchObject({ kind: 'digest', total: 2, severity: 'critical', resolved: false });
    expect(digest?.items.map(({ monitor, until }) => [monitor?.id, until])).toEqual([
      ['shop', null],
      ['blog', NOON + MINUTE],
    ]);
    expect(office.rows("kind = 'digest'")[0]?.told_by).toBe(NOON + HOUR);
  });

  it('sends what was held alone as the message it is', () => {
    const quiet = { days: [1], from: 11 * 60, to: 13 * 60, zone: 'UTC', except: [] };
    const office = new Office({ policies: [aPolicy({ quiet })] });
    office.down('shop');
    expect(said(office.pass(2 * HOUR))).toEqual(['down shop']);
    expect(office.fates()).toEqual(['mail down delivered']);
  });

  it('gathers a digest from its first message on', () => {
    const office = new Office({ monitors: ['a', 'b', 'c'], policies: [aPolicy({ digest: 10 * MINUTE })] });
    office.down('a');
    office.pass(5 * MINUTE);
    office.down('b');
    const told = office.pass(6 * MINUTE);
    expect(said(told)).toEqual(['digest 2']);
    expect(office.received[0]?.at).toBe(NOON + 10 * MINUTE);
    office.down('c');
    office.up('a');
    expect(said(office.pass(10 * MINUTE + SECOND))).toEqual(['digest 2']);
  });

  it('sends no more than a channel may get, and the rest in one when there is room', () => {
    const policy = aPolicy({ storm: null, maxRate: { messages: 3, within: HOUR } });
    const office = new Office({ monitors: ['a', 'b', 'c', 'd', 'e', 'f'], policies: [policy] });
    for (const monitor of ['a', 'b', 'c', 'd', 'e']) {
      office.down(monitor);
      office.pass(MINUTE);
    }
    expect(said(office.received.map(({ message }) => message))).toEqual(['down a', 'down b', 'down c']);
    expect(said(office.pass(HOUR))).toEqual(['digest 2']);
  });

  it('drops what waits for a channel that is taken out of the file', () => {
    const office = new Office({ channels: ['mail', 'chat'] });
    office.answers.set('chat', () => FAILED);
    office.down('shop');
    office.pass(MINUTE);
    office.configure({ channels: [{ id: 'mail', type: 'webhook' }], policies: [usualPolicy(['mail'])] });
    office.pass(HOUR);
    expect(office.fates("channel = 'chat'")).toEqual(['chat down dropped channel_gone']);
  });

  it('tells that a monitor flaps and that it is calm, and nothing between', () => {
    const office = new Office();
    office.down('shop', { kind: 'flapping' });
    office.pass(MINUTE);
    office.worse('shop');
    office.pass(MINUTE);
    office.up('shop', 'calm');
    office.pass(MINUTE);
    expect(said(office.received.map(({ message }) => message))).toEqual(['flapping shop', 'calm shop']);
    expect(office.fates()[1]).toBe('mail down dropped flapping');
  });

  it('goes on with the others when one event cannot be decided', () => {
    const broken = { days: [1], from: 0, to: 60, zone: 'Nowhere/At_All' };
    const some = (id: string): Policy['for'] => ({ monitors: [id], groups: [], tags: {} });
    const policies = [
      aPolicy({ id: 'broken', for: some('a'), hours: broken }),
      aPolicy({ id: 'fine', for: some('b') }),
    ];
    const office = new Office({ monitors: ['a', 'b'], policies });
    office.down('a');
    office.down('b');
    expect(() => office.plan()).toThrow(RangeError);
    expect(said(office.pass(MINUTE))).toEqual(['down b']);
    office.configure({ policies: [aPolicy()] });
    office.now += 10 * MINUTE;
    expect(said(office.pass(SECOND))).toEqual(['down a']);
  });

  it('says how late a message is when nobody could plan it before', () => {
    const office = new Office();
    office.down('shop');
    office.now += 2 * HOUR;
    office.restart();
    office.now += 400;
    office.plan();
    office.now += 400;
    expect(office.plan().ready[0]).toMatchObject({ dueAt: NOON, attempt: 1 });
  });
});
