import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, NOON, Office, said, SECOND } from './office.ts';

const NETWORK = [
  'edge',
  { id: 'switch', dependsOn: ['edge'] },
  { id: 'shop', dependsOn: ['switch'] },
  { id: 'blog', dependsOn: ['edge'] },
];
const CONFIRMING = JSON.stringify({ failures: { first: NOON, count: 1, spans: [] } });

describe('dependencies', () => {
  it('tells of the parent with what depends on it, and nothing of the others', () => {
    const office = new Office({ monitors: NETWORK });
    for (const monitor of ['edge', 'switch', 'shop', 'blog']) {
      office.result(monitor, 'down');
      office.down(monitor);
    }
    const messages = office.pass(5 * MINUTE);
    expect(said(messages)).toEqual(['down edge']);
    expect(messages[0]?.dependants).toEqual({ all: 3, down: 3 });
    expect(office.fates("kind = 'down' AND state = 'dropped'")).toEqual(Array(3).fill('mail down dropped parent_down'));
  });

  it('asks for a look at a parent that nobody looked at since, and waits for it half a minute at most', () => {
    const office = new Office({ monitors: NETWORK });
    office.result('edge', 'up', { slot: NOON - MINUTE });
    office.result('switch', 'up', { slot: NOON });
    office.down('shop');
    office.down('blog');
    expect(office.plan().rechecks).toEqual(['edge']);
    expect(office.pass(5 * SECOND)).toEqual([]);
    expect(office.fates()).toEqual(['mail down waiting parent_unsure', 'mail down waiting parent_unsure']);
    office.result('edge', 'up');
    expect(said(office.pass(3 * SECOND))).toEqual(['down shop', 'down blog']);
    office.up('shop');
    office.pass(MINUTE);
    office.down('shop');
    expect(said(office.pass(29 * SECOND))).toEqual([]);
    expect(said(office.pass(3 * SECOND))).toEqual(['down shop']);
  });

  it('says nothing of what waited when the parent proves to be down, and tells the parent', () => {
    const office = new Office({ monitors: NETWORK });
    office.result('edge', 'up', { slot: NOON, machine: CONFIRMING });
    office.down('blog');
    office.pass(8 * SECOND);
    office.result('edge', 'down');
    office.down('edge');
    expect(said(office.pass(MINUTE))).toEqual(['down edge']);
    expect(office.fates()[0]).toBe('mail down dropped parent_down');
  });

  it('tells what still is down when its parent is back, once it was looked at again', () => {
    const office = new Office({ monitors: NETWORK });
    for (const monitor of ['edge', 'shop', 'blog']) {
      office.result(monitor, 'down');
      office.down(monitor);
    }
    office.pass(10 * MINUTE);
    office.result('edge', 'up');
    office.result('switch', 'up');
    office.up('edge');
    expect(said(office.pass(5 * SECOND))).toEqual(['up edge']);
    expect(office.rechecks).toEqual(expect.arrayContaining(['shop', 'blog']));
    office.result('shop', 'down');
    office.result('blog', 'up');
    office.up('blog');
    expect(said(office.pass(HOUR))).toEqual(['parent_recovered shop']);
    expect(office.fates("kind IN ('parent_recovered', 'up')")).toEqual([
      'mail up delivered',
      'mail parent_recovered delivered',
      'mail parent_recovered dropped over_before_told',
      'mail up dropped over_before_told',
    ]);
    office.up('shop');
    expect(said(office.pass(MINUTE))).toEqual(['up shop']);
  });

  it('waits for the parent of what was degraded for long and goes down now', () => {
    const office = new Office({ monitors: NETWORK });
    office.result('edge', 'up');
    office.down('blog', { kind: 'degraded' });
    expect(said(office.pass(10 * MINUTE))).toEqual(['degraded blog']);
    office.result('edge', 'up', { slot: office.now - MINUTE });
    office.worse('blog', office.now - 10 * SECOND);
    expect(said(office.pass(3 * SECOND))).toEqual([]);
    expect(office.rechecks).toEqual(['edge']);
    office.result('edge', 'down');
    office.down('edge');
    expect(said(office.pass(MINUTE))).toEqual(['down edge']);
    expect(office.fates("kind = 'down'")).toContain('mail down dropped parent_down');
  });

  it('tells that it is down to who knows only that it was degraded before its parent failed', () => {
    const office = new Office({ monitors: NETWORK });
    office.result('edge', 'up');
    office.down('blog', { kind: 'degraded' });
    expect(said(office.pass(10 * MINUTE))).toEqual(['degraded blog']);
    office.down('edge');
    office.worse('blog', office.now - 10 * SECOND);
    expect(said(office.pass(MINUTE))).toEqual(['down edge']);
    office.result('edge', 'up');
    office.up('edge');
    office.result('blog', 'down');
    expect(said(office.pass(MINUTE)).toSorted()).toEqual(['parent_recovered blog', 'up edge']);
  });

  it.each([
    ['does not depend on it any more', "UPDATE monitors SET depends_on = NULL WHERE id = 'blog'"],
    ['depends on something that is watched no more', "UPDATE monitors SET enabled = 0 WHERE id = 'edge'"],
  ])('tells what is down and %s', (_, sql) => {
    const office = new Office({ monitors: NETWORK });
    for (const monitor of ['edge', 'blog']) {
      office.result(monitor, 'down');
      office.down(monitor);
    }
    expect(said(office.pass(10 * MINUTE))).toEqual(['down edge']);
    office.database.exec(sql);
    office.planner.reconfigured();
    office.pass(SECOND);
    office.result('blog', 'down');
    expect(said(office.pass(5 * MINUTE))).toEqual(['parent_recovered blog']);
    office.planner.reconfigured();
    expect(said(office.pass(5 * MINUTE))).toEqual([]);
    expect(office.fates("kind = 'parent_recovered'")).toEqual(['mail parent_recovered delivered']);
  });

  it('never silences the end of what was told before the parent failed', () => {
    const office = new Office({ monitors: NETWORK });
    office.result('edge', 'up', { slot: NOON });
    office.down('blog');
    office.pass(MINUTE);
    office.down('edge');
    office.pass(MINUTE);
    office.up('blog');
    office.pass(MINUTE);
    expect(said(office.received.map(({ message }) => message))).toEqual(['down blog', 'down edge', 'up blog']);
  });

  it('does not wait for a parent whose job reports by itself, nor in circles', () => {
    const monitors = [
      { id: 'a', dependsOn: ['b'] },
      { id: 'b', dependsOn: ['a'] },
      { id: 'job', type: 'push' },
      { id: 'c', dependsOn: ['job', 'gone'] },
    ];
    const office = new Office({ monitors });
    office.down('c');
    expect(said(office.pass(SECOND))).toEqual(['down c']);
    office.result('b', 'up');
    office.down('a');
    expect(said(office.pass(SECOND))).toEqual(['down a']);
  });
});
