import type { Network } from '../net/network.ts';
import { Deadline } from '../net/deadline.ts';
import { exchange, type ExchangeRequest } from '../net/exchange.ts';
import { PhaseTimer } from '../net/phase-timer.ts';
import type { ResponseHeaders } from '../net/response-headers.ts';
import type { Milliseconds } from '../core/duration.ts';
import { VERSION } from '../core/version.ts';
import type { ServiceAnswer, ServiceRequest } from './contract.ts';

/** What one request may take from the look-up of the name to the last byte of the answer. */
const POST_WITHIN: Milliseconds = 10_000;
/** So much of an answer is read: what a service has to say about a message is short. */
const MOST_READ = 4096;

const OWN_HEADERS: Readonly<Record<string, string>> = {
  'user-agent': `longwatch/${VERSION} (notifier)`,
  accept: '*/*',
  'accept-encoding': 'identity',
};

/**
 * Sends one request through the address guard, over a connection of its own. What was answered counts even when the rest
 * of it never came. Rejects with an `Error` for people when there was no answer.
 */
export async function httpPost(network: Network, request: ServiceRequest, signal: AbortSignal): Promise<ServiceAnswer> {
  const deadline = new Deadline(network.clock, POST_WITHIN);
  const end = (): void => deadline.expire();
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    const context = { network, deadline, phases: new PhaseTimer(network.clock) };
    const { statusCode, headers, body, failure } = await exchange(exchangeOf(request), context);
    if (statusCode === null) {
      throw new Error(signal.aborted ? 'the attempt was ended' : (failure?.message ?? 'no answer'));
    }
    return { status: statusCode, headers: singleHeaders(headers), body: textOf(headers, body) };
  } finally {
    deadline.clear();
    signal.removeEventListener('abort', end);
  }
}

function exchangeOf({ url, method, headers, body, tls, proxy }: ServiceRequest): ExchangeRequest {
  return {
    url,
    method,
    headers: Object.entries({ ...OWN_HEADERS, ...headers }).flat(),
    body,
    from: null,
    ipVersion: 'any',
    resolver: null,
    proxy,
    connectTo: null,
    tls,
    httpVersion: '1.1',
    maxBody: MOST_READ,
    keepsBody: true,
    keepsCertificates: false,
    keepsDetails: false,
    endsAtHeaders: (status) => status >= 300 && status < 400,
  };
}

function singleHeaders(headers: ResponseHeaders): Record<string, string> {
  return Object.fromEntries([...headers.entries()].map(([name, value]) => [name, [value].flat().join(', ')]));
}

function textOf(headers: ResponseHeaders, body: readonly Buffer[]): string {
  return headers.has('content-encoding') ? '' : Buffer.concat(body).toString();
}
