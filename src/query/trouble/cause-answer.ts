import { roughly } from '../../core/figure-words.ts';
import { REASONS, type Reason } from '../../core/reasons.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { EventCause, EventProof, UnmetExpectation } from '../../core/trouble/event.ts';
import { toMicrosecond } from '../units.ts';

/** Why something was not well, as the result says that brought it. */
export interface CauseAnswer {
  /** One line for people: the words of the reason and what is known beyond them. */
  readonly text: string;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly status_code: number | null;
  readonly duration_ms: number | null;
  readonly unmet: UnmetExpectation[];
}

/** Which results and which rule made it. */
export interface ProofAnswer {
  readonly rule: string;
  readonly count: number;
  /** The slots of the first and the last of them, RFC 3339. */
  readonly first: string;
  readonly last: string;
}

/** A cause as it is kept; `null` when none is. */
export function causeAnswer(cause: EventCause | null | undefined): CauseAnswer | null {
  if (cause === null || cause === undefined) return null;
  const { reason, message, statusCode, durationMs, unmet } = cause;
  return {
    text: causeWords(cause),
    reason,
    message,
    status_code: statusCode,
    duration_ms: toMicrosecond(durationMs),
    unmet: [...unmet],
  };
}

/** A cause out of its JSON. */
export function readCause(text: string | null): CauseAnswer | null {
  return text === null ? null : causeAnswer(JSON.parse(text) as EventCause);
}

/** A proof as it is kept; `null` when there is none. */
export function proofAnswer(proof: EventProof | null | undefined): ProofAnswer | null {
  if (proof === null || proof === undefined) return null;
  const { rule, count, first, last } = proof;
  return { rule, count, first: formatMoment(first), last: formatMoment(last) };
}

/** Which results made it, in words: `3 failures in a row within 10s (retries)`. */
export function proofWords({ rule, count, first, last }: EventProof): string {
  const within = last > first ? ` within ${roughly((last - first) / 1000)}` : '';
  if (rule === 'flapping') return `${count} changes of status${within}`;
  const [one, many] = RESULTS[rule] ?? ['result', 'results'];
  return count === 1 ? `1 ${one} (${rule})` : `${count} ${many} in a row${within} (${rule})`;
}

const RESULTS: Readonly<Record<string, readonly [string, string]>> = {
  retries: ['failure', 'failures'],
  recover_after: ['success', 'successes'],
  'degraded.after': ['degraded result', 'degraded results'],
};

function causeWords({ reason, message, unmet }: EventCause): string {
  const words = reason === null ? null : REASONS[reason].text;
  const detail = message ?? unmet.map(({ what, expected, got }) => `${what}: expected ${expected}, got ${got}`)[0];
  if (detail === undefined) return words ?? 'no reason is known';
  return words === null || detail.startsWith(words) ? detail : `${words}: ${detail}`;
}
