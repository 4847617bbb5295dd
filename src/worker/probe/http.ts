import { type Finding, findingsOf } from '../../core/expect/finding.ts';
import { formatStatusRange, type StatusRange } from '../../core/expect/status-range.ts';
import type { HttpMonitor } from '../../core/monitor/http.ts';
import { bodyText } from '../../core/monitor/request-body.ts';
import { readTargetUrl } from '../../core/monitor/target-url.ts';
import type { Outcome } from '../../core/outcome.ts';
import { VERSION } from '../../core/version.ts';
import type { AddressClass } from '../../net/address-guard.ts';
import { exchange, type ExchangeResult } from '../../net/exchange.ts';
import { failure, failureSaying, type Failure } from '../../net/failure.ts';
import type { NetContext } from '../../net/reach.ts';
import { observe, type ProbeContext, type Seen } from './probe.ts';
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

/**
 * Probes an HTTP target: a fresh connection for each request, redirects followed by hand, every address vetted, all
 * within one deadline. Up when the final answer came whole and is as expected.
 */
export function probeHttp(monitor: HttpMonitor, context: ProbeContext): Promise<Outcome> {
  return observe(monitor, context, (net) => follow(monitor, context, net));
}

/** Request after request, until an answer that is no redirect to be followed; judges it. */
async function follow(monitor: HttpMonitor, { evidence }: ProbeContext, net: NetContext): Promise<Seen> {
  const readable = readTargetUrl(monitor.url);
  if ('fault' in readable) return nothingAsked(failureSaying('invalid_url', `the URL ${readable.fault}`));
  let hop: Hop = { url: new URL(readable.url), method: monitor.method, body: monitor.body };
  const { origin } = hop.url;
  let from: AddressClass | null = null;
  const endsAtHeaders = (status: number): boolean => monitor.follow_redirects > 0 && isRedirect(status);
  for (let followed = 0; ; followed++) {
    const url = followed === 0 ? monitor.url : hop.url.href.replace(/#.*$/s, '');
    const request = {
      url: hop.url,
      method: hop.method,
      body: hop.body === null ? null : bodyText(hop.body),
      headers: headersFor(monitor, hop, origin),
      from,
      ipVersion: monitor.ip_version,
      resolver: monitor.resolver,
      tls: monitor.tls,
      maxBody: monitor.max_body,
      keepsBody: false,
      keepsCertificates: evidence,
      endsAtHeaders,
    };
    const result = await exchange(request, net);
    const { statusCode } = result;
    if (result.failure !== null || statusCode === null) return seen(url, result, result.failure);
    if (!endsAtHeaders(statusCode)) return { ...seen(url, result, null), findings: judgeStatus(statusCode, monitor) };
    const { location } = result.headers;
    const next = nextHop(hop, statusCode, [location].flat()[0] ?? null);
    if ('reason' in next) return seen(url, result, next);
    if (followed === monitor.follow_redirects) {
      return seen(url, result, failure('redirect_limit', `${followed} followed`));
    }
    hop = next;
    from = result.addressClass;
  }
}

function seen(finalUrl: string, result: ExchangeResult, failure: Failure | null): Seen {
  const { statusCode, address, attempts, certificates } = result;
  return { failure, findings: [], statusCode, finalUrl, address, attempts, certificates };
}

function nothingAsked(failure: Failure): Seen {
  return { failure, findings: [], address: null, attempts: [] };
}

/** The configured headers go to the configured origin alone: they may hold secrets. */
function headersFor(monitor: HttpMonitor, hop: Hop, origin: string): readonly string[] {
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

function judgeStatus(statusCode: number, { expect }: HttpMonitor): readonly Finding[] {
  const ok = expect.status.some(([from, to]) => statusCode >= from && statusCode <= to);
  const expectation = { what: 'status', reason: 'status_unexpected', severity: 'down' } as const;
  return findingsOf(expectation, String(statusCode), [{ ok, expected: listRanges(expect.status) }]);
}

function listRanges(ranges: readonly StatusRange[]): string {
  return ranges.map(formatStatusRange).join(', ');
}
