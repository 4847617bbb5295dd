import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseReportPeriod } from '../core/report-period.ts';
import type { PeriodReportAnswer } from '../query/period-report-answer.ts';
import type { Reader } from '../query/reader.ts';
import { reportCsv } from '../report/report-csv.ts';
import { reportPage } from '../report/page.ts';
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

const text = <Type extends string>(type: Type) => ({
  content: { [type]: { schema: z.string() } } as Record<Type, { schema: z.ZodString }>,
});

/** The page has its styles within and nothing else; whoever gets something into it past us gets no further. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What one sends to a customer about a period: as data, as a page, as a table. */
export function reportRoutes(
  app: ApiInstance,
  { reader, clock }: { readonly reader: Reader; readonly clock: Clock },
): void {
  const ask = ({
    id,
    group,
    tag,
    zone = 'UTC',
    ...words
  }: z.infer<typeof reportQuery>): Promise<PeriodReportAnswer> => {
    const now = clock.now();
    const period = parseReportPeriod(words, now, zone);
    if ('fault' in period) throw new AppError('bad_request', period.fault);
    return reader.ask('report', { period, ids: id, groups: group, tags: tag, now });
  };
  const problems = { 404: problemSchema, 422: problemSchema, 503: problemSchema };
  const about = { tags: ['history'], querystring: reportQuery };
  app.get(
    '/api/v1/report',
    {
      schema: {
        ...about,
        summary: 'A report about a period: uptime, incidents and percentiles of each monitor',
        response: { 200: periodReportSchema, ...problems },
      },
    },
    (request) => ask(request.query),
  );
  app.get(
    '/api/v1/report.html',
    {
      schema: {
        ...about,
        querystring: pageQuery,
        summary: 'The same as a page to print or to send',
        response: { 200: text('text/html'), ...problems },
      },
    },
    async (request, reply) => {
      const { title, ...query } = request.query;
      const page = reportPage(await ask(query), { title });
      return reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY).send(page);
    },
  );
  app.get(
    '/api/v1/report.csv',
    {
      schema: {
        ...about,
        summary: 'The same as a table (RFC 4180), one line a monitor',
        response: { 200: text('text/csv'), ...problems },
      },
    },
    async (request, reply) => reply.type('text/csv; charset=utf-8').send(reportCsv(await ask(request.query))),
  );
}
