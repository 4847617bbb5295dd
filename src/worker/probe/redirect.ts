import type { RequestBody } from '../../core/monitor/request-body.ts';
import { failure, failureSaying, type Failure } from '../../net/failure.ts';

/** The request of one hop. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly body: RequestBody | null;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether a status code asks to look elsewhere; 300, 304 and 305 do not. */
export function isRedirect(statusCode: number): boolean {
  return REDIRECTS.has(statusCode);
}

/**
 * The hop a redirect leads to, or why it is not taken (RFC 9110 15.4, with the habit of browsers that a POST becomes a
 * GET on 301 and 302). From https to http is never followed: what was protected would no longer be. A body is not sent
 * on to another host: it may hold what the configured headers hold.
 */
export function nextHop(hop: Hop, statusCode: number, location: string | null): Hop | Failure {
  const leads = location?.trim() ?? '';
  if (leads === '') return failure('redirect_invalid', `${statusCode} without a location`);
  if (!URL.canParse(leads, hop.url.href)) return failure('redirect_invalid', 'the location is not a URL');
  const url = new URL(leads, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return failure('redirect_invalid', `it leads to a ${url.protocol} URL`);
  }
  if (url.port === '0') return failure('redirect_invalid', 'it leads to port 0');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') return failure('redirect_downgrade', url.host);
  url.username = '';
  url.password = '';
  const becomesGet = statusCode === 303 ? hop.method !== 'HEAD' : statusCode < 303 && hop.method === 'POST';
  if (becomesGet) return { url, method: 'GET', body: null };
  if (hop.body !== null && url.hostname !== hop.url.hostname) {
    return failureSaying('blocked', `a redirect would send the body of the request to another host (${url.host})`);
  }
  return { url, method: hop.method, body: hop.body };
}
