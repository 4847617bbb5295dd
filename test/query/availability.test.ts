import { beforeAll, describe, expect, it } from 'vitest';
import { COUNTED } from '../../src/core/counted-spans.ts';
import { combined } from '../../src/core/history/status-shares.ts';
import { GROUP_RULES } from '../../src/core/history/objective.ts';
import { STATUSES, type Status } from '../../src/core/status.ts';
import type { Verdict } from '../../src/core/status-machine.ts';
import { formatInZone } from '../../src/core/time-zone.ts';
import { standsUntil } from '../../src/core/uptime.ts';
import type { Database } from '../../src/db/native.ts';
import { readAvailability, type AvailabilityRequest } from '../../src/query/asked-availability.ts';
import { askAvailability, type AvailabilityAnswer } from '../../src/query/availability.ts';
import { memoryDatabases } from '../support/database.ts';
import { fc, test } from '../support/property.ts';
import { addGroups, addWatched, countedAt, TIMEOUT, type Watched } from '../support/span-history.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 9, 25, 12);
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

/** Checked every hour of the last 48, with a status by how many hours ago. */
function hourly(statusOf: (hoursAgo: number) => Status, first = 48, last = 1): Verdict[] {
  return Array.from({ length: first - last + 1 }, (_, index) => {
    const ago = first - index;
    return { slot: NOW - ago * HOUR, interval: HOUR, status: statusOf(ago), reason: null };
  });
}

function ask(watched: readonly Watched[], request: AvailabilityRequest): AvailabilityAnswer['groups'] {
  const database = open();
  addWatched(database, watched);
  addGroups(database, [{ name: 'Mirrors', rule: 'all_down', objective: null }]);
  return askAvailability(database, readAvailability({ window: '24h', ...request }, NOW)).groups;
}

const up = hourly(() => 'up');
const lately = (hours: number, status: Status): Verdict[] => hourly((ago) => (ago <= hours ? status : 'up'));

