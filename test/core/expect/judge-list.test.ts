import { describe, expect, it } from 'vitest';
import { judgeList, listed } from '../../../src/core/expect/judge-list.ts';
import type { ListRule } from '../../../src/core/expect/list-rule.ts';
import { fc, test } from '../../support/property.ts';

const isMet = (rule: ListRule, list: readonly string[]): boolean => judgeList(rule, list).every(({ ok }) => ok);
const word = fc.constantFrom('a', 'b', 'c', 'd');
const words = fc.array(word, { maxLength: 5 });

describe('a rule for a list', () => {
  it.each<readonly [ListRule, readonly string[], readonly (readonly [boolean, string])[]]>([
    [{ equals: ['a', 'b'] }, ['b', 'a'], [[true, '"a", "b"']]],
    [{ equals: ['a', 'b'] }, ['a'], [[false, '"a", "b"']]],
    [{ equals: ['a'] }, ['a', 'a'], [[false, '"a"']]],
    [{ equals: [] }, [], [[true, 'nothing']]],
    [
      { contains: ['a', 'x'] },
      ['a', 'b'],
      [
        [true, 'to contain "a"'],
        [false, 'to contain "x"'],
      ],
    ],
    [{ not_contains: ['a'] }, ['a'], [[false, 'not to contain "a"']]],
    [{ matches: '^10' }, ['10 a', '10 b'], [[true, 'every one to match "^10"']]],
    [{ matches: '^10' }, ['10 a', '20 b'], [[false, 'every one to match "^10"']]],
    [
      { count: { gte: 2, lt: 3 } },
      ['a', 'b'],
      [
        [true, 'less than 3 of them'],
        [true, 'at least 2 of them'],
      ],
    ],
    [{ count: { equals: 1 } }, [], [[false, '1 of them']]],
    [{}, ['a'], []],
  ])('%j makes of %j what is said', (rule, list, expected) => {
    expect(judgeList(rule, list).map(({ ok, expected: words }) => [ok, words])).toEqual(expected);
  });

  test([words, fc.integer()], 'is met by an equal list in any order', (list, seed) => {
    const shuffled = list.toSorted((a, b) => (a + seed).localeCompare(b + seed)).toReversed();
    expect(isMet({ equals: list, contains: list, count: { equals: list.length } }, shuffled)).toBe(true);
  });

  test([words, words], 'takes two lists for equal when neither has more of anything', (a, b) => {
    const counts = (list: readonly string[]) =>
      ['a', 'b', 'c', 'd'].map((one) => list.filter((each) => each === one).length);
    expect(isMet({ equals: a }, b)).toBe(JSON.stringify(counts(a)) === JSON.stringify(counts(b)));
  });

  test([words, word], 'contains what it does not lack', (list, one) => {
    expect(isMet({ contains: [one] }, list)).toBe(!isMet({ not_contains: [one] }, list));
  });

  test([words, words], 'judges every part on its own', (list, parts) => {
    expect(judgeList({ contains: parts, not_contains: parts }, list)).toHaveLength(parts.length * 2);
  });
});

describe('a list in a sentence', () => {
  it('shows some entries and counts the others', () => {
    expect(listed([])).toBe('nothing');
    expect(listed(['a', 'b'])).toBe('"a", "b"');
    expect(listed(['1', '2', '3', '4', '5', '6', '7'])).toBe('"1", "2", "3", "4", "5" and 2 more');
  });
});
