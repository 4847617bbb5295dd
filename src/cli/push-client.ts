import type { Milliseconds } from '../core/duration.ts';
import { AppError, errorCode, toError } from '../core/errors.ts';

/** One report for a job. */
export interface ClientReport {
  /** What stands after the token: empty, `/start`, `/fail` or `/<exit status>`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** Where reports go. */
export interface ReportAddress {
  /** Without a slash at its end. */
  readonly server: string;
  readonly token: string;
}

/** How long one report is tried for, and one try of it at most. */
const PATIENCE_MS: Milliseconds = 10_000;
const TRY_MS: Milliseconds = 5000;
const FIRST_PAUSE_MS: Milliseconds = 250;

const HINT = 'Check the address in LONGWATCH_URL or after --url, and that "longwatch serve" runs there.';

/** A try that failed, and whether another one may do better. */
interface Failure {
  readonly error: AppError;
  /** The least time until then, ms; `null` when there is no hope. */
  readonly pause: Milliseconds | null;
}

/**
 * Sends a report, again and again with growing pauses for about ten seconds, or until `signal` says that nobody needs it
 * any more. Throws `server_unreachable`, `server_answer`, `monitor_not_found`, `too_many_reports`, `not_authorised`.
 */
export async function sendReport(address: ReportAddress, report: ClientReport, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const failure = await sendOnce(address, report, Math.min(TRY_MS, until - performance.now()));
    if (failure === undefined) return;
    const wait = failure.pause === null ? Infinity : Math.max(pause, failure.pause);
    if (performance.now() + wait >= until) throw failure.error;
    await pauseFor(wait, signal);
    if (signal?.aborted === true) throw failure.error;
  }
}

async function sendOnce(address: ReportAddress, report: ClientReport, patience: number): Promise<Failure | undefined> {
  const url = new URL(`${address.server}/ping/${encodeURIComponent(address.token)}${report.path}`);
  for (const [name, value] of Object.entries(report.query)) if (value !== undefined) url.searchParams.set(name, value);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: report.text,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      // It takes whole milliseconds alone, and throws on others.
      signal: AbortSignal.timeout(Math.max(1, Math.ceil(patience))),
    });
    return failureOf(url.origin, response, await response.text());
  } catch (thrown) {
    const cause = toError(thrown).cause ?? thrown;
    const reason = errorCode(cause) ?? toError(cause).message;
    const message = `${url.origin} cannot be reached: ${reason}`;
    return { error: new AppError('server_unreachable', message, { hint: HINT, cause: thrown }), pause: 0 };
  }
}

function failureOf(server: string, response: Response, text: string): Failure | undefined {
  const { status } = response;
  // Anybody's login page answers 200 too.
  if (status === 200 && text === 'OK') return undefined;
  if (status === 404 && text.startsWith('no monitor has this token')) {
    const hint = 'Tokens are those of monitors of type push in longwatch.yaml of that server.';
    return {
      error: new AppError('monitor_not_found', `no monitor at ${server} has this token`, { hint }),
      pause: null,
    };
  }
  if (status === 401 || status === 403) {
    return { error: new AppError('not_authorised', `${server} does not let this job report`), pause: null };
  }
  if (status === 429) {
    const pause = Number(response.headers.get('retry-after') ?? 1) * 1000;
    return { error: new AppError('too_many_reports', `${server} takes no more reports for now`), pause };
  }
  const message = `${server} did not answer as a Longwatch server does (HTTP ${status})`;
  return { error: new AppError('server_answer', message, { hint: HINT }), pause: status >= 500 ? 0 : null };
}

async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
