import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { GROUP_RULES } from '../core/history/objective.ts';
import type { Reader } from '../query/reader.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { uptimePolicySchema } from './uptime-schemas.ts';

const tags = ['history'];
const time = z.iso.datetime().describe('RFC 3339, UTC');
const burnRate = z
  .number()
  .nullable()
  .describe('null when nothing was observed, or nothing may be down and something was');

const objectiveSchema = z
  .object({
    id: z.string().nullable().describe('The monitor; null for the objective of a group'),
    group: z.string().nullable(),
    rule: z.enum(GROUP_RULES).nullable().describe('By which rule the group is down as a whole; null for a monitor'),
    target: z.number().describe('Percent of the observed time'),
    window: z.string().describe('`30d`: it ends now'),
    from: time,
    to: time,
    attained: z.number().nullable().describe('Time up or degraded over time observed; null when nothing was observed'),
    met: z.boolean().nullable(),
    observed: z
      .number()
      .describe('Time observed outside of maintenance over the whole window; the rest takes nothing from the budget'),
    maintenance: z.number().describe('Time in maintenance over the whole window'),
    budget_minutes: z.number().describe('How long the target may be down in the window'),
    budget_left_minutes: z.number().describe('Below zero when more was used'),
    burn_rates: z
      .object({ '1h': burnRate, '6h': burnRate, '24h': burnRate, '3d': burnRate })
      .describe('How fast the budget is used: 1 uses exactly all of it within the window'),
    budget_ends_at: time
      .nullable()
      .describe('If things go on as in the last 24 h; null when it never ends, or nothing is left already'),
  })
  .meta({ id: 'Objective' });

const sloSchema = z.object({ policy: uptimePolicySchema, objectives: z.array(objectiveSchema) });

/** How service level objectives stand. */
export function sloRoutes(
  app: ApiInstance,
  { reader, clock }: { readonly reader: Reader; readonly clock: Clock },
): void {
  const response = { 200: sloSchema, 404: problemSchema, 422: problemSchema, 503: problemSchema };
  const querystring = z.strictObject({
    group: z.string().max(200).optional().describe('Only that of this group; all when left out'),
  });
  app.get('/api/v1/slo', { schema: { tags, summary: 'How objectives stand', querystring, response } }, (request) =>
    reader.ask('slo', { group: request.query.group, now: clock.now() }),
  );
  const params = z.object({ id: z.string().max(100) });
  const ofOne = { tags, summary: 'How the objective of one monitor stands', params, querystring: z.strictObject({}) };
  app.get('/api/v1/monitors/:id/slo', { schema: { ...ofOne, response } }, (request) =>
    reader.ask('slo', { id: request.params.id, now: clock.now() }),
  );
}
