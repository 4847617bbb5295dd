import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Reader } from '../query/reader.ts';
import type { ApiInstance } from './instance.ts';
import { problemSchema } from './problem.ts';
import { evidencesSchema, monitorSchema, monitorsSchema } from './schemas.ts';

const params = z.object({ id: z.string().max(100) });
const noQuery = z.strictObject({});

const problems = { 404: problemSchema, 422: problemSchema, 503: problemSchema };

interface HistoryDeps {
  readonly reader: Reader;
  readonly clock: Clock;
}

/** What Longwatch watches and how it stands: the answers of the query room, as they are. */
export function historyRoutes(app: ApiInstance, deps: HistoryDeps): void {
  monitorRoutes(app, deps);
  evidenceRoute(app, deps);
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

function about<S extends object>(summary: string, schema: S): S & { tags: string[]; summary: string } {
  return { tags: ['history'], summary, ...schema };
}
