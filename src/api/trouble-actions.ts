import { z } from 'zod';
import { silenceAction } from '../actions/silence-incident.ts';
import { startMaintenanceAction } from '../actions/start-maintenance.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { TroubleAction } from '../core/trouble/action.ts';
import type { Reader } from '../query/reader.ts';
import { authorizing } from './authorize.ts';
import { numberParams } from './incidents.ts';
import type { ApiInstance } from './instance.ts';
import { maintenanceSchema, notificationSchema } from './notification-schemas.ts';
import { problemSchema } from './problem.ts';
import type { TroubleDeps } from './trouble-deps.ts';
import { incidentSchema } from './trouble-schemas.ts';

/** Who does it when a request does not say. */
const BY = 'api';

const words = (most: number) =>
  z.string().trim().min(1, 'must not be empty').max(most, `must have at most ${most} characters`);
const by = words(100).default(BY).describe('Who does it, for the timeline');
const note = words(2000);
const changed = z.boolean().describe('Whether it changed anything: what was done already is no error');

const onlyBy = z.strictObject({ by }).nullish();
const withNote = z.strictObject({ by, note: note.optional() }).nullish();
const noteBody = z.strictObject({ by, text: note });
const silenceBody = z.strictObject({
  by,
  for: z.string().max(50).optional().describe('From now on: `1h`'),
  until: z.string().max(50).optional().describe('A date or RFC 3339'),
  end: z.literal(true).optional().describe('Ends a silence'),
});
const names = z.array(z.string().max(200)).max(1000).optional();
const values = z.union([
  z
    .string()
    .max(200)
    .transform((value) => [value]),
  z.array(z.string().max(200)).max(100),
]);
const maintenanceBody = z.strictObject({
  by,
  name: words(200).optional(),
  for: z
    .strictObject({ monitors: names, groups: names, tags: z.record(z.string().max(100), values).optional() })
    .describe('Which monitors; `{}` for every one'),
  start: z.string().max(50).optional().describe('Now when left out'),
  duration: z.string().max(50).optional().describe('How long: `30m`; instead of `end`'),
  end: z.string().max(50).optional().describe('Until when; instead of `duration`'),
});

const problems = {
  401: problemSchema,
  403: problemSchema,
  404: problemSchema,
  422: problemSchema,
  503: problemSchema,
};
const incidentAnswer = { 200: z.object({ changed, incident: incidentSchema }), ...problems };

interface ActionDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly trouble: TroubleDeps;
}

/** What a user can do about trouble. Everything here needs to be allowed: see authorize.ts. */
export function troubleActionRoutes(app: ApiInstance, deps: ActionDeps): void {
  incidentActions(app, deps);
  maintenanceActions(app, deps);
  notificationActions(app, deps);
}

function incidentActions(app: ApiInstance, { reader, clock, trouble }: ActionDeps): void {
  const onRequest = authorizing(trouble);
  const act = async (action: TroubleAction & { readonly incident: number }) => {
    const receipt = await trouble.act(action);
    const { incident } = await reader.ask('incident', { number: action.incident, now: clock.now() });
    return { changed: receipt.changed, incident };
  };
  const about = <Body>(summary: string, body: Body) => ({
    tags: ['trouble'],
    summary,
    params: numberParams,
    body,
    response: incidentAnswer,
  });
  app.post(
    '/api/v1/incidents/:number/acknowledge',
    { onRequest, schema: about('Says that somebody looks after it: reminders and escalations end', withNote) },
    ({ params, body }) =>
      act({ do: 'acknowledge', incident: params.number, by: body?.by ?? BY, note: body?.note ?? null }),
  );
  app.post(
    '/api/v1/incidents/:number/notes',
    { onRequest, schema: about('Writes a note into its timeline', noteBody) },
    ({ params, body }) => act({ do: 'note', incident: params.number, ...body }),
  );
  app.post(
    '/api/v1/incidents/:number/resolve',
    { onRequest, schema: about('Ends it by hand', withNote) },
    ({ params, body }) => act({ do: 'resolve', incident: params.number, by: body?.by ?? BY, note: body?.note ?? null }),
  );
  app.post(
    '/api/v1/incidents/:number/silence',
    { onRequest, schema: about('Tells nobody of it for a while', silenceBody) },
    ({ params, body: { by, ...wish } }) => {
      const action = silenceAction({ incident: params.number, by }, wish, clock.now());
      return act({ ...action, incident: params.number });
    },
  );
}

function maintenanceActions(app: ApiInstance, { reader, clock, trouble }: ActionDeps): void {
  const onRequest = authorizing(trouble);
  const tags = ['trouble'];
  const began = z.object({ maintenance: maintenanceSchema.shape.maintenance.element });
  app.post(
    '/api/v1/maintenance',
    {
      onRequest,
      schema: { tags, summary: 'Begins maintenance', body: maintenanceBody, response: { 201: began, ...problems } },
    },
    async ({ body }, reply) => {
      const now = clock.now();
      const { monitors } = await reader.ask('monitors', { now });
      const { subject } = await trouble.act(startMaintenanceAction(body, { monitors, now }));
      const { maintenance } = await reader.ask('maintenance', { now: clock.now() });
      const plan = maintenance.find(({ id }) => id === subject);
      if (plan === undefined) throw new AppError('not_found', 'the maintenance was over before it could be shown');
      return reply.code(201).send({ maintenance: plan });
    },
  );
  const end = {
    tags,
    summary: 'Ends maintenance that was begun by hand',
    params: z.object({ id: z.string().max(100) }),
    body: onlyBy,
    response: { 200: z.object({ changed, id: z.string() }), ...problems },
  };
  app.post('/api/v1/maintenance/:id/end', { onRequest, schema: end }, async ({ params: { id }, body }) => {
    const receipt = await trouble.act({ do: 'end_maintenance', plan: id, by: body?.by ?? BY });
    return { changed: receipt.changed, id };
  });
}

function notificationActions(app: ApiInstance, { reader, clock, trouble }: ActionDeps): void {
  const onRequest = authorizing(trouble);
  const resend = {
    tags: ['trouble'],
    summary: 'Sends a message again that was given up',
    params: numberParams,
    body: onlyBy,
    response: { 200: z.object({ changed, notification: notificationSchema }), ...problems },
  };
  app.post(
    '/api/v1/notifications/:number/resend',
    { onRequest, schema: resend },
    async ({ params: { number }, body }) => {
      const receipt = await trouble.act({ do: 'resend', notification: number, by: body?.by ?? BY });
      const { notification } = await reader.ask('notification', { number, now: clock.now() });
      return { changed: receipt.changed, notification };
    },
  );
  const answer = z.object({
    channel: z.string(),
    outcome: z.enum(['delivered', 'failed', 'refused']),
    detail: z.string().describe('What its service answered'),
    status_code: z.int().nullable(),
    took_ms: z.number(),
  });
  const test = {
    tags: ['trouble'],
    summary: 'Sends a test message and shows the answer',
    params: z.object({ id: z.string().max(100) }),
    response: { 200: answer, ...problems },
  };
  app.post('/api/v1/channels/:id/test', { onRequest, schema: test }, async ({ params: { id } }) => {
    const { outcome, detail, statusCode, tookMs } = await trouble.testChannel(id);
    return { channel: id, outcome, detail, status_code: statusCode, took_ms: tookMs };
  });
}
