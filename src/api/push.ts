import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { messageFrom, type IncomingReport, type ReportFate, type ReportTaker } from '../core/push-report.ts';
import type { ApiInstance } from './instance.ts';
import type { Reader } from '../query/reader.ts';
import { problemSchema } from './problem.ts';
import { readReportBody } from './report-body.ts';
import { reportsSchema } from './report-schemas.ts';

const token = z.string();
const report = z.string().describe('`start`, `fail`, `log`, or the exit status of the job: 0 to 255');
const body = z.string().describe('What the job has to say; 10 KB of it are kept').nullish();
const query = z.object({
  msg: z.string().optional().describe('A sentence for people'),
  rid: z.uuid().optional().describe('Tells runs apart that go on at the same time: the same in start and end'),
  run_ms: z
    .string()
    .max(30)
    .optional()
    .describe('How long the run took, when the job measured it; else from its start'),
});
const kumaQuery = z.object({
  status: z.string().max(100).optional().describe('`down` for a failure; anything else is a success'),
  msg: z.string().optional(),
  ping: z.string().max(100).optional().describe('How long the run took, ms; ignored when it is no number'),
});
const kumaAnswer = z.object({ ok: z.boolean(), msg: z.string().optional() });
/** An answer in a few words. */
const plain = (description: string) => ({ description, content: { 'text/plain': { schema: z.string() } } });
const plainAnswers = {
  200: plain('The report was taken: `OK`'),
  404: plain('No monitor has this token, or what follows it means nothing'),
  429: plain('Too many reports; `Retry-After` says when there is room for one'),
  503: plain('The report cannot be kept'),
};

const KUMA_NO_MONITOR = 'Monitor not found or not active.';
const NO_MONITOR = 'no monitor has this token\n';
const LONGEST_RUN_MS = 400 * 86_400_000;

interface PushRoutesDeps {
  readonly taker: ReportTaker;
  readonly reader: Reader;
}

/**
 * Where jobs report by themselves: the addresses of healthchecks.io, and the one of Uptime Kuma for jobs that move here.
 * GET and HEAD report too, which is the convention: a job has nothing but a URL and whatever fetches it.
 */
export async function pushRoutes(app: ApiInstance, { taker, reader }: PushRoutesDeps): Promise<void> {
  app.get(
    '/api/v1/monitors/:id/reports',
    {
      schema: {
        tags: ['push'],
        summary: 'The newest reports of a job, newest first',
        params: z.object({ id: z.string().max(100) }),
        querystring: z.strictObject({}),
        response: { 200: reportsSchema, 404: problemSchema, 422: problemSchema, 503: problemSchema },
      },
    },
    ({ params: { id } }) => reader.ask('reports', { id }),
  );
  // Of their own, so that only here a body may be of any type.
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', readReportBody);
    scope.addHook('onRequest', (request, _reply, next) => {
      // Whatever a job calls its words, and also when that is no type at all: they are text here.
      if (request.headers['content-type'] !== undefined) request.headers['content-type'] = 'text/plain';
      next();
    });
    pingRoutes(scope, taker);
    kumaRoutes(scope, taker);
    done();
  });
}

function pingRoutes(app: ApiInstance, taker: ReportTaker): void {
  const ended = { summary: 'A run ended well', params: z.object({ token }) };
  const said = {
    summary: `A run began, failed or ended, or has something to say`,
    params: z.object({ token, report }),
  };
  // A schema of a body is only allowed where there can be one.
  for (const [method, more] of [
    [['GET', 'HEAD'], {}],
    [['POST'], { body }],
  ] as const) {
    const shared = { tags: ['push'], querystring: query, response: plainAnswers, ...more };
    app.route({
      method: [...method],
      url: '/ping/:token',
      schema: { ...shared, ...ended },
      handler: (request, reply) => takeReport(request, reply, { taker, token: request.params.token, word: 'success' }),
    });
    app.route({
      method: [...method],
      url: '/ping/:token/:report',
      schema: { ...shared, ...said },
      handler: (request, reply) => {
        const { token, report } = request.params;
        return takeReport(request, reply, { taker, token, word: report });
      },
    });
  }
}

