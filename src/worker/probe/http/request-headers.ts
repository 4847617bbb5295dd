import { randomBytes } from 'node:crypto';
import type { HttpMonitor } from '../../../core/monitor/http.ts';
import { bodyType } from '../../../core/monitor/request-body.ts';
import { VERSION } from '../../../core/version.ts';
import type { Hop } from '../redirect.ts';

/** How a program that asks for something names itself. */
export const USER_AGENT = `longwatch/${VERSION} (uptime monitor)`;

/** What every request says of itself, unless the monitor's own headers say otherwise; names and values in turn. */
const OWN_HEADERS: readonly string[] = ['user-agent', USER_AGENT, 'accept', '*/*', 'accept-encoding', 'identity'];

/** What a request carries to the configured origin beside what the monitor says. */
export interface Carried {
  /** The value of the Authorization header; `null` for none. */
  readonly authorization: string | null;
  /** The trace id of the check, 32 hexadecimal digits; `null` when none is to be sent. */
  readonly traceId: string | null;
}

/** Whether a monitor wants its requests traced, and has not said by what itself. */
export function sendsTrace({ traceparent, headers }: HttpMonitor): boolean {
  return traceparent && !Object.keys(headers).some((name) => name.toLowerCase() === 'traceparent');
}

/**
 * The headers of one hop, names and values in turn. Configured headers, credentials and the trace go to the configured
 * origin alone: they may hold secrets, and are nobody else's business.
 */
export function headersOf(monitor: HttpMonitor, hop: Hop, atHome: boolean, carried: Carried): readonly string[] {
  const added = ownAdditions(hop, atHome, carried);
  const ours = added.length === 0 ? OWN_HEADERS : [...OWN_HEADERS, ...added];
  const configured = atHome ? Object.entries(monitor.headers) : [];
  if (configured.length === 0) return ours;
  const names = new Set(configured.map(([name]) => name.toLowerCase()));
  const headers = ours.filter((_, place) => !names.has(ours[place - (place % 2)] ?? ''));
  for (const [name, value] of configured) {
    // A body that was left behind takes its description along.
    if (monitor.body !== null && hop.body === null && name.toLowerCase().startsWith('content-')) continue;
    headers.push(name, value);
  }
  return headers;
}

function ownAdditions(hop: Hop, atHome: boolean, { authorization, traceId }: Carried): readonly string[] {
  const added: string[] = [];
  const contentType = hop.body === null ? null : bodyType(hop.body);
  if (contentType !== null) added.push('content-type', contentType);
  if (!atHome) return added;
  if (authorization !== null) added.push('authorization', authorization);
  // Every hop is a span of its own.
  if (traceId !== null) added.push('traceparent', `00-${traceId}-${randomBytes(8).toString('hex')}-01`);
  return added;
}
