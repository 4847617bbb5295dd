import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { REASONS } from '../core/reasons.ts';
import { STATUSES } from '../core/status.ts';
import { readInsights } from '../query/asked-insights.ts';
import type { Reader } from '../query/reader.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { rangeFields } from './range-query.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC');
const milliseconds = z.number().nullable();
const reason = z.enum(Object.keys(REASONS) as [keyof typeof REASONS]).nullable();

const slowSchema = z
  .object({
    id: z.string(),
    count: z.int().describe('Checks that found the target up or degraded'),
    p50_ms: z.number(),
    p95_ms: z.number(),
    p99_ms: z.number(),
    max_ms: z.number(),
  })
  .meta({ id: 'SlowMonitor' });

const flakySchema = z
  .object({
    id: z.string(),
    changes: z.int().describe('Changes between up, degraded and down'),
    outages: z.int().describe('Stretches of down that touch the window'),
    failures: z.int().describe('Results that found the target down'),
    results: z.int(),
  })
  .meta({ id: 'FlakyMonitor' });

const outageSchema = z
  .object({
    id: z.string(),
    from: time.describe('When it began, also when that is before the window'),
    to: time.nullable().describe('null while it lasts'),
    seconds: z.number().describe('From its beginning to its end, or to the end of the window'),
    maintenance_seconds: z.number().describe('How much of that lies in maintenance'),
    reason: reason.describe('Why it began'),
    ended_in: z.enum(STATUSES).nullable().describe('What came after it: unknown when nobody saw how it ended'),
    ongoing: z.boolean().describe('Whether it lasts at the end of the window'),
  })
  .meta({ id: 'LongOutage' });

const punctualitySchema = z
  .object({
    checks: z.int().describe('Checks that began'),
    late_p50_ms: milliseconds.describe('From when a check was due to when it began'),
    late_p99_ms: milliseconds,
    late_max_ms: milliseconds,
    missed: z.int().describe('Results of checks that never began'),
    unobserved: z
      .array(
        z.object({
          reason: reason.describe('null: nothing was measured, as when Longwatch does not run'),
          seconds: z.number().describe('The time of all monitors together'),
          monitors: z.int(),
        }),
      )
      .describe('Time in which nothing is known of targets, the most first'),
  })
  .meta({ id: 'Punctuality' });

const insightsSchema = z.object({
  window: z.object({ label: z.string(), from: time, to: time }),
  slowest: z.array(slowSchema).describe('By the 95th percentile of how long checks took'),
  flakiest: z.array(flakySchema).describe('By changes of status, then by failures'),
  longest_outages: z.array(outageSchema),
  longwatch: punctualitySchema.describe('How well Longwatch itself did its work'),
});

/** What is worth a look. */
export function insightsRoute(
  app: ApiInstance,
  { reader, clock }: { readonly reader: Reader; readonly clock: Clock },
): void {
  const querystring = z.strictObject({
    ...rangeFields,
    limit: z.coerce.number().int().min(1).max(1000).optional().describe('So many of each; 10 when left out'),
  });
  const response = { 200: insightsSchema, 422: problemSchema, 503: problemSchema };
  const summary = 'What is slow, flaky and long down, and how punctual Longwatch itself is';
  app.get('/api/v1/insights', { schema: { tags: ['history'], summary, querystring, response } }, (request) =>
    reader.ask('insights', readInsights(request.query, clock.now())),
  );
}
