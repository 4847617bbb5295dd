import { z } from 'zod';
import { judged, refuse } from '../monitor/fields.ts';
import { patternFault } from './pattern.ts';
import type { TextRule } from './text-rule.ts';

const LONGEST_TEXT = 4096;
const MOST_TEXTS = 20;

const part = z.string().check(
  judged((text: string) => {
    if (text === '') return 'must not be empty';
    return text.length > LONGEST_TEXT ? `must not be longer than ${LONGEST_TEXT} characters` : undefined;
  }),
);
const parts = z.codec(z.union([part, z.array(part).min(1).max(MOST_TEXTS)]), z.custom<readonly string[]>(), {
  decode: (input) => (Array.isArray(input) ? input : [input]),
  encode: (list) => (list.length === 1 && list[0] !== undefined ? list[0] : [...list]),
});
const pattern = z.string().check(judged(patternFault));

const rule = z.strictObject({
  equals: z.string().max(LONGEST_TEXT).optional().meta({ description: 'The whole text, letter by letter.' }),
  not_equals: z.string().max(LONGEST_TEXT).optional().meta({ description: 'What the whole text must not be.' }),
  contains: parts.optional().meta({ description: 'Text that must be in it; of a list, every one.' }),
  not_contains: parts.optional().meta({ description: 'Text that must not be in it; of a list, none.' }),
  matches: pattern.optional().meta({ description: 'A regular expression (RE2) that must be found in it.' }),
  not_matches: pattern.optional().meta({ description: 'A regular expression (RE2) that must not be found in it.' }),
  exists: z.boolean().optional().meta({ description: 'true: it must be there; false: it must not.' }),
});

/** A rule for a text as a person writes it: a map, or the text alone, which is then what `bare` says. */
export function textRuleField(bare: 'equals' | 'contains') {
  const message = 'must be a text or a map such as { contains: ok }';
  const written = z.union([z.string(), rule], { error: ({ input }) => (input === null ? undefined : message) });
  return z.codec(written, z.custom<TextRule>(), {
    decode(input, context): TextRule {
      if (typeof input !== 'string') {
        return Object.keys(input).length > 0 ? input : refuse(context, input, 'must say what is expected');
      }
      const fault = bare === 'contains' && input === '' ? 'must not be empty' : undefined;
      if (fault !== undefined) return refuse(context, input, fault);
      return bare === 'equals' ? { equals: input } : { contains: [input] };
    },
    // The codec's inner side is written in turn.
    encode: (output) => output,
  });
}
