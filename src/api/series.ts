import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { readSeries } from '../query/asked-series.ts';
import type { Reader } from '../query/reader.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { rangeFields } from './range-query.ts';
import { countsSchema, phasesSchema } from './schemas.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC');
const milliseconds = z.number().nullable();

const pointSchema = z
  .object({
    from: time,
    to: time.describe('Not part of the step'),
    counts: countsSchema,
    missed: z.int().describe('Results of checks that never began'),
    uptime: z.number().nullable().describe('Time up or degraded over time observed; null when nothing was observed'),
    observed: z.number().describe('Time observed outside of maintenance over the whole step'),
    maintenance: z.number().describe('Time in maintenance over the whole step; its results are among all the others'),
    p50_ms: milliseconds.describe('Of checks that found the target up or degraded'),
    p95_ms: milliseconds,
    p99_ms: milliseconds,
    min_ms: milliseconds,
    mean_ms: milliseconds,
    max_ms: milliseconds,
    phases_ms: phasesSchema.describe('Means of the same checks'),
    late_p99_ms: milliseconds.describe('How late checks began'),
    late_max_ms: milliseconds,
  })
  .meta({ id: 'SeriesPoint' });

const seriesSchema = z.object({
  id: z.string(),
  from: time,
  to: time,
  zone: z.string(),
  step: z.string().describe('The length of the steps; longer than asked for where finer history is no longer kept'),
  asked_step: z.string(),
  points: z.array(pointSchema).describe('One a step, in order'),
});

const querystring = z.strictObject({
  ...rangeFields,
  window: z
    .string()
    .max(50)
    .optional()
    .describe('A window that ends now: `24h`; instead of `from` and `to`, or `period`'),
  step: z
    .string()
    .max(20)
    .optional()
    .describe('`1m` to `1d`, a part of a day; `auto`, 200 to 400 steps, when left out'),
});

/** How one monitor fared over time. */
export function seriesRoute(app: ApiInstance, deps: { readonly reader: Reader; readonly clock: Clock }): void {
  const { reader, clock } = deps;
  const schema = {
    tags: ['history'],
    summary: 'The history of one monitor in steps',
    params: z.object({ id: z.string().max(100) }),
    querystring,
    response: { 200: seriesSchema, 404: problemSchema, 422: problemSchema, 503: problemSchema },
  };
  app.get('/api/v1/monitors/:id/series', { schema }, ({ params: { id }, query }) =>
    reader.ask('series', readSeries({ id, ...query }, clock.now())),
  );
}
