import { describe, expect, it } from 'vitest';
import type { MaintenancePlan } from '../../../src/core/maintenance/plan.ts';
import { EVERY_MONITOR } from '../../../src/core/notify/match.ts';
import type { MaintenancePeriodRow } from '../../../src/db/trouble-schema.ts';
import { HOUR, MINUTE, NOON, Office, said, SECOND } from './office.ts';

const DAY = 24 * HOUR;

function once(start: number, end: number, monitors: readonly string[] = []): MaintenancePlan {
  return { id: 'move', name: 'The move', for: { ...EVERY_MONITOR, monitors }, times: { kind: 'once', start, end } };
}

function periods(office: Office): (readonly [number, number, number])[] {
  return office.database
    .prepare<[], MaintenancePeriodRow>('SELECT * FROM maintenance_periods ORDER BY monitor, start')
    .all()
    .map(({ monitor, start, end }) => [monitor, start - NOON, end - NOON]);
}

describe('maintenance', () => {
  it('tells nobody of trouble in it, and tells what is still down when it ends', () => {
    const office = new Office({ monitors: ['shop', 'blog'], maintenance: [once(NOON + MINUTE, NOON + HOUR)] });
    office.pass(2 * MINUTE);
    office.down('shop');
    office.down('blog');
    office.pass(10 * MINUTE);
    office.up('blog');
    expect(office.pass(47 * MINUTE)).toEqual([]);
    expect(said(office.pass(2 * MINUTE))).toEqual(['maintenance_ended shop']);
    expect(office.received[0]?.at).toBe(NOON + HOUR + 400);
    office.up('shop');
    expect(said(office.pass(MINUTE))).toEqual(['up shop']);
    expect(office.fates()).toEqual([
      'mail down dropped maintenance',
      'mail down dropped maintenance',
      'mail up dropped not_told',
      'mail maintenance_ended delivered',
      'mail up delivered',
    ]);
  });

  it('tells once of what was told before it began', () => {
    const office = new Office({ maintenance: [once(NOON + MINUTE, NOON + HOUR)] });
    office.down('shop');
    expect(said(office.pass(2 * HOUR))).toEqual(['down shop']);
  });

  it('tells once of what is still down, however many windows come', () => {
    const nightly: MaintenancePlan = {
      id: 'backup',
      name: 'Backup',
      for: EVERY_MONITOR,
      times: { kind: 'cron', cron: '0 13 * * *', duration: HOUR, zone: 'UTC' },
    };
    const office = new Office({ maintenance: [nightly] });
    office.pass(HOUR + MINUTE);
    office.down('shop');
    expect(said(office.pass(3 * DAY))).toEqual(['maintenance_ended shop']);
    expect(office.rows()).toHaveLength(2);
  });

  it('notes when each monitor was in maintenance as it came to pass', () => {
    const plan = once(NOON + MINUTE, NOON + HOUR, ['shop']);
    const office = new Office({ monitors: ['shop', 'blog'], maintenance: [plan] });
    office.pass(2 * MINUTE);
    expect(periods(office)).toEqual([[1, MINUTE, HOUR]]);
    office.pass(8 * MINUTE);
    office.configure({ maintenance: [] });
    office.pass(10 * MINUTE);
    expect(periods(office)).toEqual([[1, MINUTE, 10 * MINUTE]]);
    office.configure({ maintenance: [once(NOON - HOUR, NOON - MINUTE)] });
    office.pass(10 * MINUTE);
    expect(periods(office)).toEqual([[1, MINUTE, 10 * MINUTE]]);
  });

  it('catches up with windows that passed while nothing ran', () => {
    const daily: MaintenancePlan = {
      id: 'backup',
      name: 'Backup',
      for: EVERY_MONITOR,
      times: { kind: 'cron', cron: '0 3 * * *', duration: HOUR, zone: 'UTC' },
    };
    const office = new Office({ maintenance: [daily] });
    office.pass(MINUTE);
    office.now += 3 * DAY;
    office.restart();
    office.pass(MINUTE);
    expect(periods(office)).toEqual([1, 2, 3].map((day) => [1, day * DAY - 9 * HOUR, day * DAY - 8 * HOUR]));
  });

  it('is begun and ended by hand, for those meant, and what is down then is told', () => {
    const office = new Office({ monitors: [{ id: 'shop', group: 'Shop' }, 'blog'] });
    const start = {
      do: 'start_maintenance',
      name: 'New disks',
      for: { ...EVERY_MONITOR, groups: ['Shop'] },
      start: office.now,
      end: office.now + HOUR,
      by: 'ann',
    } as const;
    const { changed, subject } = office.planner.act(start, office.now);
    expect([changed, office.planner.act(start, office.now)]).toEqual([true, { changed: false, subject }]);
    office.pass(SECOND);
    office.down('shop');
    office.down('blog');
    expect(said(office.pass(10 * MINUTE))).toEqual(['down blog']);
    const end = { do: 'end_maintenance', plan: String(subject), by: 'ann' } as const;
    expect(office.planner.act(end, office.now)).toEqual({ changed: true, subject });
    expect(said(office.pass(MINUTE))).toEqual(['maintenance_ended shop']);
    expect(office.planner.act(end, office.now)).toEqual({ changed: false, subject });
    expect(periods(office)).toEqual([[1, 0, 10 * MINUTE + SECOND]]);
  });

  it('says what cannot be maintenance', () => {
    const office = new Office({ maintenance: [once(NOON, NOON + HOUR)] });
    const start = { do: 'start_maintenance', name: '', for: EVERY_MONITOR, by: 'ann' } as const;
    const wrong = [
      { ...start, start: NOON, end: NOON },
      { ...start, start: NOON - HOUR, end: NOON - 1 },
      { ...start, start: NOON, end: NOON + 1000 * DAY },
      { ...start, start: NOON, end: NOON + HOUR, for: { ...EVERY_MONITOR, monitors: ['nowhere'] } },
      { do: 'end_maintenance', plan: 'move', by: 'ann' } as const,
    ];
    for (const action of wrong) {
      expect(() => office.planner.act(action, NOON)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    }
    const unknown = { do: 'end_maintenance', plan: 'nothing', by: 'ann' } as const;
    expect(() => office.planner.act(unknown, NOON)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('tells thousands that are down when it ends, in pieces', () => {
    const monitors = Array.from({ length: 450 }, (_, index) => `m${index}`);
    const office = new Office({ monitors, maintenance: [once(NOON, NOON + HOUR)] });
    office.pass(MINUTE);
    for (const monitor of monitors) office.down(monitor);
    office.pass(58 * MINUTE);
    const storms = office.pass(10 * MINUTE);
    expect(storms.map(({ total }) => total).reduce((sum, total) => sum + total, 0)).toBe(450);
    expect(office.rows("kind = 'maintenance_ended'")).toHaveLength(450);
  });

  it('notes thousands of monitors in pieces', () => {
    const monitors = Array.from({ length: 3000 }, (_, index) => `m${index}`);
    const office = new Office({ maintenance: [once(NOON, NOON + HOUR)] });
    office.database.transaction(() => {
      for (const id of monitors) office.addMonitor({ id });
    })();
    expect(office.planner.plan(NOON).more).toBe(true);
    office.pass(MINUTE);
    expect(periods(office)).toHaveLength(3001);
  });
});
