import type { Milliseconds } from '../core/duration.ts';
import type { DeliveryAnswer } from '../core/notify/message.ts';
import type { ServiceAnswer } from './contract.ts';
import { plainLine } from './escape.ts';

const LONGEST_DETAIL = 300;

/** Statuses of 4xx after which the same request may well be taken: RFC 9110 15.5.9, RFC 8470 5.2, RFC 6585 4. */
const LATER = new Set([408, 425, 429]);

/**
 * What an answer means: 2xx took the message, other 4xx than 408, 425 and 429 never will, and everything else may. A redirect
 * is not followed: it may be a gateway's that is away, so it is tried again.
 */
export function judgeAnswer(answer: ServiceAnswer, now: number): DeliveryAnswer {
  const { status } = answer;
  const outcome = status >= 200 && status < 300 ? 'delivered' : isFinal(status) ? 'refused' : 'failed';
  return answerOf(outcome, answer, now);
}

/** An answer whose meaning the service has its own rules for. */
export function answerOf(outcome: DeliveryAnswer['outcome'], answer: ServiceAnswer, now: number): DeliveryAnswer {
  const said = answer.status >= 300 && answer.status < 400 ? 'a redirect, which is not followed' : answer.body;
  return {
    outcome,
    detail: plainLine(`${answer.status} ${said}`, LONGEST_DETAIL),
    statusCode: answer.status,
    retryAfter: outcome === 'failed' ? retryAfterOf(answer, now) : null,
  };
}

/** An attempt that got no answer. */
export function noAnswer(why: string): DeliveryAnswer {
  return { outcome: 'failed', detail: plainLine(why, LONGEST_DETAIL), statusCode: null, retryAfter: null };
}

function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && !LATER.has(status);
}

/**
 * How long a service asks to be left alone: the header `Retry-After` (RFC 9110 10.2.3) as seconds or as a date, or what
 * Discord, Telegram and Matrix say in their bodies.
 */
function retryAfterOf({ headers, body }: ServiceAnswer, now: number): Milliseconds | null {
  const header = headers['retry-after']?.trim();
  if (header === undefined || header === '') return fromBody(body);
  const seconds = /^\d{1,9}(?:\.\d+)?$/.test(header) ? Number(header) : null;
  const wait = seconds === null ? Date.parse(header) - now : seconds * 1000;
  return Number.isFinite(wait) ? Math.max(0, Math.ceil(wait)) : fromBody(body);
}

function fromBody(body: string): Milliseconds | null {
  const read = objectOf(body);
  const { parameters, retry_after: seconds, retry_after_ms: ms } = read;
  const nested = typeof parameters === 'object' && parameters !== null && 'retry_after' in parameters;
  const wait = typeof ms === 'number' ? ms : Number((nested ? parameters.retry_after : seconds) ?? Number.NaN) * 1000;
  return Number.isFinite(wait) && wait >= 0 ? Math.ceil(wait) : null;
}

/** The object that an answer is, read as JSON; empty when it is none. */
export function objectOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
