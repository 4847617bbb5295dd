import type { Monitor, StatusRange } from '../../core/monitor.ts';
import type { Outcome } from '../../core/outcome.ts';
import { blameOf } from '../../core/reasons.ts';
import { formatStatusRange } from '../../core/status-range.ts';
import { readTargetUrl } from '../../core/target-url.ts';
import { VERSION } from '../../core/version.ts';
import type { AddressClass } from '../../net/address-guard.ts';
import { Deadline } from '../../net/deadline.ts';
import type { DialContext } from '../../net/dial.ts';
import { exchange, type ExchangeResult } from '../../net/exchange.ts';
import { failure, failureSaying, type Failure } from '../../net/failure.ts';
import { PhaseTimer } from '../../net/phase-timer.ts';
import type { ProbeDeps } from './probe.ts';
import { isRedirect, nextHop, type Hop } from './redirect.ts';

/** What every request says of itself, unless the monitor's own headers say otherwise; names and values in turn. */
const OWN_HEADERS: readonly string[] = [
  'user-agent',
  `longwatch/${VERSION} (uptime monitor)`,
  'accept',
  '*/*',
  'accept-encoding',
  'identity',
];

/** What the last exchange saw, and where. */
interface Seen {
  /** `null` when nothing was asked. */
  readonly url: string | null;
  readonly result: ExchangeResult;
}

/**
 * Probes an HTTP target: a fresh connection for each request, redirects followed by hand, every address vetted, all
 * within one deadline. Up when the final answer has an expected status code and came whole.
 */
export async function probeHttp(monitor: Monitor, { clock, network }: ProbeDeps): Promise<Outcome> {
  const startedAt = clock.now();
  const started = clock.monotonic();
  const phases = new PhaseTimer(clock);
  const deadline = new Deadline(clock, monitor.timeout);
  try {
    const seen = await follow(monitor, { network, deadline, phases });
    const { failure, statusCode, address } = seen.result;
    return {
      status: failure === null ? 'up' : blameOf(failure.reason) === 'target' ? 'down' : 'unknown',
      reason: failure?.reason ?? null,
      message: failure?.message ?? null,
      statusCode,
      finalUrl: seen.url,
      address,
      startedAt,
      durationMs: clock.monotonic() - started,
      phases: phases.finish(),
    };
  } finally {
    deadline.clear();
  }
}

/** Request after request, until an answer that is no redirect to be followed; judges it. */
async function follow(monitor: Monitor, context: DialContext): Promise<Seen> {
  const readable = readTargetUrl(monitor.url);
  if ('fault' in readable) return { url: null, result: refused(`the URL ${readable.fault}`) };
  let hop: Hop = { url: new URL(readable.url), method: monitor.method, body: monitor.body };
  const { origin } = hop.url;
  let from: AddressClass | null = null;
  for (let followed = 0; ; followed++) {
    const url = followed === 0 ? monitor.url : hop.url.href.replace(/#.*$/s, '');
    const headers = headersFor(monitor, hop, origin);
    const endsAtHeaders = (status: number): boolean => monitor.follow_redirects > 0 && isRedirect(status);
    const result = await exchange({ ...hop, headers, from, endsAtHeaders }, context);
    const { statusCode } = result;
    if (result.failure !== null || statusCode === null) return { url, result };
    if (!endsAtHeaders(statusCode)) return { url, result: { ...result, failure: judge(statusCode, monitor) } };
    const next = nextHop(hop, statusCode, result.location);
    if ('reason' in next) return { url, result: { ...result, failure: next } };
    if (followed === monitor.follow_redirects) {
      return { url, result: { ...result, failure: failure('redirect_limit', `${followed} followed`) } };
    }
    hop = next;
    from = result.addressClass;
  }
}

/** The configured headers go to the configured origin alone: they may hold secrets. */
function headersFor(monitor: Monitor, hop: Hop, origin: string): readonly string[] {
  const names = Object.keys(monitor.headers);
  if (names.length === 0 || hop.url.origin !== origin) return OWN_HEADERS;
  const configured = new Set(names.map((name) => name.toLowerCase()));
  const headers = OWN_HEADERS.filter((_, place) => !configured.has(OWN_HEADERS[place - (place % 2)] ?? ''));
  for (const [name, value] of Object.entries(monitor.headers)) {
    // A body that was left behind takes its description along.
    if (monitor.body !== null && hop.body === null && name.toLowerCase().startsWith('content-')) continue;
    headers.push(name, value);
  }
  return headers;
}

function judge(statusCode: number, monitor: Monitor): Failure | null {
  const expected = monitor.expect.status;
  if (expected.some(([from, to]) => statusCode >= from && statusCode <= to)) return null;
  return failureSaying('status_unexpected', `got ${statusCode}, expected ${listRanges(expected)}`);
}

function listRanges(ranges: readonly StatusRange[]): string {
  return ranges.map(formatStatusRange).join(', ');
}

function refused(fault: string): ExchangeResult {
  const why = failureSaying('invalid_url', fault);
  return { failure: why, statusCode: null, location: null, address: null, addressClass: null };
}
