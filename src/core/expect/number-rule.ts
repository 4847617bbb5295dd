import { formatDuration } from '../duration.ts';
import type { Held } from './finding.ts';

/** What a number must be; all that is given must hold. */
export interface NumberRule {
  readonly equals?: number | undefined;
  readonly lt?: number | undefined;
  readonly lte?: number | undefined;
  readonly gt?: number | undefined;
  readonly gte?: number | undefined;
}

/** The comparisons, with what each expects in words; `write` is how the number is shown. */
const COMPARISONS: readonly [keyof NumberRule, string, (got: number, bound: number) => boolean][] = [
  ['equals', '', (got, bound) => got === bound],
  ['lt', 'less than ', (got, bound) => got < bound],
  ['lte', 'at most ', (got, bound) => got <= bound],
  ['gt', 'more than ', (got, bound) => got > bound],
  ['gte', 'at least ', (got, bound) => got >= bound],
];

/** Judges a number by a rule, part by part; `null` for a number that is not there, which satisfies nothing. */
export function judgeNumber(rule: NumberRule, got: number | null, write: (bound: number) => string = String): Held[] {
  return COMPARISONS.flatMap(([key, words, holds]) => {
    const bound = rule[key];
    if (bound === undefined) return [];
    return [{ ok: got !== null && holds(got, bound), expected: words + write(bound) }];
  });
}

/** A span of time as a judgement shows it. */
export function writeMilliseconds(span: number): string {
  return span < 1000 ? `${Math.round(span * 10) / 10} ms` : formatDuration(span);
}
