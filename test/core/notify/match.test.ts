import { describe, expect, it } from 'vitest';
import { EVERY_MONITOR, matches, type Matchable, type MonitorMatch } from '../../../src/core/notify/match.ts';
import { fc, test } from '../../support/property.ts';

const SHOP: Matchable = { id: 'shop', group: 'Sales', tags: { team: 'web', stage: 'live' } };

describe('matches', () => {
  it.each<[string, Partial<MonitorMatch>, boolean]>([
    ['every monitor', {}, true],
    ['its id', { monitors: ['other', 'shop'] }, true],
    ['another id', { monitors: ['other'] }, false],
    ['its group', { groups: ['Sales'] }, true],
    ['another group', { groups: ['Stock'] }, false],
    ['its id or another group', { monitors: ['shop'], groups: ['Stock'] }, true],
    ['another id or its group', { monitors: ['other'], groups: ['Sales'] }, true],
    ['one of its tags', { tags: { team: ['web'] } }, true],
    ['one of several values', { tags: { team: ['db', 'web'] } }, true],
    ['another value', { tags: { team: ['db'] } }, false],
    ['the name of a tag', { tags: { team: [] } }, true],
    ['the name of a tag that it lacks', { tags: { owner: [] } }, false],
    ['two tags that it has', { tags: { team: ['web'], stage: ['live'] } }, true],
    ['two tags of which it has one', { tags: { team: ['web'], stage: ['test'] } }, false],
    ['its id and a tag that it lacks', { monitors: ['shop'], tags: { owner: [] } }, false],
    ['a name that every object has', { tags: { constructor: [] } }, false],
  ])('asks for %s', (_, match, expected) => {
    expect(matches({ ...EVERY_MONITOR, ...match }, SHOP)).toBe(expected);
  });

  it('asks a monitor without a group for nothing that names groups', () => {
    expect(matches({ ...EVERY_MONITOR, groups: ['null'] }, { ...SHOP, group: null })).toBe(false);
  });

  const names = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 });
  const match = fc.record({
    monitors: names,
    groups: names,
    tags: fc.dictionary(fc.constantFrom('x', 'y'), names, { maxKeys: 2 }),
  });
  const monitor = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    group: fc.constantFrom('a', 'b', null),
    tags: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('a', 'b')),
  });

  test([match, monitor], 'means fewer monitors the more tags are asked for', (wide, one) => {
    const narrow = { ...wide, tags: { y: ['a'], ...wide.tags } };
    expect(matches(wide, one) || !matches(narrow, one)).toBe(true);
  });

  test([match, monitor], 'means no fewer monitors when another one is named beside others', (some, one) => {
    if (some.monitors.length + some.groups.length === 0 || !matches(some, one)) return;
    expect(matches({ ...some, monitors: [...some.monitors, 'other'] }, one)).toBe(true);
  });
});
