import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { GROUP_RULES } from '../core/history/objective.ts';
import { readAvailability } from '../query/asked-availability.ts';
import type { Reader } from '../query/reader.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { byField, rangeFields } from './range-query.ts';
import { uptimePolicySchema, uptimeWindowsSchema } from './uptime-schemas.ts';

const availabilitySchema = z.object({
  policy: uptimePolicySchema,
  groups: z.array(
    z
      .object({
        group: z.string().nullable(),
        tag: z.string().nullable(),
        rule: z
          .enum(GROUP_RULES)
          .describe('`any_down`: down as soon as one is; `all_down`: when all are; `weighted`: by the share that is'),
        monitors: z.array(z.string()).describe('Their ids, those that left within the time included'),
        windows: uptimeWindowsSchema,
      })
      .meta({ id: 'GroupAvailability' }),
  ),
});

/** How available monitors were as a whole. */
export function availabilityRoute(
  app: ApiInstance,
  { reader, clock }: { readonly reader: Reader; readonly clock: Clock },
): void {
  const querystring = z.strictObject({
    ...rangeFields,
    by: byField,
    group: z.string().max(200).optional().describe('The monitors of this group; all groups when neither is given'),
    tag: z.string().max(300).optional().describe('The monitors with this tag: `team=payments`, or `team`'),
    rule: z.enum(GROUP_RULES).optional().describe('Instead of what the configuration says of the group'),
  });
  const response = { 200: availabilitySchema, 404: problemSchema, 422: problemSchema, 503: problemSchema };
  const summary = 'How available the monitors of a group, or with a tag, were as a whole';
  app.get('/api/v1/availability', { schema: { tags: ['history'], summary, querystring, response } }, (request) =>
    reader.ask('availability', readAvailability(request.query, clock.now())),
  );
}
