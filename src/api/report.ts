import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseReportPeriod } from '../core/report-period.ts';
import type { PeriodReportTextQuestion } from '../query/period-report-text.ts';
import type { Reader } from '../query/reader.ts';
import type { ApiInstance } from './instance.ts';
import { periodReportSchema } from './period-report-schemas.ts';
import { problemSchema } from './problem.ts';
import { rangeFields } from './range-query.ts';

const several = z
  .union([z.string().max(200), z.array(z.string().max(200)).max(1000)])
  .transform((given) => [given].flat())
  .optional();

const reportFields = {
  ...rangeFields,
  window: rangeFields.window.describe('A window that ends now: `30d`. Last month when nothing is said of the time'),
  id: several.describe('Only these monitors; may stand several times'),
  group: several.describe('Only monitors of these groups; may stand several times'),
  tag: several.describe('Only monitors with one of these tags, `team` or `team=web`; may stand several times'),
};
const reportQuery = z.strictObject(reportFields);
const pageQuery = z.strictObject({
  ...reportFields,
  title: z.string().max(200).optional().describe('What stands at the top of the page'),
});

const tableQuery = z.strictObject({
  ...reportFields,
  rows: z.enum(['monitors', 'incidents']).optional().describe('One line a monitor, which is usual, or one an incident'),
});
const SUMMARY = 'A report about a period: uptime, incidents and percentiles of each monitor';

const textOf = <Type extends string>(type: Type): { content: Record<Type, { schema: z.ZodString }> } => ({
  content: { [type]: { schema: z.string() } } as Record<Type, { schema: z.ZodString }>,
});

/** The page has its styles within and nothing else; whoever gets something into it past us gets no further. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Asked = z.infer<typeof reportQuery> & Pick<PeriodReportTextQuestion, 'as' | 'title'>;

/**
 * What one sends to a customer about a period: as data, as a page, as a table. Each comes as text from the thread that
 * reads history, so that a report of hundreds of monitors takes no time of the event loop.
 */
export function reportRoutes(
  app: ApiInstance,
  { reader, clock }: { readonly reader: Reader; readonly clock: Clock },
): void {
  const ask = ({ id, group, tag, zone = 'UTC', as, title, ...words }: Asked): Promise<string> => {
    const now = clock.now();
    const period = parseReportPeriod(words, now, zone);
    if ('fault' in period) throw new AppError('bad_request', period.fault);
    return reader.ask('report_text', { period, ids: id, groups: group, tags: tag, now, as, title });
  };
  const tags = ['history'];
  const about = { tags, querystring: reportQuery };
  const problems = { 404: problemSchema, 422: problemSchema, 503: problemSchema };
  const json = { 200: periodReportSchema, ...problems };
  app.get('/api/v1/report', { schema: { ...about, summary: SUMMARY, response: json } }, async ({ query }, reply) => {
    const answer = await ask({ ...query, as: 'json' });
    // It is text already, which is sent as it is; the type of the route speaks of what the text says.
    return reply.type('application/json; charset=utf-8').send(answer as never);
  });
  const page = {
    tags,
    querystring: pageQuery,
    summary: 'The same as a page',
    response: { 200: textOf('text/html'), ...problems },
  };
  app.get('/api/v1/report.html', { schema: page }, async ({ query }, reply) => {
    const answer = await ask({ ...query, as: 'html' });
    return reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY).send(answer);
  });
  const table = {
    tags,
    querystring: tableQuery,
    summary: 'The same as a table',
    response: { 200: textOf('text/csv'), ...problems },
  };
  app.get('/api/v1/report.csv', { schema: table }, async ({ query: { rows, ...query } }, reply) => {
    const answer = await ask({ ...query, as: rows === 'incidents' ? 'incidents_csv' : 'csv' });
    return reply.type('text/csv; charset=utf-8').send(answer);
  });
}
