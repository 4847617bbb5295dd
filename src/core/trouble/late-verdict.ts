import type { Span } from '../spans.ts';
import type { Verdict } from '../status-machine.ts';
import type { Status } from '../status.ts';
import type { TroubleRules } from './rules.ts';

/** A verdict that came when newer ones were judged already, and those next to it. */
export interface LateVerdict {
  readonly previous: Verdict | undefined;
  readonly verdict: Verdict;
  readonly next: Verdict | undefined;
  /** Another place had said the same of this slot, so that its status stands already. */
  readonly isKnown?: boolean;
}

/**
 * A late verdict and its neighbours with the statuses they stand for in the spans. The neighbours were judged: their time
 * stays as it was painted. The late one alone is too little to be `down` or `degraded` where it takes several in a row,
 * unless the time next to it is that already: a failure that nothing confirms makes its time `unknown`.
 */
export function asPainted(spans: readonly Span[], around: LateVerdict, rules: TroubleRules): LateVerdict {
  const previous = around.previous && shownAs(spans, around.previous);
  const next = around.next && shownAs(spans, around.next);
  if (around.isKnown === true) return { previous, verdict: shownAs(spans, around.verdict), next };
  const { verdict } = around;
  const beside = new Set([previous?.status, next?.status]);
  return { previous, verdict: { ...verdict, ...standingOf(verdict, beside, rules) }, next };
}

function standingOf(
  { status, reason }: Verdict,
  beside: ReadonlySet<Status | undefined>,
  rules: TroubleRules,
): Pick<Verdict, 'status' | 'reason'> {
  if (beside.has(status)) return { status, reason };
  if (status === 'down' && rules.retries > 0) return { status: 'unknown', reason: null };
  if (status === 'degraded' && rules.degradedAfter > 1) return { status: 'up', reason: null };
  return { status, reason };
}

function shownAs(spans: readonly Span[], verdict: Verdict): Verdict {
  const shown = spans.findLast(({ start }) => start <= verdict.slot);
  if (shown === undefined || shown.status === verdict.status) return verdict;
  return { ...verdict, status: shown.status, reason: shown.reason };
}
