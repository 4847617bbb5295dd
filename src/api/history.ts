import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { STATUSES } from '../core/status.ts';
import { parseMoment, parseWindows, type Window } from '../core/time-window.ts';
import type { Reader } from '../query/reader.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { evidencesSchema, latencySchema, monitorSchema, monitorsSchema, resultsSchema } from './schemas.ts';

const params = z.object({ id: z.string().max(100) });
const windows = z.string().max(500).default('24h,7d,30d').describe('Windows that end now: `24h`, `7d` or `24h,7d,30d`');
const moment = z.string().max(50).describe('A duration ago (`1h`) or RFC 3339');
const resultsQuery = z.strictObject({
  since: moment.optional(),
  until: moment.optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  cursor: z.string().max(200).optional().describe('`next_cursor` of the answer before'),
  status: z.string().max(100).optional().describe('Only results of these: `down` or `down,unknown`'),
});
const windowQuery = z.strictObject({ window: windows });
const noQuery = z.strictObject({});

const problems = { 404: problemSchema, 422: problemSchema, 503: problemSchema };

interface HistoryDeps {
  readonly reader: Reader;
  readonly clock: Clock;
}

/** What Longwatch watches and what it saw: the answers of the query room, as they are. */
export function historyRoutes(app: ApiInstance, deps: HistoryDeps): void {
  monitorRoutes(app, deps);
  evidenceRoute(app, deps);
  resultRoutes(app, deps);
  figureRoutes(app, deps);
}

function monitorRoutes(app: ApiInstance, { reader, clock }: HistoryDeps): void {
  app.get(
    '/api/v1/monitors',
    { schema: about('All monitors and how they stand', { querystring: noQuery, response: { 200: monitorsSchema } }) },
    () => reader.ask('monitors', { now: clock.now() }),
  );
  const one = { params, querystring: noQuery, response: { 200: monitorSchema, ...problems } };
  app.get(
    '/api/v1/monitors/:id',
    { schema: about('One monitor and how it stands', one) },
    async ({ params: { id } }) => {
      const { monitors } = await reader.ask('monitor', { id, now: clock.now() });
      const [monitor] = monitors;
      if (monitor === undefined) throw new AppError('monitor_not_found', `there is no monitor "${id}"`);
      return monitor;
    },
  );
}

function evidenceRoute(app: ApiInstance, { reader, clock }: HistoryDeps): void {
  const evidence = { params, querystring: noQuery, response: { 200: evidencesSchema, ...problems } };
  app.get(
    '/api/v1/monitors/:id/evidence',
    { schema: about('What checks of one monitor saw: the newest evidence of each status', evidence) },
    (request) => reader.ask('evidence', { id: request.params.id, now: clock.now() }),
  );
}

function resultRoutes(app: ApiInstance, { reader, clock }: HistoryDeps): void {
  const results = { params, querystring: resultsQuery, response: { 200: resultsSchema, ...problems } };
  app.get(
    '/api/v1/monitors/:id/results',
    { schema: about('Results of one monitor, newest first', results) },
    (request) => {
      const { since, until, limit, cursor, status } = request.query;
      const now = clock.now();
      return reader.ask('results', {
        id: request.params.id,
        since: readMoment('since', since, now),
        until: readMoment('until', until, now),
        limit,
        cursor,
        status: readStatuses(status),
      });
    },
  );
}

function figureRoutes(app: ApiInstance, { reader, clock }: HistoryDeps): void {
  const question = (window: string) => ({ windows: readWindows(window), now: clock.now() });
  const latency = { querystring: windowQuery, response: { 200: latencySchema, ...problems } };
  app.get('/api/v1/latency', { schema: about('Latency of all monitors', latency) }, ({ query }) =>
    reader.ask('latency', question(query.window)),
  );
  app.get(
    '/api/v1/monitors/:id/latency',
    { schema: about('Latency of one monitor', { params, ...latency }) },
    (request) => reader.ask('latency', { id: request.params.id, ...question(request.query.window) }),
  );
}

function about<S extends object>(summary: string, schema: S): S & { tags: string[]; summary: string } {
  return { tags: ['history'], summary, ...schema };
}

function readWindows(text: string): readonly Window[] {
  const read = parseWindows(text);
  if ('fault' in read) throw new AppError('bad_request', `window: ${read.fault}`);
  return read.windows;
}

function readMoment(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const read = parseMoment(text, now);
  if (read !== undefined) return read;
  throw new AppError('bad_request', `${name}: "${text}" is neither a duration such as 1h nor an RFC 3339 time`);
}

function readStatuses(text: string | undefined): (typeof STATUSES)[number][] | undefined {
  if (text === undefined) return undefined;
  const statuses = text.split(',').map((word) => STATUSES.find((status) => status === word.trim()));
  if (statuses.every((status) => status !== undefined)) return statuses;
  throw new AppError('bad_request', `status: "${text}" is not a list of ${STATUSES.join(', ')}`);
}
