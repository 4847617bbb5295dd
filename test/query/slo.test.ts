import { beforeAll, describe, expect, it } from 'vitest';
import { GROUP_RULES } from '../../src/core/history/objective.ts';
import { STATUSES, type Status } from '../../src/core/status.ts';
import type { Verdict } from '../../src/core/status-machine.ts';
import type { Database } from '../../src/db/native.ts';
import { askSlo } from '../../src/query/slo.ts';
import { memoryDatabases } from '../support/database.ts';
import { fc, test } from '../support/property.ts';
import { addGroups, addWatched, statusAt, type Watched } from '../support/span-history.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 23, 12);
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

/** Checked every minute of the last hours, with a status by how many minutes ago. */
function everyMinute(hours: number, statusOf: (minutesAgo: number) => Status): Verdict[] {
  return Array.from({ length: hours * 60 }, (_, index) => {
    const minutesAgo = hours * 60 - index;
    return { slot: NOW - minutesAgo * MINUTE, interval: MINUTE, status: statusOf(minutesAgo), reason: null };
  });
}

function aHistory(watched: readonly Watched[], groups: Parameters<typeof addGroups>[1] = []): Database {
  const database = open();
  addWatched(database, watched);
  addGroups(database, groups);
  return database;
}

const DAY_LONG = { target: 99, window: DAY };
const well = everyMinute(48, () => 'up');

