import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { readRanges, type RangesRequest } from '../query/asked-ranges.ts';
import type { LatencyAnswer } from '../query/latency.ts';
import type { Reader } from '../query/reader.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { rangeFields } from './range-query.ts';
import { latencySchema } from './schemas.ts';

const tags = ['history'];
const USUAL_WINDOWS = '24h,7d,30d';

/** How fast monitors answered. */
export function latencyRoutes(app: ApiInstance, deps: { readonly reader: Reader; readonly clock: Clock }): void {
  const { reader, clock } = deps;
  const ask = (id: string | undefined, request: RangesRequest): Promise<LatencyAnswer> =>
    reader.ask('latency', { id, ranges: readRanges(request, USUAL_WINDOWS, clock.now()).ranges });
  const querystring = z.strictObject(rangeFields);
  const response = { 200: latencySchema, 404: problemSchema, 422: problemSchema, 503: problemSchema };
  const params = z.object({ id: z.string().max(100) });
  const ofAll = { tags, summary: 'Latency of all monitors', querystring, response };
  app.get('/api/v1/latency', { schema: ofAll }, ({ query }) => ask(undefined, query));
  const ofOne = { tags, summary: 'Latency of one monitor', params, querystring, response };
  app.get('/api/v1/monitors/:id/latency', { schema: ofOne }, (request) => ask(request.params.id, request.query));
}
