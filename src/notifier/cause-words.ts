import type { Message } from '../core/notify/message.ts';
import { counted } from '../core/figure-words.ts';
import { REASONS } from '../core/reasons.ts';
import type { EventCause, EventProof, UnmetExpectation } from '../core/trouble/event.ts';
import { plainLine } from './escape.ts';
import { lengthWords, rangeWords, momentWords } from './moment-words.ts';

/**
 * Why, without a full stop: the sentence of the reason and what is known beyond it, such as
 * `the status code is not an expected one: got 503, expected 2xx`; `null` when nothing is known.
 */
export function whyWords(cause: EventCause | null): string | null {
  if (cause === null) return null;
  const reason = cause.reason === null ? null : REASONS[cause.reason].text;
  const [first] = cause.unmet;
  const detail = plainLine(cause.message ?? (first === undefined ? '' : unmetWords(first)));
  if (reason === null || detail.startsWith(reason)) return detail === '' ? reason : detail;
  return detail === '' ? reason : `${reason}: ${detail}`;
}

/** One expectation that was not met: `status: expected 2xx, got 503`. */
export function unmetWords({ what, expected, got }: UnmetExpectation): string {
  return `${plainLine(what, 100)}: expected ${plainLine(expected, 200)}, got ${plainLine(got, 200)}`;
}

/** Which results made it: `3 failures in a row, 2026-11-23 12:00:05 to 12:00:15 UTC`. */
export function proofWords(proof: EventProof): string {
  const { rule, count, first, last } = proof;
  const when = first === last ? momentWords(first) : rangeWords(first, last);
  if (rule === 'by_hand') return 'closed by hand';
  if (rule === 'removed') return 'the monitor was removed or disabled';
  if (rule === 'flapping') return `${counted(count, 'change')} of status in ${lengthWords(last - first)}, ${when}`;
  const results = resultWords(rule, count);
  return count === 1 ? `${results}, ${when}` : `${results} in a row, ${when}`;
}

/**
 * What depends on the monitor: `29 monitors depend on it, 12 of them are down`. When none of them is, most have not been
 * looked at since, and nothing is said of it.
 */
export function dependantWords({ all, down }: NonNullable<Message['dependants']>): string {
  if (all === 1) return down === 0 ? '1 monitor depends on it' : '1 monitor depends on it and is down';
  const those = `${counted(all, 'monitor')} depend on it`;
  if (down === all) return `${those}, all of them are down`;
  if (down === 0) return those;
  return `${those}, ${down} of them ${down === 1 ? 'is' : 'are'} down`;
}

function resultWords(rule: string, count: number): string {
  if (rule === 'retries') return counted(count, 'failure');
  if (rule === 'degraded.after') return `${count} degraded ${count === 1 ? 'result' : 'results'}`;
  if (rule === 'recover_after') return count === 1 ? '1 success' : `${count} successes`;
  return counted(count, 'result');
}