describe('askSlo', () => {
  it('tells what was attained and what is left of the budget', () => {
    const verdicts = everyMinute(48, (ago) => (ago > 100 && ago <= 106 ? 'down' : 'up'));
    const database = aHistory([{ id: 'website', verdicts, slo: DAY_LONG }]);
    const [objective] = askSlo(database, { id: 'website', now: NOW }).objectives;
    expect(objective).toMatchObject({
      id: 'website',
      group: null,
      rule: null,
      target: 99,
      window: '1d',
      from: '2026-11-22T12:00:00.000Z',
      to: '2026-11-23T12:00:00.000Z',
      attained: 1434 / 1440,
      met: true,
      observed: 1,
      budget_minutes: 14.4,
    });
    expect(objective?.budget_left_minutes).toBeCloseTo(8.4, 9);
    expect(objective?.burn_rates['1h']).toBe(0);
    expect(objective?.burn_rates['6h']).toBeCloseTo(6 / 360 / 0.01, 9);
    expect(objective?.burn_rates['24h']).toBeCloseTo(6 / 14.4, 9);
    expect(objective?.budget_ends_at).toBeNull();
  });

  it('takes nothing from the budget for what was down in maintenance', () => {
    const verdicts = everyMinute(48, (ago) => (ago > 100 && ago <= 130 ? 'down' : 'up'));
    const maintenance = [{ from: NOW - 140 * MINUTE, to: NOW - 106 * MINUTE }];
    const database = aHistory([{ id: 'website', verdicts, slo: DAY_LONG, maintenance }]);
    const [objective] = askSlo(database, { id: 'website', now: NOW }).objectives;
    expect(objective).toMatchObject({
      attained: 1400 / 1406,
      met: true,
      observed: 1406 / 1440,
      maintenance: 34 / 1440,
      budget_minutes: 14.4,
    });
    expect(objective?.budget_left_minutes).toBeCloseTo(8.4, 9);
    expect(objective?.burn_rates['6h']).toBeCloseTo(6 / 326 / 0.01, 9);
  });

  it('is of all that have an objective, monitors before groups', () => {
    const database = aHistory(
      [
        { id: 'a', verdicts: well, group: 'Shop', slo: DAY_LONG },
        { id: 'b', verdicts: everyMinute(48, (ago) => (ago <= 60 ? 'down' : 'up')), group: 'Shop' },
        { id: 'c', verdicts: well, group: 'Office' },
      ],
      [
        { name: 'Shop', rule: 'any_down', objective: { target: 90, window: DAY } },
        { name: 'Office', rule: 'any_down', objective: null },
      ],
    );
    const { objectives, policy } = askSlo(database, { now: NOW });
    expect(policy).toEqual({ degraded: 'up', unknown: 'excluded', maintenance: 'excluded' });
    expect(objectives.map(({ id, group, rule, met }) => [id, group, rule, met])).toEqual([
      ['a', null, null, true],
      [null, 'Shop', 'any_down', true],
    ]);
    expect(objectives[1]).toMatchObject({ attained: 23 / 24, budget_minutes: 144, budget_left_minutes: 84 });
    expect(askSlo(database, { group: 'Shop', now: NOW }).objectives).toEqual(objectives.slice(1));
    expect(askSlo(database, { id: 'a', now: NOW }).objectives).toEqual(objectives.slice(0, 1));
  });

  it.each([
    ['any_down', 22 / 24],
    ['all_down', 1],
    ['weighted', 23 / 24],
  ] as const)('judges a group by the rule %s', (rule, attained) => {
    const database = aHistory(
      [
        { id: 'a', verdicts: everyMinute(48, (ago) => (ago <= 60 ? 'down' : 'up')), group: 'Shop' },
        { id: 'b', verdicts: everyMinute(48, (ago) => (ago > 60 && ago <= 120 ? 'down' : 'up')), group: 'Shop' },
      ],
      [{ name: 'Shop', rule, objective: { target: 99, window: DAY } }],
    );
    expect(askSlo(database, { group: 'Shop', now: NOW }).objectives[0]?.attained).toBeCloseTo(attained, 9);
  });

  it('says nothing of what was attained when nothing was observed', () => {
    const database = aHistory([{ id: 'new', verdicts: [], slo: { target: 100, window: DAY } }]);
    expect(askSlo(database, { now: NOW }).objectives[0]).toMatchObject({
      attained: null,
      met: null,
      observed: 0,
      budget_minutes: 0,
      burn_rates: { '1h': null, '6h': null, '24h': null, '3d': null },
      budget_ends_at: null,
    });
  });

  it.each([
    [{ id: 'nobody' }, 'monitor_not_found', 'there is no monitor "nobody"'],
    [{ id: 'plain' }, 'not_found', 'the monitor "plain" has no objective'],
    [{ group: 'Ofice' }, 'not_found', 'there is no group "Ofice"'],
    [{ group: 'Office' }, 'not_found', 'the group "Office" has no objective'],
  ])('refuses %j', (asked, code, message) => {
    const database = aHistory([{ id: 'plain', verdicts: [], group: 'Office' }]);
    expect(() => askSlo(database, { ...asked, now: NOW })).toThrow(expect.objectContaining({ code, message }));
  });

  const minutesAgo = fc.integer({ min: 0, max: 300 });
  const verdicts = fc
    .uniqueArray(fc.tuple(minutesAgo, fc.constantFrom(...STATUSES)), { selector: ([ago]) => ago, maxLength: 60 })
    .map((list) => list.toSorted(([one], [other]) => other - one))
    .map((list) =>
      list.map(([ago, status]): Verdict => ({ slot: NOW - ago * MINUTE, interval: 5 * MINUTE, status, reason: null })),
    );
  test(
    [verdicts, fc.integer({ min: 60, max: 400 }), fc.integer({ min: 500, max: 999 })],
    'counts every minute of the window once',
    (list, minutes, tenths) => {
      const slo = { target: tenths / 10, window: minutes * MINUTE };
      const database = aHistory([{ id: 'website', verdicts: list, slo }]);
      const [objective] = askSlo(database, { id: 'website', now: NOW }).objectives;
      const countsOver = (length: number): Record<Status, number> => {
        const counts = { up: 0, degraded: 0, down: 0, unknown: 0 };
        for (let ago = length; ago > 0; ago -= 1) counts[statusAt(list, NOW - ago * MINUTE, NOW)] += 1;
        return counts;
      };
      const counts = countsOver(minutes);
      const known = minutes - counts.unknown;
      expect(objective?.attained ?? -1).toBeCloseTo(known === 0 ? -1 : (known - counts.down) / known, 9);
      expect(objective?.observed).toBeCloseTo(known / minutes, 9);
      const budget = ((1000 - tenths) / 1000) * minutes;
      expect(objective?.budget_minutes).toBeCloseTo(budget, 4);
      expect(objective?.budget_left_minutes).toBeCloseTo(budget - counts.down, 4);
      for (const [name, length] of [['1h', 60], ['6h', 360], ['24h', 1440], ['3d', 4320]] as const) {
        const recent = countsOver(length);
        const seen = length - recent.unknown;
        const rate = seen === 0 ? -1 : recent.down / seen / ((1000 - tenths) / 1000);
        expect(objective?.burn_rates[name] ?? -1).toBeCloseTo(rate, 6);
      } // prettier-ignore
    },
  );

  it.each(GROUP_RULES)('gives a group of one monitor the figures of that monitor by the rule %s', (rule) => {
    const verdicts = everyMinute(90, (ago) => (ago % 97 < 3 ? 'down' : ago % 31 === 0 ? 'unknown' : 'up'));
    const slo = { target: 95, window: 2 * DAY };
    const database = aHistory([{ id: 'a', verdicts, group: 'A', slo }], [{ name: 'A', rule, objective: slo }]);
    const [one, group] = askSlo(database, { now: NOW }).objectives;
    expect({ ...group, id: 'a', group: null, rule: null }).toEqual(one);
  });
});
