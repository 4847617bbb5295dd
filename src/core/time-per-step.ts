import type { Span } from './spans.ts';
import { timePerStatus, type TimePerStatus, type TimeRange } from './uptime.ts';

/**
 * How much of each step was spent in each status, as {@link timePerStatus} of each, in one go through the spans. Steps in
 * order; spans in order, from the one that covers the beginning of the first step (if any).
 */
export function timePerStep(
  spans: readonly Span[],
  steps: readonly TimeRange[],
  observedUntil: number,
): TimePerStatus[] {
  let first = 0;
  return steps.map((step) => {
    while ((spans[first + 1]?.start ?? Infinity) <= step.from) first += 1;
    let end = first;
    while ((spans[end]?.start ?? Infinity) < step.to) end += 1;
    // One more, because a span ends where the next begins.
    return timePerStatus(spans.slice(first, end + 1), step, observedUntil);
  });
}
