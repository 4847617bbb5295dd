import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import type { ChannelStateRow } from '../../../src/db/trouble-schema.ts';
import { ToldPrune } from '../../../src/recorder/planner/told-prune.ts';
import { aPolicy, DELIVERED, FAILED, HOUR, MINUTE, NOON, Office, REFUSED, said, SECOND } from './office.ts';

function stateOf(office: Office, channel = 'mail'): ChannelStateRow | undefined {
  return office.database
    .prepare<[string], ChannelStateRow>('SELECT * FROM channel_states WHERE channel = ?')
    .get(channel);
}

const DAY = 24 * HOUR;

describe('what becomes of attempts', () => {
  it('tries again after 5, 10, 20 and 40 s, and then as the circuit of the channel lets it', () => {
    const office = new Office();
    office.answers.set('mail', () => FAILED);
    office.down('shop');
    office.pass(10 * MINUTE);
    const attempts = office.deliveries().map(({ at }) => (at - NOON) / SECOND);
    expect(attempts.slice(0, 5)).toEqual([0.4, 5.4, 15.4, 35.4, 75.4]);
    expect(stateOf(office)).toMatchObject({ failing_since: NOON + 400, last_error: '500 Oops' });
    office.answers.delete('mail');
    expect(said(office.pass(HOUR))).toEqual(['down shop']);
    expect(stateOf(office)).toMatchObject({ failures: 0, failing_since: null, open_until: null, last_error: null });
  });

  it('leaves a channel alone for as long as it asks to be', () => {
    const office = new Office();
    office.answers.set('mail', (_, attempt) => (attempt === 1 ? { ...FAILED, retryAfter: 5 * MINUTE } : DELIVERED));
    office.down('shop');
    office.pass(HOUR);
    expect(office.received[0]?.at).toBe(NOON + 400 + 5 * MINUTE);
  });

  it('opens the circuit of a channel after five failures, then tries a single message', () => {
    const office = new Office({ monitors: ['a', 'b', 'c', 'd', 'e'] });
    office.answers.set('mail', () => FAILED);
    for (const monitor of ['a', 'b', 'c', 'd', 'e']) office.down(monitor);
    office.pass(SECOND);
    expect(office.deliveries()).toHaveLength(5);
    expect(stateOf(office)).toMatchObject({ failures: 5, open_until: NOON + 400 + 30 * SECOND });
    office.pass(29 * SECOND);
    expect(office.deliveries()).toHaveLength(5);
    office.pass(SECOND);
    expect(office.deliveries()).toHaveLength(6);
    expect(stateOf(office)).toMatchObject({ failures: 6, open_until: NOON + 30_400 + MINUTE });
    office.answers.delete('mail');
    const told = office.pass(61 * SECOND);
    expect(said(told).toSorted()).toEqual(['down a', 'down b', 'down c', 'down d', 'down e']);
  });

  it('tells what is ready however far the clock is put forward, and ends of what was told too', () => {
    const office = new Office({ monitors: ['shop', 'blog'] });
    office.down('shop');
    expect(said(office.pass(MINUTE))).toEqual(['down shop']);
    office.up('shop');
    office.down('blog');
    office.now += 400;
    office.plan();
    office.now += 3 * DAY;
    office.restart();
    expect(said(office.pass(MINUTE))).toEqual(['up shop', 'down blog']);
    expect(office.received.at(-1)?.message.at).toBeLessThan(NOON + 2 * MINUTE);
  });

  it('tries once more what was tried when the clock was put forward', () => {
    const office = new Office();
    office.answers.set('mail', () => FAILED);
    office.down('shop');
    office.pass(20 * MINUTE);
    office.now += 3 * DAY;
    office.answers.delete('mail');
    expect(said(office.pass(MINUTE))).toEqual(['down shop']);
  });

  it('gives up at once all that a channel did not take for a day, to be sent again by hand', () => {
    const monitors = Array.from({ length: 100 }, (_, index) => `m${index}`);
    const office = new Office({ monitors, policies: [aPolicy({ storm: null })] });
    office.answers.set('mail', () => FAILED);
    for (const monitor of monitors) office.down(monitor);
    office.pass(25 * HOUR);
    expect(new Set(office.fates("kind = 'down'"))).toEqual(new Set(['mail down dead']));
    expect(office.rows("kind = 'down'").every(({ answer }) => answer !== null)).toBe(true);
    office.answers.delete('mail');
    office.planner.act({ do: 'resend', notification: 77, by: 'ann' }, office.now);
    expect(said(office.pass(HOUR))).toContain('down m76');
  });

  it('gives a message up a day after it should have been told, and sends it again when somebody wants it', () => {
    const office = new Office({ policies: [aPolicy()] });
    office.answers.set('mail', () => FAILED);
    const incident = office.down('shop');
    office.pass(25 * HOUR);
    const [row] = office.rows("state = 'dead'");
    expect(row).toMatchObject({ kind: 'down', answer: '500 Oops' });
    expect(office.timeline(incident)).toEqual(['mail down failed: 500 Oops', 'mail down dead: 500 Oops']);
    office.answers.delete('mail');
    const action = { do: 'resend', notification: row!.key, by: 'ann' } as const;
    expect(office.planner.act(action, office.now)).toEqual({ changed: true, subject: row?.key });
    expect(office.planner.act(action, office.now)).toEqual({ changed: false, subject: row?.key });
    const [message] = office.pass(SECOND);
    expect(message?.id).toBe(row?.id);
    expect(office.rows()[0]).toMatchObject({ state: 'delivered', told_by: NOON });
    expect(office.planner.act(action, office.now).changed).toBe(false);
  });

  it('tries what was sent again by hand several times, too', () => {
    const office = new Office();
    office.answers.set('mail', () => FAILED);
    office.down('shop');
    office.pass(25 * HOUR);
    const [row] = office.rows("state = 'dead'");
    office.planner.act({ do: 'resend', notification: row!.key, by: 'ann' }, office.now);
    office.answers.set('mail', (_, attempt) => (attempt < 3 ? FAILED : DELIVERED));
    expect(said(office.pass(HOUR))).toContain('down shop');
  });

  it('gives up at once what a channel refuses, tells the others, and nothing of the end', () => {
    const office = new Office({ channels: ['mail', 'chat'] });
    office.answers.set('mail', () => REFUSED);
    office.down('shop');
    const messages = office.pass(MINUTE);
    expect(said(messages).toSorted()).toEqual(['channel_failing mail', 'down shop']);
    expect(office.fates("channel = 'mail'")).toEqual(['mail down dead', 'mail channel_failing dropped about_itself']);
    office.answers.delete('mail');
    office.up('shop');
    expect(said(office.pass(MINUTE))).toEqual(['up shop']);
    expect(office.fates("channel = 'mail' AND kind = 'up'")).toEqual(['mail up dropped not_told']);
  });

  it('reports a channel that fails for a minute through the others, and that it works again', () => {
    const office = new Office({ channels: ['mail', 'chat'] });
    office.answers.set('mail', () => FAILED);
    office.down('shop');
    const [, failing, ...others] = office.pass(5 * MINUTE);
    expect(others).toEqual([]);
    expect(failing).toMatchObject({
      kind: 'channel_failing',
      about: 'mail',
      severity: 'warning',
      monitor: null,
      incident: null,
    });
    expect(failing?.cause?.message).toBe('500 Oops');
    office.answers.delete('mail');
    const back = office.pass(20 * MINUTE);
    expect(said(back).toSorted()).toEqual(['channel_working mail', 'down shop']);
    expect(office.fates("kind = 'channel_working'")).toEqual([
      'chat channel_working delivered',
      'mail channel_working dropped not_told',
    ]);
  });

  it('keeps a channel that hangs from holding up the others', () => {
    const monitors = Array.from({ length: 100 }, (_, index) => `m${index}`);
    const office = new Office({
      channels: ['mail', 'chat'],
      monitors,
      policies: [aPolicy({ tell: ['chat', 'mail'], storm: null })],
    });
    office.answers.set('chat', () => 'no answer');
    for (const monitor of monitors) office.down(monitor);
    office.tell();
    expect(office.received).toHaveLength(100);
    expect(office.received.every(({ channel }) => channel === 'mail')).toBe(true);
  });

  it('takes a report that comes twice, or of an older attempt, for what it is', () => {
    const office = new Office();
    office.answers.set('mail', () => 'no answer');
    office.down('shop');
    office.pass(SECOND);
    office.restart();
    const [row] = office.rows();
    expect(office.plan().ready[0]).toMatchObject({ attempt: 2 });
    const report = { ...FAILED, notification: row!.key, attempt: 1, at: office.now, tookMs: 1 };
    office.planner.settle([report, report], office.now);
    expect(office.deliveries()).toHaveLength(1);
    expect(office.rows()[0]).toMatchObject({ state: 'ready', attempts: 2, due_at: NOON + 400 });
    office.planner.settle(
      [{ ...DELIVERED, notification: row!.key, attempt: 2, at: office.now, tookMs: 1 }],
      office.now,
    );
    office.planner.settle([{ ...report, attempt: 2, at: office.now + 1 }], office.now);
    expect(office.rows()[0]).toMatchObject({ state: 'delivered' });
  });

  it('hands a message out again when nothing was heard of its attempt for five minutes', () => {
    const office = new Office();
    office.answers.set('mail', () => 'no answer');
    office.down('shop');
    office.pass(4 * MINUTE);
    expect([...office.handed.values()]).toEqual([1]);
    office.pass(2 * MINUTE);
    expect([...office.handed.values()]).toEqual([2]);
  });

  it('takes a test that arrives for a sign that a channel works', () => {
    const office = new Office({ monitors: ['a', 'b', 'c', 'd', 'e'] });
    office.answers.set('mail', () => FAILED);
    for (const monitor of ['a', 'b', 'c', 'd', 'e']) office.down(monitor);
    office.pass(10 * MINUTE);
    const [message] = office.rows("state = 'ready'").map((row) => JSON.parse(row.message ?? ''));
    const test = { channel: 'mail', message: { ...message, id: 'test-1', kind: 'test' }, at: office.now, tookMs: 3 };
    office.planner.noteTest({ ...test, answer: FAILED }, office.now);
    expect(stateOf(office)?.open_until).not.toBeNull();
    office.answers.delete('mail');
    office.planner.noteTest({ ...test, message: { ...test.message, id: 'test-2' }, answer: DELIVERED }, office.now);
    expect(office.fates("kind = 'test'")).toEqual(['mail test dead', 'mail test delivered']);
    expect(office.pass(SECOND)).toHaveLength(5);
  });

  it('sends a report once', () => {
    const office = new Office();
    const report = { id: 'report-daily-2026-11-22-mail', kind: 'report', incident: null, total: 0 } as never;
    expect(office.planner.noteReport({ channel: 'mail', message: report }, office.now)).toBe(true);
    expect(office.planner.noteReport({ channel: 'mail', message: report }, office.now)).toBe(false);
    expect(office.planner.noteReport({ channel: 'gone', message: report }, office.now)).toBe(false);
    expect(office.pass(SECOND)).toHaveLength(1);
  });

  it('refuses to send again what was not given up', () => {
    const office = new Office();
    office.down('shop');
    office.tell();
    const [row] = office.rows();
    for (const [notification, code] of [
      [row!.key, 'bad_request'],
      [999, 'not_found'],
    ] as const) {
      const act = (): unknown => office.planner.act({ do: 'resend', notification, by: 'ann' }, office.now);
      expect(act).toThrow(AppError);
      expect(act).toThrow(expect.objectContaining({ code }));
    }
  });

  it('removes what is old, but not of an incident that is open', () => {
    const office = new Office({ monitors: ['a', 'b'] });
    office.down('a');
    office.down('b');
    office.pass(MINUTE);
    office.up('b');
    office.pass(MINUTE);
    const prune = new ToldPrune(office.database);
    while (prune.step(office.now + 399 * DAY));
    expect(office.rows()).toHaveLength(3);
    while (prune.step(office.now + 401 * DAY));
    expect(office.fates()).toEqual(['mail down delivered']);
    expect(office.deliveries()).toHaveLength(1);
    expect(office.database.prepare('SELECT count(*) FROM outbox').pluck().get()).toBe(1);
  });
});
