import { describe, expect, it } from 'vitest';
import type { MaintenancePlan } from '../../../src/core/maintenance/plan.ts';
import { EVERY_MONITOR } from '../../../src/core/notify/match.ts';
import { aPolicy, FAILED, HOUR, MINUTE, NOON, Office, said, SECOND } from './office.ts';

const MANY = Array.from({ length: 9 }, (_, index) => `m${index}`);

describe.each([
  ['while it runs', () => undefined],
  ['while it does not run', (office: Office) => office.restart()],
])('a clock that is set back by hours %s', (_, between) => {
  function setBack(office: Office): void {
    office.now -= 3 * HOUR;
    between(office);
  }

  it('keeps nothing waiting that waits a moment for others', () => {
    const office = new Office();
    office.down('shop');
    office.plan();
    setBack(office);
    expect(said(office.pass(5 * SECOND))).toEqual(['down shop']);
    office.up('shop');
    expect(said(office.pass(5 * SECOND))).toEqual(['up shop']);
  });

  it('lets a delay last as long as it should', () => {
    const office = new Office({ policies: [aPolicy({ delay: 5 * MINUTE })] });
    office.down('shop');
    office.pass(MINUTE);
    setBack(office);
    expect(said(office.pass(3 * MINUTE))).toEqual([]);
    expect(said(office.pass(3 * MINUTE))).toEqual(['down shop']);
  });

  it('tells a storm and what comes after it', () => {
    const office = new Office({ monitors: [...MANY, 'shop'] });
    for (const monitor of MANY) office.down(monitor);
    office.plan();
    office.now += 450;
    office.plan();
    setBack(office);
    expect(said(office.pass(10 * SECOND))).toEqual(['storm 9']);
    office.now += HOUR;
    setBack(office);
    office.down('shop');
    expect(said(office.pass(2 * MINUTE))).toEqual(['down shop']);
  });

  it('waits no longer for what is known of parents', () => {
    const office = new Office({ monitors: ['edge', { id: 'shop', dependsOn: ['edge'] }] });
    office.result('edge', 'up', { slot: NOON - HOUR });
    office.down('shop');
    office.plan();
    setBack(office);
    expect(said(office.pass(40 * SECOND))).toEqual(['down shop']);
  });

  it('tries again what was not taken, whatever the circuit', () => {
    const office = new Office();
    office.answers.set('mail', () => FAILED);
    office.down('shop');
    office.pass(20 * MINUTE);
    office.answers.delete('mail');
    setBack(office);
    expect(said(office.pass(20 * MINUTE))).toEqual(['down shop']);
  });

  it('counts nothing to the rate that is to come', () => {
    const policies = [aPolicy({ storm: null, maxRate: { messages: 2, within: MINUTE } })];
    const office = new Office({ monitors: ['a', 'b', 'c', 'd'], policies });
    for (const monitor of ['a', 'b']) office.down(monitor);
    expect(said(office.pass(MINUTE))).toEqual(['down a', 'down b']);
    setBack(office);
    office.down('c');
    expect(said(office.pass(2 * MINUTE))).toEqual(['down c']);
  });

  it('tells when maintenance ends that is told of anew', () => {
    const maintenance: MaintenancePlan[] = [
      { id: 'move', name: 'The move', for: EVERY_MONITOR, times: { kind: 'once', start: NOON, end: NOON + HOUR } },
    ];
    const office = new Office({ maintenance });
    office.pass(HOUR + 2 * MINUTE);
    office.now -= 30 * MINUTE;
    between(office);
    office.down('shop');
    expect(said(office.pass(20 * MINUTE))).toEqual([]);
    expect(said(office.pass(20 * MINUTE))).toEqual(['maintenance_ended shop']);
  });
});
