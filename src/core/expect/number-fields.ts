import { z } from 'zod';
import type { Milliseconds } from '../duration.ts';
import { durationField, refuse } from '../monitor/fields.ts';
import { suggesters } from '../schema-problems.ts';
import type { NumberRule } from './number-rule.ts';

const comparison = (value: z.ZodType<number>) => ({
  equals: value.optional().meta({ description: 'exactly' }),
  lt: value.optional().meta({ description: 'less than' }),
  lte: value.optional().meta({ description: 'less than or equal to' }),
  gt: value.optional().meta({ description: 'greater than' }),
  gte: value.optional().meta({ description: 'greater than or equal to' }),
});

/** The comparisons of a number, for maps that have other keys besides. */
export const numberComparisons = comparison(z.number());

/** A rule for a number from `min` to `max`: a map, or the number alone, which is then exactly that one. */
export function numberRuleField(min: number, max: number) {
  const value = z.number().min(min).max(max);
  const rule = z.strictObject(comparison(value));
  const message = 'must be a number or a map such as { lt: 10 }';
  const written = z.union([value, rule], { error: ({ input }) => (input === null ? undefined : message) });
  return z.codec(written, z.custom<NumberRule>(), {
    decode: (input, context): NumberRule => (typeof input === 'number' ? { equals: input } : nonEmpty(input, context)),
    encode: (output) => output,
  });
}

/** A rule for a span of time: a map, or a duration alone, which is then the most it may be. Milliseconds in the rule. */
export function durationRuleField(longest: Milliseconds) {
  const value = durationField(1, longest);
  const rule = z.strictObject({
    lt: value.optional().meta({ description: 'shorter than' }),
    lte: value.optional().meta({ description: 'at most' }),
    gt: value.optional().meta({ description: 'longer than' }),
    gte: value.optional().meta({ description: 'at least' }),
  });
  const message = 'must be a duration such as 800ms, or a map such as { lt: 800ms }';
  const written = z.union([value, rule], { error: ({ input }) => (input === null ? undefined : message) });
  return z
    .codec(written, z.custom<NumberRule>(), {
      decode: (input, context): NumberRule => (typeof input === 'number' ? { lte: input } : nonEmpty(input, context)),
      // The inner side is written in turn: a map of milliseconds becomes a map of durations.
      encode: ({ lt, lte, gt, gte }) => ({ lt, lte, gt, gte }),
    })
    .register(suggesters, {
      // How long an answer takes is thought of in milliseconds.
      suggest: (input) => (Number.isInteger(input) && Number(input) > 0 ? `${Number(input)}ms` : undefined),
    });
}

function nonEmpty(rule: NumberRule, context: z.core.ParsePayload): NumberRule {
  return Object.keys(rule).length > 0 ? rule : refuse(context, rule, 'must say what is expected');
}
