import { z } from 'zod';
import { judged } from '../monitor/fields.ts';
import { numberRuleField } from './number-fields.ts';
import type { NumberRule } from './number-rule.ts';
import { patternFault } from './pattern.ts';

/** What a list of texts must be; all that is given must hold. */
export interface ListRule {
  /** Exactly these, in any order. */
  readonly equals?: readonly string[] | undefined;
  /** At least these. */
  readonly contains?: readonly string[] | undefined;
  /** None of these. */
  readonly not_contains?: readonly string[] | undefined;
  /** Every entry must match this linear regular expression (RE2). */
  readonly matches?: string | undefined;
  readonly count?: NumberRule | undefined;
}

const entry = z.string().min(1).max(1024);
const entries = z.codec(z.union([entry, z.array(entry).max(100)]), z.custom<readonly string[]>(), {
  decode: (input) => (Array.isArray(input) ? input : [input]),
  encode: (list) => (list.length === 1 && list[0] !== undefined ? list[0] : [...list]),
});

/** A rule for a list as a person writes it. */
export const listRuleField = z.strictObject({
  equals: entries.optional().meta({ description: 'All of them, in any order.' }),
  contains: entries.optional().meta({ description: 'What must be among them; of a list, every one.' }),
  not_contains: entries.optional().meta({ description: 'What must not be among them.' }),
  matches: z
    .string()
    .check(judged(patternFault))
    .optional()
    .meta({ description: 'A regular expression (RE2) that each of them must match.' }),
  count: numberRuleField(0, 10_000).optional().meta({ description: 'How many there must be.' }),
});
