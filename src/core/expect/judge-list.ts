import { type Held, quoted } from './finding.ts';
import type { ListRule } from './list-rule.ts';
import { judgeNumber } from './number-rule.ts';
import { isFound } from './pattern.ts';

/** So many entries of a list are shown; the others are counted. */
const MOST_SHOWN = 5;

/** Judges a list of texts by a rule, part by part. Order never matters; how often an entry is there does, for `equals`. */
export function judgeList(rule: ListRule, list: readonly string[]): readonly Held[] {
  const { equals, contains = [], not_contains = [], matches, count } = rule;
  const held: Held[] = [];
  const add = (expected: string, ok: boolean): void => void held.push({ expected, ok });
  if (equals !== undefined) add(listed(equals), isSameBag(equals, list));
  for (const entry of contains) add(`to contain ${quoted(entry)}`, list.includes(entry));
  for (const entry of not_contains) add(`not to contain ${quoted(entry)}`, !list.includes(entry));
  if (matches !== undefined) {
    add(
      `every one to match ${quoted(matches)}`,
      list.every((entry) => isFound(matches, entry)),
    );
  }
  if (count === undefined) return held;
  return [...held, ...judgeNumber(count, list.length, (bound) => `${bound} of them`)];
}

/** A list as it may stand in a sentence. */
export function listed(list: readonly string[]): string {
  if (list.length === 0) return 'nothing';
  const shown = list.slice(0, MOST_SHOWN).map(quoted).join(', ');
  return list.length > MOST_SHOWN ? `${shown} and ${list.length - MOST_SHOWN} more` : shown;
}

function isSameBag(expected: readonly string[], list: readonly string[]): boolean {
  if (expected.length !== list.length) return false;
  const [a, b] = [expected.toSorted(), list.toSorted()];
  return a.every((entry, place) => entry === b[place]);
}
