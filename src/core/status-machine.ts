import type { Milliseconds } from './duration.ts';
import type { Outcome } from './outcome.ts';
import { blameOf, type Reason } from './reasons.ts';
import type { Status } from './status.ts';

/** What all results of one slot of one monitor say together. */
export interface Verdict {
  /** When the check was due, whole ms since the epoch. */
  readonly slot: number;
  /** How long the verdict speaks for when nothing follows, ms. */
  readonly interval: Milliseconds;
  readonly status: Status;
  readonly reason: Reason | null;
}

/** Of two verdicts on one slot the higher one counts; one that knows counts for more than one that does not. */
const WEIGHT: Readonly<Record<Status, number>> = { unknown: 0, up: 1, degraded: 2, down: 3 };

/**
 * The status one outcome stands for by itself. A reason that is our own fault is never held against the target, whatever
 * the outcome claims. How many such outcomes it takes to change the status of a monitor: src/core/trouble/machine.ts.
 */
export function statusOfOutcome(outcome: Pick<Outcome, 'status' | 'reason'>): Status {
  return outcome.reason !== null && blameOf(outcome.reason) === 'self' ? 'unknown' : outcome.status;
}

/**
 * Joins two verdicts on the same slot (two locations): the worse status wins, and a known one wins over `unknown`.
 * Commutative and associative, so the order in which locations report does not matter.
 */
export function joinVerdicts(one: Verdict, other: Verdict): Verdict {
  const interval = Math.max(one.interval, other.interval);
  if (one.status !== other.status) {
    const worse = WEIGHT[one.status] > WEIGHT[other.status] ? one : other;
    return { ...worse, interval };
  }
  return { ...one, interval, reason: earlierInAlphabet(one.reason, other.reason) };
}

/** Whether two verdicts say the same about the same time. */
export function sameVerdict(one: Verdict, other: Verdict): boolean {
  return (
    one.slot === other.slot &&
    one.interval === other.interval &&
    one.status === other.status &&
    one.reason === other.reason
  );
}

/** Two locations may fail for two reasons; the alphabet decides because any fixed rule does, and arrival must not. */
function earlierInAlphabet(one: Reason | null, other: Reason | null): Reason | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
