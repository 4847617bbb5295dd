import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { NOTIFICATION_STATES } from '../core/notify/notification-state.ts';
import { INCIDENT_KINDS } from '../core/trouble/incident.ts';
import type { Reader } from '../query/reader.ts';
import { readIncidents, readStorms } from '../query/trouble/asked-trouble.ts';
import { MOST_INCIDENTS } from '../query/trouble/incidents.ts';
import { MOST_NOTIFICATIONS } from '../query/trouble/notifications.ts';
import type { ApiInstance } from './instance.ts';
import {
  channelsSchema,
  explanationSchema,
  maintenanceSchema,
  notificationReportSchema,
  notificationsSchema,
} from './notification-schemas.ts';
import { problemSchema } from './problem.ts';
import { incidentReportSchema, incidentsSchema, stormsSchema } from './trouble-schemas.ts';

/** The number of an incident or of a notification in a path. */
export const numberParams = z.object({ number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });

const moment = z.string().max(50).optional();
const cursor = z.string().max(200).optional().describe('`next_cursor` of the answer before');
const noQuery = z.strictObject({});

const incidentsQuery = z.strictObject({
  open: z.enum(['true', 'false']).optional().describe('Only those that are open, or only those that are over'),
  monitor: z.string().max(100).optional(),
  status: z.string().max(100).optional().describe('Only those that are one of these at their worst: `down,flapping`'),
  since: moment.describe('Only those that were not over before: a duration ago (`1h`), a date, or RFC 3339'),
  until: moment.describe('Only those that began before'),
  limit: z.coerce.number().int().min(1).max(MOST_INCIDENTS).optional(),
  cursor,
});

const notificationsQuery = z.strictObject({
  state: z.string().max(100).optional().describe('Only these: `dead`, `waiting,ready`'),
  channel: z.string().max(100).optional(),
  incident: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(MOST_NOTIFICATIONS).optional(),
  cursor,
});

const problems = { 404: problemSchema, 422: problemSchema, 503: problemSchema };

interface TroubleRoutesDeps {
  readonly reader: Reader;
  readonly clock: Clock;
}

/** What went wrong, and who was told: the answers of the query room, as they are. */
export function troubleRoutes(app: ApiInstance, deps: TroubleRoutesDeps): void {
  incidentRoutes(app, deps);
  notificationRoutes(app, deps);
  planRoutes(app, deps);
}

function incidentRoutes(app: ApiInstance, { reader, clock }: TroubleRoutesDeps): void {
  const list = { querystring: incidentsQuery, response: { 200: incidentsSchema, ...problems } };
  app.get('/api/v1/incidents', { schema: about('Incidents, newest first', list) }, ({ query }) => {
    const { open, status, ...rest } = query;
    const asked = {
      ...rest,
      open: open === undefined ? undefined : open === 'true',
      status: readList('status', status, INCIDENT_KINDS),
    };
    return reader.ask('incidents', readIncidents(asked, clock.now()));
  });
  const one = { params: numberParams, querystring: noQuery, response: { 200: incidentReportSchema, ...problems } };
  app.get(
    '/api/v1/incidents/:number',
    { schema: about('One incident: timeline, evidence, notifications, and the storm it is part of', one) },
    ({ params: { number } }) => reader.ask('incident', { number, now: clock.now() }),
  );
  const storms = {
    querystring: z.strictObject({
      since: moment.describe('Only those with an incident that was not over before; seven days ago when left out'),
      until: moment.describe('Only those with an incident that began before'),
    }),
    response: { 200: stormsSchema, ...problems },
  };
  app.get('/api/v1/storms', { schema: about('Incidents that belong together, newest first', storms) }, ({ query }) =>
    reader.ask('storms', readStorms(query, clock.now())),
  );
}

function notificationRoutes(app: ApiInstance, { reader, clock }: TroubleRoutesDeps): void {
  const list = { querystring: notificationsQuery, response: { 200: notificationsSchema, ...problems } };
  app.get('/api/v1/notifications', { schema: about('Messages and their fate, newest first', list) }, ({ query }) => {
    const { state, ...rest } = query;
    const asked = { ...rest, state: readList('state', state, NOTIFICATION_STATES) };
    return reader.ask('notifications', { ...asked, now: clock.now() });
  });
  const one = { params: numberParams, querystring: noQuery, response: { 200: notificationReportSchema, ...problems } };
  app.get(
    '/api/v1/notifications/:number',
    { schema: about('One message, and each attempt to deliver it', one) },
    ({ params: { number } }) => reader.ask('notification', { number, now: clock.now() }),
  );
}

function planRoutes(app: ApiInstance, { reader, clock }: TroubleRoutesDeps): void {
  const channels = { querystring: noQuery, response: { 200: channelsSchema, ...problems } };
  app.get('/api/v1/channels', { schema: about('The channels and how they fare', channels) }, () =>
    reader.ask('channels', { now: clock.now() }),
  );
  const maintenance = { querystring: noQuery, response: { 200: maintenanceSchema, ...problems } };
  app.get('/api/v1/maintenance', { schema: about('Maintenance that is now or comes', maintenance) }, () =>
    reader.ask('maintenance', { now: clock.now() }),
  );
  const explanation = {
    params: z.object({ id: z.string().max(100) }),
    querystring: noQuery,
    response: { 200: explanationSchema, ...problems },
  };
  app.get(
    '/api/v1/monitors/:id/notify',
    { schema: about('Who would be told what of a monitor and when, and why not', explanation) },
    ({ params: { id } }) => reader.ask('notify_explanation', { id, now: clock.now() }),
  );
}

function about<S extends object>(summary: string, schema: S): S & { tags: string[]; summary: string } {
  return { tags: ['trouble'], summary, ...schema };
}

function readList<Word extends string>(
  name: string,
  text: string | undefined,
  known: readonly Word[],
): Word[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(',').map((word) => known.find((each) => each === word.trim()));
  if (words.every((word) => word !== undefined)) return words;
  throw new AppError('bad_request', `${name}: "${text}" is not a list of what there is`, {
    hint: `There are: ${known.join(', ')}.`,
  });
}
