import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { withoutToken } from './without-token.ts';

/** An error answer: RFC 9457 problem details, with the stable code of docs/errors.md. */
export const problemSchema = z
  .object({
    type: z.string().describe('Always about:blank; `code` says which problem it is'),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('A stable code, listed in docs/errors.md'),
    detail: z.string(),
    hint: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

type Problem = z.infer<typeof problemSchema>;

const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  usage: 422,
  bad_request: 422,
  monitor_not_found: 404,
  not_found: 404,
  not_authorised: 401,
  not_allowed: 403,
  db_locked: 503,
  db_missing: 503,
  redis_unreachable: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Answers a request that failed. What is the caller's fault is explained; what is ours is logged and only named. */
export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  if (problem.status >= 500) request.log.error({ err: error }, 'a request failed');
  void reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

function problemOf(error: FastifyError | Error): Problem {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message }) => ({
      path: instancePath.replace(/^\//, '').replaceAll('/', '.'),
      message: message ?? 'is not valid',
    }));
    const detail = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
    return { ...problem(422, 'bad_request', detail), errors };
  }
  if (error instanceof AppError) {
    const made = problem(STATUS_OF_CODE[error.code] ?? 500, error.code, error.message);
    return error.hint === undefined ? made : { ...made, hint: error.hint };
  }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status >= 400 && status < 500) return problem(status, 'bad_request', withoutToken(error.message));
  return problem(500, 'internal', 'Longwatch itself failed; its log says more');
}

/** Makes the answer for a problem found outside a handler: an unknown path, for one. */
export function problem(status: number, code: ErrorCode, detail: string): Problem {
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail };
}