describe('askAvailability', () => {
  it.each([
    ['any_down', 18 / 24, 1],
    ['all_down', 1, 1],
    ['weighted', 1 - 6 / 48, 1],
  ] as const)('judges by the rule %s', (rule, uptime, observed) => {
    const watched = [
      { id: 'a', verdicts: up, group: 'Shop' },
      { id: 'b', verdicts: lately(6, 'down'), group: 'Shop' },
    ];
    const [group] = ask(watched, { group: 'Shop', rule });
    expect(group).toMatchObject({ group: 'Shop', tag: null, rule, monitors: ['a', 'b'] });
    expect(group?.windows['24h']).toMatchObject({ uptime, observed });
  });

  it('says unknown where one of them could be down, unless another is', () => {
    const watched = [
      { id: 'a', verdicts: lately(6, 'unknown'), group: 'Shop' },
      { id: 'b', verdicts: lately(2, 'down'), group: 'Shop' },
    ];
    expect(ask(watched, { group: 'Shop' })[0]?.windows['24h']).toMatchObject({
      down_seconds: 2 * 3600,
      unknown_seconds: 4 * 3600,
      uptime: 18 / 20,
    });
    expect(ask(watched, { group: 'Shop', rule: 'all_down' })[0]?.windows['24h']).toMatchObject({
      down_seconds: 0,
      unknown_seconds: 2 * 3600,
      uptime: 1,
    });
  });

  it('leaves out who is in maintenance, unless all are', () => {
    const watched = [
      { id: 'a', verdicts: up, group: 'Shop', maintenance: [{ from: NOW - 4 * HOUR, to: NOW - HOUR }] },
      { id: 'b', verdicts: lately(4, 'down'), group: 'Shop', maintenance: [{ from: NOW - 3 * HOUR, to: NOW }] },
    ];
    const whole = (rule: string) => ask(watched, { group: 'Shop', rule })[0]?.windows['24h'];
    expect(whole('any_down')).toMatchObject({ down_seconds: 3600, maintenance_seconds: 2 * 3600, uptime: 21 / 22 });
    expect(whole('all_down')).toMatchObject({ down_seconds: 3600, maintenance_seconds: 2 * 3600, uptime: 21 / 22 });
    expect(whole('weighted')).toMatchObject({ down_seconds: 1800, maintenance_seconds: 3 * 3600, uptime: 20.5 / 21 });
  });

  it('gives every group with its own rule when none is named', () => {
    const watched = [
      { id: 'a', verdicts: up, group: 'Shop' },
      { id: 'b', verdicts: lately(12, 'down'), group: 'Mirrors' },
      { id: 'c', verdicts: up, group: 'Mirrors' },
      { id: 'd', verdicts: up },
    ];
    expect(ask(watched, {}).map(({ group, rule, windows }) => [group, rule, windows['24h']?.uptime])).toEqual([
      ['Mirrors', 'all_down', 1],
      ['Shop', 'any_down', 1],
    ]);
  });

  it('finds monitors by a tag and its value, or by the tag alone', () => {
    const watched = [
      { id: 'a', verdicts: up, tags: { team: 'payments' } },
      { id: 'b', verdicts: up, tags: { team: 'web', critical: '' } },
    ];
    expect(ask(watched, { tag: 'team=payments' })[0]).toMatchObject({ tag: 'team=payments', monitors: ['a'] });
    expect(ask(watched, { tag: 'team' })[0]?.monitors).toEqual(['a', 'b']);
    expect(ask(watched, { tag: 'critical' })[0]?.monitors).toEqual(['b']);
  });

  it('counts a monitor from its first result, and until its last when it was switched off or removed', () => {
    const watched = [
      { id: 'old', verdicts: up, group: 'Shop' },
      { id: 'new', verdicts: hourly(() => 'up', 3), group: 'Shop' },
      { id: 'off', verdicts: hourly(() => 'up', 48, 10), group: 'Shop', enabled: false },
      { id: 'gone', verdicts: hourly(() => 'down', 48, 20), group: 'Shop', removedAt: NOW - 18 * HOUR },
      { id: 'long gone', verdicts: hourly(() => 'down', 48, 30), group: 'Shop', removedAt: NOW - 25 * HOUR },
    ];
    const [group] = ask(watched, { group: 'Shop' });
    expect(group?.monitors).toEqual(['old', 'new', 'off', 'gone']);
    expect(group?.windows['24h']).toMatchObject({ observed: 1, down_seconds: 5 * 3600 });
  });

  it.each([
    [{ group: 'Shpo' }, 'not_found', 'there is no group "Shpo"'],
    [{ tag: 'team=payment' }, 'not_found', 'no monitor has the tag "team=payment"'],
    [{ group: 'Shop', tag: 'team' }, 'bad_request', 'only one can be given of group and tag'],
    [{ rule: 'any' }, 'bad_request', 'rule: "any" is not one of any_down, all_down, weighted'],
    [{ zone: 'Mars' }, 'bad_request', expect.stringContaining('is not a time zone') as string],
  ])('refuses %j', (request, code, message) => {
    const watched = [{ id: 'a', verdicts: [], group: 'Shop', tags: { team: 'payments' } }];
    expect(() => ask(watched, request)).toThrow(expect.objectContaining({ code, message }));
  });

  const TICK = 10 * MINUTE;
  const tick = fc.nat(400);
  const verdicts = fc
    .uniqueArray(fc.tuple(tick, fc.constantFrom(...STATUSES)), { selector: ([at]) => at, maxLength: 30 })
    .map((list) => list.toSorted(([one], [other]) => one - other))
    .map((list) =>
      list.map(([at, status]) => ({ slot: NOW - (at + 1) * TICK, interval: 3 * TICK, status, reason: null })),
    )
    .map((list): Verdict[] => list.toReversed());
  const maintenance = fc
    .array(fc.tuple(tick, fc.nat(60)), { maxLength: 3 })
    .map((list) => list.map(([at, length]) => ({ from: NOW - (at + length) * TICK, to: NOW - at * TICK })));
  const member = fc.record({ verdicts, maintenance, enabled: fc.boolean() });
  test(
    [fc.array(member, { minLength: 1, maxLength: 4 }), fc.constantFrom(...GROUP_RULES), tick],
    'counts every ten minutes once, for what the monitors that were there had come to by then',
    (members, rule, ticks) => {
      const watched = members.map((each, index) => ({ id: `m${index}`, group: 'Shop', ...each }));
      const from = formatInZone(NOW - (ticks + 1) * TICK, 'Europe/Berlin');
      const [group] = ask(watched, { window: undefined, from, group: 'Shop', rule, by: 'day', zone: 'Europe/Berlin' });
      const [whole] = Object.values(group?.windows ?? {});
      for (const period of [whole, ...(whole?.periods ?? [])]) {
        const time = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
        for (let moment = Date.parse(period?.from ?? ''); moment < Date.parse(period?.to ?? ''); moment += TICK) {
          const counts = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
          for (const { verdicts: list, maintenance, enabled } of members) {
            const [first, last] = [list[0], list.at(-1)];
            if (first === undefined || last === undefined || moment < first.slot) continue;
            if (!enabled && moment >= standsUntil({ ...last, timeout: TIMEOUT }, NOW)) continue;
            counts[countedAt({ verdicts: list, maintenance }, moment, NOW)] += 1;
          }
          const shares = combined(counts, rule);
          for (const status of COUNTED) time[status] += (shares[status] * TICK) / 1000;
        }
        expect(period?.down_seconds).toBeCloseTo(time.down, 1);
        expect(period?.degraded_seconds).toBeCloseTo(time.degraded, 1);
        expect(period?.unknown_seconds).toBeCloseTo(time.unknown, 1);
        expect(period?.maintenance_seconds).toBeCloseTo(time.maintenance, 1);
        expect(period?.observed_seconds).toBeCloseTo(time.up + time.degraded + time.down, 1);
      }
    },
  );
});
