import { type Held, quoted } from './finding.ts';
import { isFound } from './pattern.ts';

/** What a text must be; all that is given must hold. Without anything the text need only be there. */
export interface TextRule {
  readonly equals?: string | undefined;
  readonly not_equals?: string | undefined;
  /** Every one of these must be in the text. */
  readonly contains?: readonly string[] | undefined;
  /** None of these may be in the text. */
  readonly not_contains?: readonly string[] | undefined;
  /** A linear regular expression (RE2) that must be found somewhere in the text. */
  readonly matches?: string | undefined;
  readonly not_matches?: string | undefined;
  /** `false`: the text must not be there at all. */
  readonly exists?: boolean | undefined;
}

/**
 * Judges a text by a rule, part by part; `null` for a text that is not there, which only satisfies `exists: false` and
 * the parts that begin with `not_`.
 */
export function judgeText(rule: TextRule, text: string | null): readonly Held[] {
  const held: Held[] = [];
  const add = (expected: string, ok: boolean): void => void held.push({ expected, ok });
  const { equals, not_equals, contains = [], not_contains = [], matches, not_matches, exists } = rule;
  if (exists !== undefined) add(exists ? 'it to be there' : 'it not to be there', (text !== null) === exists);
  if (equals !== undefined) add(quoted(equals), text === equals);
  if (not_equals !== undefined) add(`anything but ${quoted(not_equals)}`, text !== not_equals);
  for (const part of contains) add(`to contain ${quoted(part)}`, text?.includes(part) ?? false);
  for (const part of not_contains) add(`not to contain ${quoted(part)}`, !(text?.includes(part) ?? false));
  if (matches !== undefined) add(`to match ${quoted(matches)}`, text !== null && isFound(matches, text));
  if (not_matches !== undefined) {
    add(`not to match ${quoted(not_matches)}`, text === null || !isFound(not_matches, text));
  }
  if (held.length === 0) add('it to be there', text !== null);
  return held;
}
