import { z } from 'zod';
import { judged } from '../monitor/fields.ts';
import { type JsonValue, jsonPathFault } from './json-path.ts';
import { numberComparisons, numberRuleField } from './number-fields.ts';
import type { NumberRule } from './number-rule.ts';
import { patternFault } from './pattern.ts';

/** What the values at a path of a JSON body must be; all that is given must hold, for every value found. */
export interface JsonRule extends Omit<NumberRule, 'equals'> {
  /** RFC 9535. */
  readonly path: string;
  readonly equals?: JsonValue | undefined;
  readonly not_equals?: JsonValue | undefined;
  readonly one_of?: readonly JsonValue[] | undefined;
  /** Of a text, list or map: how many characters, entries or keys. */
  readonly length?: NumberRule | undefined;
  readonly exists?: boolean | undefined;
  readonly contains?: string | undefined;
  readonly matches?: string | undefined;
}

const json = z.json();
const { equals: _, ...comparisons } = numberComparisons;

/** A rule for a JSON body as a person writes it. */
export const jsonRuleField = z
  .strictObject({
    path: z.string().check(judged(jsonPathFault)).meta({ description: 'Where to look (RFC 9535), such as $.status.' }),
    equals: json.optional().meta({ description: 'The value itself: text, number, true, false, null, list or map.' }),
    not_equals: json.optional().meta({ description: 'What the value must not be.' }),
    one_of: z.array(json).min(1).max(100).optional().meta({ description: 'The values it may be.' }),
    ...comparisons,
    length: numberRuleField(0, 1e9).optional().meta({ description: 'How long the text, list or map must be.' }),
    exists: z.boolean().optional().meta({ description: 'true: something must be there; false: nothing may.' }),
    contains: z.string().min(1).max(4096).optional().meta({ description: 'Text that the value must contain.' }),
    matches: z
      .string()
      .check(judged(patternFault))
      .optional()
      .meta({ description: 'A regular expression (RE2) that must be found in the value.' }),
  })
  .refine((rule) => Object.keys(rule).length > 1, 'must say what is expected, such as equals, lt, length or exists');

type Read = z.output<typeof jsonRuleField>;
/** Does not compile when what the schema reads is no {@link JsonRule}. */
true satisfies Read extends JsonRule ? true : never;
