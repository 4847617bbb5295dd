import { type Attempt, NO_EVIDENCE } from '../../../core/evidence.ts';
import type { HttpMonitor } from '../../../core/monitor/http.ts';
import { bodyText } from '../../../core/monitor/request-body.ts';
import { readTargetUrl } from '../../../core/monitor/target-url.ts';
import type { AddressClass } from '../../../net/address-guard.ts';
import { exchange, type ExchangeRequest } from '../../../net/exchange.ts';
import { failure, failureSaying, type Failure } from '../../../net/failure.ts';
import type { NetContext } from '../../../net/reach.ts';
import type { ProbeContext, Seen } from '../probe.ts';
import { isRedirect, nextHop, type Hop } from '../redirect.ts';
import { factsOf } from './facts.ts';
import { judgeAnswer, type Answer } from './judge-answer.ts';
import { headersOf, sendsTrace, type Carried } from './request-headers.ts';

const NOT_JUDGED: Pick<Seen, 'findings' | 'laterFindings'> = { findings: [], laterFindings: undefined };

/** Request after request, until an answer that is no redirect to be followed; judges it. */
export async function follow(
  monitor: HttpMonitor,
  context: ProbeContext,
  net: NetContext,
  authorization: string | null,
): Promise<Seen> {
  const readable = readTargetUrl(monitor.url);
  if ('fault' in readable) return nothingAsked(failureSaying('invalid_url', `the URL ${readable.fault}`));
  const carried: Carried = { authorization, traceId: sendsTrace(monitor) ? context.traceId : null };
  let hop: Hop = { url: readable.parsed, method: monitor.method, body: monitor.body };
  const { origin } = hop.url;
  let from: AddressClass | null = null;
  let attempts: readonly Attempt[] = [];
  let traceId: string | null = null;
  const endsAtHeaders = (status: number): boolean => monitor.follow_redirects > 0 && isRedirect(status);
  for (let followed = 0; ; followed++) {
    const url = followed === 0 ? monitor.url : hop.url.href.replace(/#.*$/s, '');
    const atHome = hop.url.origin === origin;
    const headers = headersOf(monitor, hop, atHome, carried);
    const result = await exchange(requestFor(monitor, context, { hop, headers, from, atHome, endsAtHeaders }), net);
    attempts = attempts.length === 0 ? result.attempts : [...attempts, ...result.attempts];
    if (atHome && result.sent) ({ traceId } = carried);
    const answer: Answer = { url, followed, result, head: hop.method === 'HEAD' };
    const { statusCode } = result;
    const judged =
      result.failure === null && statusCode !== null && !endsAtHeaders(statusCode)
        ? judgeAnswer(monitor, answer, context)
        : NOT_JUDGED;
    const seen = (failure: Failure | null): Seen => ({
      failure,
      findings: judged.findings,
      laterFindings: judged.laterFindings,
      statusCode,
      finalUrl: url,
      address: result.address,
      certificates: result.certificates,
      attempts,
      traceId,
      facts: context.evidence ? factsOf(result, followed) : NO_EVIDENCE.facts,
    });
    if (result.failure !== null || statusCode === null || judged !== NOT_JUDGED) return seen(result.failure);
    const location = [result.headers.get('location')].flat()[0] ?? null;
    const next = nextHop(hop, statusCode, location);
    if ('reason' in next) return seen(next);
    if (followed === monitor.follow_redirects) {
      return seen(failure('redirect_limit', `${followed} followed`));
    }
    hop = next;
    from = result.addressClass;
  }
}

/** What is particular to one request of a check. */
interface OneHop extends Pick<ExchangeRequest, 'headers' | 'from' | 'endsAtHeaders'> {
  readonly hop: Hop;
  readonly atHome: boolean;
}

/** Key by key, here and above: in code that has not run often a spread costs more than all the rest of it. */
function requestFor(monitor: HttpMonitor, { evidence }: ProbeContext, one: OneHop): ExchangeRequest {
  const { expect } = monitor;
  const { hop, headers, from, atHome, endsAtHeaders } = one;
  return {
    url: hop.url,
    method: hop.method,
    headers,
    body: hop.body === null ? null : bodyText(hop.body),
    from,
    ipVersion: monitor.ip_version,
    resolver: monitor.resolver,
    tls: monitor.tls,
    httpVersion: monitor.http_version,
    proxy: monitor.proxy,
    connectTo: atHome ? monitor.connect_to : null,
    maxBody: monitor.max_body,
    keepsBody: expect.body !== null || expect.json.length > 0,
    keepsCertificates: evidence || expect.certificate !== null,
    keepsDetails: evidence || expect.http_version.length > 0,
    endsAtHeaders,
  };
}

/** Nothing was asked of the target. */
export function nothingAsked(failure: Failure): Seen {
  return { failure, findings: [], address: null, attempts: [] };
}
