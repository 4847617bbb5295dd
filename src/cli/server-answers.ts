import { AppError, ERROR_CODES, errorCode, toError, type ErrorCode } from '../core/errors.ts';

/** The server's own bound on a request is 15 s. */
const PATIENCE_MS = 20_000;

/** What stands after the question mark; lists are repeated. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Where a question or an action of the API of a server is. */
export function apiUrl(server: string, path: string, query: Query = {}): URL {
  const url = new URL(`${server}/api/v1/${path}`);
  for (const [name, given] of Object.entries(query)) {
    for (const value of [given ?? []].flat()) url.searchParams.append(name, value);
  }
  return url;
}

/** What is sent beside the address. */
export interface ServerRequest {
  /** Sent with POST, as JSON. */
  readonly body: object;
  /** `null` when there is none. */
  readonly token: string | null;
}

/**
 * Fetches an answer: an object that has something under `key`. Throws `server_unreachable`, `server_answer`,
 * `not_authorised`, and what the server reports.
 */
export async function fetchAnswer<Answer>(url: URL, key: string, request?: ServerRequest): Promise<Answer> {
  const response = await send(url, request);
  const body = await readJson(response);
  if (!response.ok) throw problemOf(url, response.status, body);
  if (typeof body === 'object' && body !== null && Object.hasOwn(body, key)) return body as Answer;
  throw notOurs(url, response.status);
}

async function send(url: URL, request: ServerRequest | undefined): Promise<Response> {
  const accept = { accept: 'application/json' };
  const posted = request && {
    method: 'POST',
    body: JSON.stringify(request.body),
    headers: {
      ...accept,
      'content-type': 'application/json',
      ...(request.token === null ? {} : { authorization: `Bearer ${request.token}` }),
    },
    // The token is for this server, and not for wherever it points to.
    redirect: 'error' as const,
  };
  try {
    return await fetch(url, { headers: accept, ...posted, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (thrown) {
    const cause = toError(thrown).cause ?? thrown;
    const reason = errorCode(cause) ?? toError(cause).message;
    throw new AppError('server_unreachable', `${url.origin} cannot be reached: ${reason}`, {
      hint: 'Check the address after --server, and that "longwatch serve" runs there.',
      cause: thrown,
    });
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // A proxy's page, most likely; the status says what can be said.
    return undefined;
  }
}

function problemOf(url: URL, status: number, body: unknown): AppError {
  const { code, detail, hint } = (body ?? {}) as Record<string, unknown>;
  if (typeof detail !== 'string' || !isErrorCode(code)) {
    if (status !== 401 && status !== 403) return notOurs(url, status);
    // A proxy before it, most likely.
    return new AppError('not_authorised', `${url.origin} does not let this user in`);
  }
  return new AppError(code === 'internal' ? 'server_answer' : code, detail, typeof hint === 'string' ? { hint } : {});
}

function notOurs(url: URL, status: number): AppError {
  return new AppError('server_answer', `${url.origin} did not answer as a Longwatch server does (HTTP ${status})`, {
    hint: 'Is this the address of Longwatch itself, and is it as new as this program?',
  });
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}
