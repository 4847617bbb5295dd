import type { CountedSpan } from './counted-spans.ts';
import { timePerStatus, type TimePerStatus, type TimeRange } from './uptime.ts';

/**
 * How much of each step was spent in each status, as {@link timePerStatus} of each, in one go through the spans. Steps in
 * order; spans in order, from the one that covers the beginning of the first step (if any).
 */
export function timePerStep(
  spans: readonly CountedSpan[],
  steps: readonly TimeRange[],
  observedUntil: number,
): TimePerStatus[] {
  let first = 0;
  const times: TimePerStatus[] = [];
  for (const step of steps) {
    while ((spans[first + 1]?.start ?? Infinity) <= step.from) first += 1;
    const span = spans[first];
    // Most steps lie within one span, which has begun and has not ended.
    if (span !== undefined && span.start <= step.from && endOf(spans, first, observedUntil) >= step.to) {
      times.push(timeOfOne(span, step.to - step.from));
      continue;
    }
    let end = first;
    while ((spans[end]?.start ?? Infinity) < step.to) end += 1;
    // One more, because a span ends where the next begins.
    times.push(timePerStatus(spans.slice(first, end + 1), step, observedUntil));
  }
  return times;
}

function endOf(spans: readonly CountedSpan[], index: number, observedUntil: number): number {
  return Math.min(spans[index + 1]?.start ?? observedUntil, observedUntil);
}

function timeOfOne({ status }: CountedSpan, length: number): TimePerStatus {
  const time = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
  time[status] = length;
  return time;
}
