import { z } from 'zod';
import { idField, labelFault, listOf, wrong } from '../core/monitor/fields.ts';
import type { MonitorMatch } from '../core/notify/match.ts';
import { suggesters } from '../core/schema-problems.ts';

const MOST_NAMES = 1000;

const label = z.string().transform((text, context) => {
  const name = text.normalize('NFC').trim();
  const message = labelFault(name, 200);
  if (message === undefined) return name;
  context.issues.push({ code: 'custom', input: text, message });
  return z.NEVER;
});

const someOf = <T>(entry: z.ZodType<T, string>) =>
  listOf(entry, MOST_NAMES).refine((list) => list.length > 0, 'must not be empty; leave it out to mean every monitor');

const tags = z
  .union([z.array(label), z.record(z.string(), listOf(label, MOST_NAMES))], {
    error: wrong('must be a map of names and values, or a list of names'),
  })
  .transform((written): Readonly<Record<string, readonly string[]>> => {
    return Array.isArray(written) ? Object.fromEntries(written.map((name) => [name, []])) : written;
  });

/** Which monitors something is for; every monitor when nothing is said. */
export const matchField = z
  .strictObject({
    monitors: someOf(idField()).optional().meta({ description: 'Ids of monitors.' }),
    groups: someOf(label)
      .optional()
      .meta({ description: 'Names of groups; a monitor counts when it or its group is named.' }),
    tags: tags.optional().meta({
      description:
        'Tags that a monitor must have, all of them: { team: payments, tier: ["1", "2"] }, or a list of names.',
    }),
  })
  .register(suggesters, {
    suggest: (input) =>
      typeof input === 'string' && idField().safeParse(input).success ? `{ monitors: ${input} }` : undefined,
  })
  .transform(({ monitors = [], groups = [], tags = {} }): MonitorMatch => ({ monitors, groups, tags }));
