import type { Reason } from './reasons.ts';
import type { Status } from './status.ts';
import type { Verdict } from './status-machine.ts';
import type { TimeRange } from './uptime.ts';

/**
 * A stretch of one status. It ends where the next one begins; the last one is open. Spans of a monitor alternate: two
 * neighbours never have the same status.
 */
export interface Span {
  /** Whole ms since the epoch, inclusive. */
  readonly start: number;
  readonly status: Status;
  /** Why the stretch began; `null` for `up` and for a gap in which nothing was measured. */
  readonly reason: Reason | null;
}

/** What is known of how a monitor stood within some stretch of time. */
export interface ObservedSpans {
  /** In order, from the one that covers its beginning (if any). */
  readonly spans: readonly Span[];
  /** Until when the last one speaks, ms since the epoch; nothing is known of later. */
  readonly until: number;
  /** When it was in maintenance, in order, no two of them overlapping; never when left out. Spans are as they were. */
  readonly maintenance?: readonly TimeRange[];
}

/** A check may follow this many intervals after the one before it before the time between counts as a gap. */
const GAP_AFTER_INTERVALS = 1.5;

/** Whether nothing spoke for some of the time between a verdict and the slot of the next one. */
export function leavesGap(verdict: Pick<Verdict, 'slot' | 'interval'>, nextSlot: number): boolean {
  return nextSlot > verdict.slot + GAP_AFTER_INTERVALS * verdict.interval;
}

/**
 * The spans that verdicts, in order of slot and one a slot, add up to. A verdict speaks from its slot to the next one,
 * or for one interval when the next is more than one and a half intervals away; the rest is a gap. The last is open.
 */
export function spansOf(verdicts: readonly Verdict[]): Span[] {
  return joined(stretchesOf(verdicts));
}

/**
 * Puts a verdict between its neighbours into existing spans and returns the new ones: only the time from the previous
 * slot to the next one is painted anew, so a late verdict never touches time that a newer one spoke for.
 * Of `spans` only those from the one before the first neighbour up to the next neighbour need to be given.
 */
export function repaint(
  spans: readonly Span[],
  around: { readonly previous: Verdict | undefined; readonly verdict: Verdict; readonly next: Verdict | undefined },
): Span[] {
  const { previous, verdict, next } = around;
  const from = previous?.slot ?? verdict.slot;
  const verdicts = [previous, verdict, next].filter((known) => known !== undefined);
  const before = spans.filter((span) => span.start < from);
  const after = next === undefined ? [] : spans.filter((span) => span.start > next.slot);
  return joined([...before, ...stretchesOf(verdicts), ...after]);
}

function stretchesOf(verdicts: readonly Verdict[]): Span[] {
  const stretches: Span[] = [];
  for (const [index, verdict] of verdicts.entries()) {
    stretches.push({ start: verdict.slot, status: verdict.status, reason: verdict.reason });
    const next = verdicts[index + 1];
    if (next !== undefined && leavesGap(verdict, next.slot)) {
      stretches.push({ start: verdict.slot + verdict.interval, status: 'unknown', reason: null });
    }
  }
  return stretches;
}

function joined(stretches: readonly Span[]): Span[] {
  return stretches.filter((stretch, index) => stretch.status !== stretches[index - 1]?.status);
}
