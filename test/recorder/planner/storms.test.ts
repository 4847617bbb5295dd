import { describe, expect, it } from 'vitest';
import { aPolicy, FAILED, HOUR, MINUTE, NOON, Office, said, SECOND } from './office.ts';

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);

describe('storms', () => {
  it('tells a thousand at once in one message within three seconds, in calls of a few milliseconds', () => {
    const office = new Office({ monitors: many(1000) });
    office.database.transaction(() => {
      for (const monitor of many(1000)) office.down(monitor);
    })();
    const [storm, ...others] = office.pass(3 * SECOND);
    expect(others).toEqual([]);
    expect(storm).toMatchObject({ kind: 'storm', total: 1000, severity: 'critical', incident: null, resolved: false });
    expect(storm?.items).toHaveLength(50);
    expect(storm?.items[0]).toMatchObject({ kind: 'down', monitor: { id: 'm0' }, until: null });
    expect(office.rows("state = 'merged'")).toHaveLength(1000);
    expect(office.received[0]?.at).toBeLessThanOrEqual(NOON + 3 * SECOND);
  });

  it('tells few one by one, and all from the one too many on in one', () => {
    const office = new Office({ monitors: many(20) });
    for (const monitor of many(5)) office.down(monitor);
    expect(said(office.pass(SECOND))).toEqual(['down m0', 'down m1', 'down m2', 'down m3', 'down m4']);
    office.down('m5');
    office.down('m6');
    expect(said(office.pass(10 * SECOND))).toEqual(['storm 2']);
  });

  it('tells what comes while it goes on after 1, 5 and 15 min and then every 30 min', () => {
    const office = new Office({ monitors: many(500) });
    for (let index = 0; index < 500; index += 1) {
      office.down(`m${index}`);
      office.pass(6 * SECOND);
    }
    const storms = office.received.filter(({ message }) => message.kind === 'storm');
    // The sixth within a minute is one too many, but was alone when it came.
    expect(office.received.length - storms.length).toBe(6);
    const first = storms[0]!.at;
    expect(storms.map(({ at }) => Math.round((at - first) / MINUTE))).toEqual([0, 1, 5, 15, 45]);
    office.pass(31 * MINUTE);
    const told = office.received.reduce((sum, { message }) => sum + Math.max(1, message.total), 0);
    expect(told).toBe(500);
    expect(office.rows("state IN ('waiting', 'ready')")).toEqual([]);
  });

  it('tells what was held back when a storm ends, and what comes then by itself', () => {
    const office = new Office({ monitors: many(30) });
    for (const monitor of many(20)) office.down(monitor);
    expect(said(office.pass(5 * SECOND))).toEqual(['storm 20']);
    office.down('m20');
    office.down('m21');
    expect(office.pass(50 * SECOND)).toEqual([]);
    expect(said(office.pass(20 * SECOND))).toEqual(['down m20', 'down m21']);
    office.pass(2 * MINUTE);
    office.down('m22');
    expect(said(office.pass(SECOND))).toEqual(['down m22']);
  });

  it('tells a storm without an end of which nobody knows whether its beginning arrived', () => {
    const office = new Office({ monitors: ['shop', ...many(10)] });
    office.down('shop');
    office.plan();
    office.now += 400;
    expect(said(office.plan().ready.map(({ message }) => message))).toEqual(['down shop']);
    office.now += MINUTE;
    for (const monitor of many(10)) office.down(monitor);
    office.up('shop');
    office.plan();
    office.now += 400;
    let calls = 0;
    for (let more = true; more; calls += 1) more = office.planner.plan(office.now).more;
    office.now += 400;
    for (let more = true; more; calls += 1) more = office.planner.plan(office.now).more;
    expect(calls).toBeLessThan(20);
    expect(office.fates("kind = 'storm'")).toEqual(['mail storm ready']);
    expect(office.fates("kind = 'up'")).toEqual(['mail up waiting retry']);
  });

  it('gathers ends in a storm the same way, one line for what began and ended in it', () => {
    const office = new Office({ monitors: many(40) });
    for (const monitor of many(20)) office.down(monitor);
    office.pass(5 * SECOND);
    for (const monitor of many(20)) office.up(monitor);
    for (const monitor of many(40).slice(30)) office.down(monitor);
    office.pass(SECOND);
    office.up('m30');
    const [storm, ...others] = office.pass(MINUTE);
    expect(others).toEqual([]);
    expect(storm).toMatchObject({ kind: 'storm', total: 30 });
    const item = storm?.items.find(({ monitor }) => monitor?.id === 'm30');
    expect(item).toMatchObject({ kind: 'down', since: expect.any(Number), until: expect.any(Number) });
  });

  it('knows a storm after a restart, and tells what was gathered before it', () => {
    const office = new Office({ monitors: many(60) });
    for (const monitor of many(20)) office.down(monitor);
    office.plan();
    office.now += 300;
    office.restart();
    expect(said(office.pass(3 * SECOND))).toEqual(['storm 20']);
    for (const monitor of many(60).slice(20)) office.down(monitor);
    office.pass(10 * SECOND);
    office.restart();
    expect(said(office.pass(MINUTE))).toEqual(['storm 40']);
  });

  it('keeps storms of channels apart', () => {
    const policies = [
      aPolicy({ id: 'quiet', for: { monitors: ['m0'], groups: [], tags: {} }, tell: ['chat'] }),
      aPolicy({ id: 'rest' }),
    ];
    const office = new Office({ channels: ['mail', 'chat'], monitors: many(20), policies });
    for (const monitor of many(20)) office.down(monitor);
    expect(said(office.pass(5 * SECOND)).toSorted()).toEqual(['down m0', 'storm 20']);
  });

  it('tells each when the policy knows no storms', () => {
    const office = new Office({ monitors: many(50), policies: [aPolicy({ storm: null })] });
    for (const monitor of many(50)) office.down(monitor);
    expect(office.tell()).toHaveLength(50);
  });

  it('counts what a channel that fails was not told as told, so that it is not flooded when it is back', () => {
    const office = new Office({ monitors: many(50) });
    office.answers.set('mail', () => FAILED);
    for (const monitor of many(50)) {
      office.down(monitor);
      office.pass(5 * SECOND);
    }
    office.answers.delete('mail');
    const messages = office.pass(2 * HOUR);
    const told = messages.filter(({ kind }) => kind === 'down' || kind === 'storm');
    expect(told.reduce((sum, { total }) => sum + Math.max(1, total), 0)).toBe(50);
    expect(messages.length).toBeLessThan(15);
  });
});