interface Wanted {
  readonly taker: ReportTaker;
  readonly token: string;
  /** What stands after the token. */
  readonly word: string;
}

/** A report as the routes above read it. */
interface ReportRequest {
  readonly query: z.infer<typeof query>;
  readonly body: unknown;
}

async function takeReport(request: ReportRequest, reply: FastifyReply, wanted: Wanted): Promise<string> {
  const what = meaningOf(wanted.word);
  void reply.type('text/plain; charset=utf-8');
  if (what === undefined) {
    void reply.code(404);
    return 'after the token comes nothing, start, fail, log or an exit status from 0 to 255\n';
  }
  const { msg = '', rid = null, run_ms } = request.query;
  const text = typeof request.body === 'string' ? request.body : '';
  const message = messageFrom(msg) ?? messageFrom(text);
  const fate = await wanted.taker.take(wanted.token, { ...what, run: rid, runMs: readDuration(run_ms), message, text });
  void reply.code(statusOf(fate, reply));
  return fate.fate === 'taken' ? 'OK' : wordsOf(fate);
}

function kumaRoutes(app: ApiInstance, taker: ReportTaker): void {
  const schema = {
    tags: ['push'],
    summary: 'A run ended: the address that Uptime Kuma gives to its push monitors',
    params: z.object({ token }),
    querystring: kumaQuery,
    response: { 200: kumaAnswer, 404: kumaAnswer, 429: kumaAnswer, 503: kumaAnswer },
  };
  for (const [method, more] of [
    ['GET', {}],
    ['POST', { body }],
  ] as const) {
    app.route({
      method,
      url: '/api/push/:token',
      schema: { ...schema, ...more },
      handler: async (request, reply) => {
        const { status, msg = '', ping } = request.query;
        const fate = await taker.take(request.params.token, {
          kind: status === 'down' ? 'fail' : 'success',
          exitStatus: null,
          run: null,
          runMs: readDuration(ping),
          message: messageFrom(msg),
          text: typeof request.body === 'string' ? request.body : '',
        });
        if (fate.fate === 'taken') return { ok: true };
        void reply.code(statusOf(fate, reply));
        return { ok: false, msg: fate.fate === 'unknown_token' ? KUMA_NO_MONITOR : wordsOf(fate).trim() };
      },
    });
  }
}

/** What the word after a token means; `undefined` for none that there is. */
function meaningOf(word: string): Pick<IncomingReport, 'kind' | 'exitStatus'> | undefined {
  if (word === 'success' || word === 'start' || word === 'fail' || word === 'log') {
    return { kind: word, exitStatus: null };
  }
  const exitStatus = /^\d{1,3}$/.test(word) ? Number(word) : Infinity;
  if (exitStatus > 255) return undefined;
  return { kind: exitStatus === 0 ? 'success' : 'fail', exitStatus };
}

function statusOf(fate: ReportFate, reply: FastifyReply): 200 | 404 | 429 | 503 {
  switch (fate.fate) {
    case 'taken':
      return 200;
    case 'unknown_token':
      return 404;
    case 'too_many':
      reply.header('retry-after', fate.retryAfter);
      return 429;
    case 'not_kept':
      return 503;
  }
}

function wordsOf({ fate }: ReportFate): string {
  if (fate === 'unknown_token') return NO_MONITOR;
  return fate === 'too_many' ? 'too many reports; this one was not taken\n' : 'this report cannot be kept; try again\n';
}

/** A duration in ms as a person or a script writes it; `null` when it is none. */
function readDuration(text: string | undefined): number | null {
  const duration = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return duration >= 0 && duration <= LONGEST_RUN_MS ? duration : null;
}
