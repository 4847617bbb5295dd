import { AppError, ERROR_CODES, errorCode, toError, type ErrorCode } from '../core/errors.ts';
import type { AvailabilityAnswer } from '../query/availability.ts';
import type { EvidencesAnswer } from '../query/evidence.ts';
import type { InsightsAnswer } from '../query/insights-answer.ts';
import type { LatencyAnswer } from '../query/latency.ts';
import type { MonitorAnswer, MonitorsAnswer } from '../query/monitors.ts';
import type { PeriodReportAnswer } from '../core/period-report.ts';
import type { ReportsAnswer } from '../query/reports.ts';
import type { ResultsAnswer } from '../query/results.ts';
import type { SeriesAnswer } from '../query/series.ts';
import type { SloAnswer } from '../query/slo.ts';
import type { UptimeAnswer } from '../query/uptime.ts';
import type { HistorySource } from './history-source.ts';

/** The server's own bound on a request is 15 s. */
const PATIENCE_MS = 20_000;

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** History from a running server, over its API. Throws `server_unreachable`, `server_answer`, and what it reports. */
export function serverHistory(server: string): HistorySource {
  const api = (path: string, query: Query = {}): URL => {
    const url = new URL(`${server}/api/v1/${path}`);
    for (const [name, given] of Object.entries(query)) {
      for (const value of [given ?? []].flat()) url.searchParams.append(name, value);
    }
    return url;
  };
  const of = (id: string | undefined, question: string): string =>
    id === undefined ? question : `monitors/${encodeURIComponent(id)}/${question}`;
  return {
    monitors: () => fetchAnswer<MonitorsAnswer>(api('monitors'), 'monitors'),
    monitor: (id) => fetchAnswer<MonitorAnswer>(api(`monitors/${encodeURIComponent(id)}`), 'id', isText),
    evidence: (id) => fetchAnswer<EvidencesAnswer>(api(of(id, 'evidence')), 'evidence'),
    reports: (id) => fetchAnswer<ReportsAnswer>(api(of(id, 'reports')), 'reports'),
    results: ({ id, limit, status, reason, location, group, ...rest }) => {
      const lists = { status: status?.join(','), reason: reason?.join(','), location: location?.join(',') };
      const query = { ...rest, ...lists, limit: limit?.toString(), group: group?.toString() };
      return fetchAnswer<ResultsAnswer>(api(of(id, 'results'), query), 'results');
    },
    uptime: ({ id, ...time } = {}) => fetchAnswer<UptimeAnswer>(api(of(id, 'uptime'), { ...time }), 'monitors'),
    latency: ({ id, ...time } = {}) => fetchAnswer<LatencyAnswer>(api(of(id, 'latency'), { ...time }), 'monitors'),
    series: ({ id, ...asked }) => fetchAnswer<SeriesAnswer>(api(of(id, 'series'), { ...asked }), 'points'),
    slo: ({ id, group } = {}) => fetchAnswer<SloAnswer>(api(of(id, 'slo'), { group }), 'objectives'),
    availability: (asked = {}) => fetchAnswer<AvailabilityAnswer>(api('availability', { ...asked }), 'groups'),
    insights: ({ limit, ...time } = {}) =>
      fetchAnswer<InsightsAnswer>(api('insights', { ...time, limit: limit?.toString() }), 'slowest'),
    report: ({ ids, groups, tags, ...words } = {}) => {
      const query = { ...words, id: ids, group: groups, tag: tags };
      return fetchAnswer<PeriodReportAnswer>(api('report', query), 'monitors');
    },
    close: () => undefined,
  };
}

/** Fetches an answer that is an object with a list (or what else it has) under `key`. */
async function fetchAnswer<Answer>(
  url: URL,
  key: string,
  isRight: (value: unknown) => boolean = Array.isArray,
): Promise<Answer> {
  const response = await send(url);
  const body = await readJson(response);
  if (!response.ok) throw problemOf(url, response.status, body);
  if (typeof body === 'object' && body !== null && isRight((body as Record<string, unknown>)[key])) {
    return body as Answer;
  }
  throw notOurs(url, response.status);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

async function send(url: URL): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), headers: { accept: 'application/json' } });
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
  if (status === 401 || status === 403) {
    return new AppError('not_authorised', `${url.origin} does not let this user read history`);
  }
  const { code, detail, hint } = (body ?? {}) as Record<string, unknown>;
  if (typeof detail !== 'string' || !isErrorCode(code)) return notOurs(url, status);
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
