import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { REASONS, type Reason } from '../core/reasons.ts';
import { STATUSES } from '../core/status.ts';
import { readResults } from '../query/asked-results.ts';
import type { Reader } from '../query/reader.ts';
import { MOST_RESULTS } from '../query/results.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { resultsSchema } from './schemas.ts';

const moment = z.string().max(50).describe('A duration ago (`1h`) or RFC 3339');
const list = z.string().max(1000);
const querystring = z.strictObject({
  since: moment.optional(),
  until: moment.optional(),
  limit: z.coerce.number().int().min(1).max(MOST_RESULTS).optional(),
  cursor: z.string().max(200).optional().describe('`next_cursor` of the answer before'),
  status: list.optional().describe('Only results of these: `down` or `down,unknown`'),
  reason: list.optional().describe('Only results with one of these reasons: `timeout_wait,conn_refused`'),
  location: list.optional().describe('Only results from these locations'),
  group: z.enum(['true', 'false']).optional().describe('Whether a run of the same failure is one entry'),
});

const REASON_NAMES = Object.keys(REASONS) as Reason[];

/** What the checks of one monitor saw. */
export function resultRoute(app: ApiInstance, deps: { readonly reader: Reader; readonly clock: Clock }): void {
  const { reader, clock } = deps;
  const schema = {
    tags: ['history'],
    summary: 'Results of one monitor, newest first',
    params: z.object({ id: z.string().max(100) }),
    querystring,
    response: { 200: resultsSchema, 404: problemSchema, 422: problemSchema, 503: problemSchema },
  };
  app.get('/api/v1/monitors/:id/results', { schema }, ({ params: { id }, query }) => {
    const { status, reason, location, group, ...rest } = query;
    const filters = {
      status: readWords('status', status, STATUSES),
      reason: readWords('reason', reason, REASON_NAMES),
      location: location?.split(',').map((name) => name.trim()),
      group: group === 'true',
    };
    return reader.ask('results', readResults({ id, ...rest, ...filters }, clock.now()));
  });
}

function readWords<Word extends string>(
  name: string,
  text: string | undefined,
  known: readonly Word[],
): Word[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(',').map((word) => known.find((each) => each === word.trim()));
  if (words.every((word) => word !== undefined)) return words;
  const hint = known.length > 10 ? {} : { hint: `There are: ${known.join(', ')}.` };
  throw new AppError('bad_request', `${name}: "${text}" is not a list of what there is`, hint);
}
