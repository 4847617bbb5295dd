import type { Attempt } from '../../../core/evidence.ts';
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
  const usual = usualRequest(monitor, context);
  let hop: Hop = { url: readable.parsed, method: monitor.method, body: monitor.body };
  const { origin } = hop.url;
  let from: AddressClass | null = null;
  let attempts: readonly Attempt[] = [];
  let traceId: string | null = null;
  for (let followed = 0; ; followed++) {
    const url = followed === 0 ? monitor.url : hop.url.href.replace(/#.*$/s, '');
    const atHome = hop.url.origin === origin;
    const headers = headersOf(monitor, hop, atHome, carried);
    const body = hop.body === null ? null : bodyText(hop.body);
    const connectTo = atHome ? monitor.connect_to : null;
    const request = { ...usual, url: hop.url, method: hop.method, body, headers, from, connectTo };
    const result = await exchange(request, net);
    attempts = attempts.length === 0 ? result.attempts : [...attempts, ...result.attempts];
    if (atHome && result.sent) ({ traceId } = carried);
    const answer: Answer = { url, followed, result, head: hop.method === 'HEAD' };
    const seen = (failure: Failure | null): Seen => ({
      ...seenOf(answer, context),
      failure,
      findings: [],
      attempts,
      traceId,
    });
    const { statusCode } = result;
    if (result.failure !== null || statusCode === null) return seen(result.failure);
    if (!usual.endsAtHeaders(statusCode)) {
      return { ...seenOf(answer, context), failure: null, attempts, traceId, ...judgeAnswer(monitor, answer, context) };
    }
    const { location } = result.headers;
    const next = nextHop(hop, statusCode, [location].flat()[0] ?? null);
    if ('reason' in next) return seen(next);
    if (followed === monitor.follow_redirects) {
      return seen(failure('redirect_limit', `${followed} followed`));
    }
    hop = next;
    from = result.addressClass;
  }
}

/** What all requests of one check have in common. */
function usualRequest(monitor: HttpMonitor, { evidence }: ProbeContext) {
  const { expect } = monitor;
  return {
    ipVersion: monitor.ip_version,
    resolver: monitor.resolver,
    tls: monitor.tls,
    httpVersion: monitor.http_version,
    proxy: monitor.proxy,
    maxBody: monitor.max_body,
    keepsBody: expect.body !== null || expect.json.length > 0,
    keepsCertificates: evidence || expect.certificate !== null,
    keepsDetails: evidence || expect.http_version.length > 0,
    endsAtHeaders: (status: number): boolean => monitor.follow_redirects > 0 && isRedirect(status),
  } satisfies Partial<ExchangeRequest>;
}

/** What an answer shows by itself; its failure, its findings and what is summed up over all hops come to it. */
function seenOf({ url, followed, result }: Answer, { evidence }: ProbeContext) {
  const { statusCode, address, certificates } = result;
  const seen = { statusCode, finalUrl: url, address, certificates };
  return evidence ? { ...seen, facts: factsOf(result, followed) } : seen;
}

/** Nothing was asked of the target. */
export function nothingAsked(failure: Failure): Seen {
  return { failure, findings: [], address: null, attempts: [] };
}
