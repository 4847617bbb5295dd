import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { readRanges, type RangesRequest } from '../query/asked-ranges.ts';
import type { Reader } from '../query/reader.ts';
import type { UptimeAnswer } from '../query/uptime.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { byField, rangeFields } from './range-query.ts';
import { uptimeSchema } from './uptime-schemas.ts';

const tags = ['history'];
const USUAL_WINDOWS = '24h,7d,30d';

/** How long monitors were up. */
export function uptimeRoutes(app: ApiInstance, deps: { readonly reader: Reader; readonly clock: Clock }): void {
  const { reader, clock } = deps;
  const ask = (id: string | undefined, request: RangesRequest): Promise<UptimeAnswer> => {
    const now = clock.now();
    return reader.ask('uptime', { id, ...readRanges(request, USUAL_WINDOWS, now), now });
  };
  const querystring = z.strictObject({ ...rangeFields, by: byField });
  const response = { 200: uptimeSchema, 404: problemSchema, 422: problemSchema, 503: problemSchema };
  app.get('/api/v1/uptime', { schema: { tags, summary: 'Uptime of all monitors', querystring, response } }, (request) =>
    ask(undefined, request.query),
  );
  app.get(
    '/api/v1/monitors/:id/uptime',
    {
      schema: {
        tags,
        summary: 'Uptime of one monitor',
        params: z.object({ id: z.string().max(100) }),
        querystring,
        response,
      },
    },
    (request) => ask(request.params.id, request.query),
  );
}
