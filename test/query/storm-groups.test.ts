import { describe, expect, it } from 'vitest';
import { STORM_GAP, stormGroups, type StormMember } from '../../src/query/trouble/storm-groups.ts';
import { fc, test } from '../support/property.ts';

const SECOND = 1000;

function member(number: number, given: Partial<StormMember> = {}): StormMember {
  return {
    number,
    kind: 'down',
    monitor: `m${number}`,
    ancestors: [],
    host: null,
    reason: null,
    startedAt: 0,
    resolvedAt: null,
    ...given,
  };
}

const numbersOf = (incidents: readonly StormMember[]) =>
  stormGroups(incidents).map(({ members }) => members.map(({ number }) => number));

describe('stormGroups', () => {
  it.each<[string, readonly StormMember[], number[][]]>([
    ['nothing in common', [member(1), member(2)], []],
    ['one host, a minute apart', [member(1, { host: 'a' }), member(2, { host: 'a', startedAt: STORM_GAP })], [[1, 2]]],
    ['one host, more than a minute apart', [member(1, { host: 'a' }), member(2, { host: 'a', startedAt: STORM_GAP + 1 })], []],
    ['a chain of a minute each', [0, 1, 2].map((step) => member(step + 1, { reason: 'timeout_wait', startedAt: step * STORM_GAP })), [[1, 2, 3]]],
    ['over another one', [member(1, { host: 'a' }), member(2, { host: 'a', reason: 'r' }), member(3, { reason: 'r' })], [[1, 2, 3]]],
    ['two storms', [member(1, { host: 'a' }), member(2, { host: 'b' }), member(3, { host: 'a' }), member(4, { host: 'b' })], [[1, 3], [2, 4]]],
    ['one monitor that fails twice', [member(1, { monitor: 'm', host: 'a' }), member(2, { monitor: 'm', host: 'a', startedAt: SECOND })], []],
    ['two places that were cut off', [member(1, { monitor: null, reason: 'cut_off' }), member(2, { monitor: null, reason: 'cut_off' })], [[1, 2]]],
    ['what depends on the same', [member(1, { ancestors: ['edge'] }), member(2, { ancestors: ['edge'] })], [[1, 2]]],
    ['a parent that is down long before', [member(1, { monitor: 'edge' }), member(2, { ancestors: ['edge'], startedAt: 900 * SECOND })], [[1, 2]]],
    ['a parent that was noticed a little later', [member(2, { monitor: 'edge', startedAt: 30 * SECOND }), member(1, { ancestors: ['edge'] })], [[1, 2]]],
    ['a parent that was up again', [member(1, { monitor: 'edge', resolvedAt: 60 * SECOND }), member(2, { ancestors: ['edge'], startedAt: 900 * SECOND })], []],
    ['a parent that is only slow', [member(1, { monitor: 'edge', kind: 'degraded' }), member(2, { ancestors: ['edge'], startedAt: 900 * SECOND })], []],
  ])('of %s', (_title, incidents, groups) => {
    expect(numbersOf(incidents)).toEqual(groups);
  }); // prettier-ignore

  it('says what they have in common and how many, the most telling first', () => {
    const [group] = stormGroups([
      member(1, { monitor: 'edge', reason: 'timeout_connect' }),
      member(2, { ancestors: ['edge'], reason: 'timeout_connect', host: 'h' }),
      member(3, { ancestors: ['edge'], reason: 'timeout_wait', host: 'h' }),
    ]);
    expect(group?.bonds).toEqual([
      { kind: 'dependency', value: 'edge', incidents: 3 },
      { kind: 'host', value: 'h', incidents: 2 },
      { kind: 'reason', value: 'timeout_connect', incidents: 2 },
    ]);
  });

  const some = fc.array(
    fc.record({
      host: fc.constantFrom('a', 'b', null),
      reason: fc.constantFrom('r', 's', null),
      ancestors: fc.subarray(['m1', 'm2', 'm3']),
      startedAt: fc.integer({ min: 0, max: 10 * STORM_GAP }),
      resolvedAt: fc.constantFrom(null, 20 * STORM_GAP),
    }),
    { maxLength: 12 },
  );

  test([some], 'puts each incident into one group at most, however they are ordered', (given) => {
    const incidents = given.map((each, index) => member(index + 1, each));
    const groups = numbersOf(incidents);
    expect(new Set(groups.flat()).size).toBe(groups.flat().length);
    expect(numbersOf(incidents.toReversed())).toEqual(groups);
  });
});
