import { JSONPathEnvironment, type JSONPathQuery } from 'json-p3';
import { z } from 'zod';
import { judged } from '../monitor/fields.ts';
import { numberComparisons, numberRuleField } from './number-fields.ts';
import type { NumberRule } from './number-rule.ts';
import { patternFault } from './pattern.ts';

/** A value of JSON (RFC 8259). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

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

const LONGEST_PATH = 512;

/**
 * RFC 9535 without the functions match and search, whose regular expressions of JavaScript can run for ever. Filters,
 * slices and descendants are there.
 */
const environment = new JSONPathEnvironment();
environment.functionRegister.delete('match');
environment.functionRegister.delete('search');

const queries = new Map<string, JSONPathQuery>();
const MOST_QUERIES = 10_000;

/** A path, compiled once. Throws an error of json-p3 for one that {@link jsonPathFault} refuses. */
export function compileJsonPath(path: string): JSONPathQuery {
  let query = queries.get(path);
  if (query === undefined) {
    query = environment.compile(path);
    if (queries.size >= MOST_QUERIES) queries.clear();
    queries.set(path, query);
  }
  return query;
}

/** What is wrong with a path, worded to follow its key, or `undefined`. */
export function jsonPathFault(path: string): string | undefined {
  if (path.length > LONGEST_PATH) return `must not be longer than ${LONGEST_PATH} characters`;
  if (!path.startsWith('$')) return 'must begin with $, such as $.status';
  try {
    environment.compile(path);
    return undefined;
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message.slice(0, 100) : String(thrown);
    return `is not a path of RFC 9535 (${words})`;
  }
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
