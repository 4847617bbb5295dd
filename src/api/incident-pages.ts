import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { acknowledgeToken } from '../core/trouble/acknowledge-token.ts';
import type { IncidentReportAnswer } from '../query/trouble/incident.ts';
import type { Reader } from '../query/reader.ts';
import { sameText } from './authorize.ts';
import { acknowledgePage, badLinkPage, INCIDENT_PAGE_POLICY, incidentPage, noIncidentPage } from './incident-markup.ts';
import { numberParams } from './incidents.ts';
import type { ApiInstance } from './instance.ts';
import type { TroubleDeps } from './trouble-deps.ts';

const LONGEST_FORM_BYTES = 4096;
/** Who acknowledged, when they did not say. */
const BY_LINK = 'link';

const pageOf = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });
const tokenQuery = z.object({ token: z.string().max(200).optional() });

interface PageDeps {
  readonly reader: Reader;
  readonly clock: Clock;
}

interface AcknowledgeDeps extends PageDeps {
  readonly trouble: TroubleDeps;
}

/** The page that messages link to: what happened in an incident, for a person. */
export function incidentPageRoute(app: ApiInstance, deps: PageDeps): void {
  const schema = {
    tags: ['trouble'],
    summary: 'An incident, as a page',
    params: numberParams,
    response: { 200: pageOf('The page'), 404: pageOf('There is no such incident') },
  };
  app.get('/incidents/:number', { schema }, async ({ params: { number } }, reply) => {
    const report = await incidentOrNone(deps, number);
    if (report === undefined) return sendPage(reply, 404, noIncidentPage(number));
    return sendPage(reply, 200, incidentPage(report));
  });
}

/**
 * What links to acknowledge open: GET shows a page with a button and changes nothing, because mail scanners follow links;
 * POST acknowledges. The token in the link is all that is needed, and good for this one incident only.
 */
export async function acknowledgeRoutes(app: ApiInstance, deps: AcknowledgeDeps): Promise<void> {
  // Of their own, so that only here a body may be a form.
  await app.register((scope, _options, done) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: LONGEST_FORM_BYTES },
      (_request, body, parsed) => parsed(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    linkRoutes(scope, deps);
    done();
  });
}

function linkRoutes(app: ApiInstance, deps: AcknowledgeDeps): void {
  const { trouble } = deps;
  const url = '/incidents/:number/acknowledge';
  const schema = {
    tags: ['trouble'],
    params: numberParams,
    querystring: tokenQuery,
    response: { 200: pageOf('The page'), 403: pageOf('The link is none that was given out') },
  };
  const linked = async (number: number, token = ''): Promise<IncidentReportAnswer | undefined> =>
    sameText(token, acknowledgeToken(trouble.linkSecret, number)) ? await incidentOrNone(deps, number) : undefined;
  const shown = { ...schema, summary: 'A page with a button that acknowledges an incident' };
  app.get(url, { schema: shown }, async ({ params: { number }, query: { token } }, reply) => {
    const report = await linked(number, token);
    if (report === undefined) return sendPage(reply, 403, badLinkPage());
    return sendPage(reply, 200, acknowledgePage(report.incident, null));
  });
  const body = z.object({ by: z.string().max(100).optional() }).nullish();
  const pressed = { ...schema, summary: 'Acknowledges an incident by its link', body };
  app.post(url, { schema: pressed }, async ({ params: { number }, query: { token }, body }, reply) => {
    const before = await linked(number, token);
    if (before === undefined) return sendPage(reply, 403, badLinkPage());
    if (!before.incident.open) return sendPage(reply, 200, acknowledgePage(before.incident, null));
    const by = body?.by?.trim() || BY_LINK;
    const receipt = await trouble.act({ do: 'acknowledge', incident: number, by, note: null });
    const after = (await incidentOrNone(deps, number)) ?? before;
    return sendPage(reply, 200, acknowledgePage(after.incident, receipt));
  });
}

async function incidentOrNone({ reader, clock }: PageDeps, number: number): Promise<IncidentReportAnswer | undefined> {
  try {
    return await reader.ask('incident', { number, now: clock.now() });
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
}

function sendPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({ 'content-security-policy': INCIDENT_PAGE_POLICY, 'x-robots-tag': 'noindex' })
    .send(page);
}
