import { overlapOf } from '../counted-spans.ts';
import type { Milliseconds } from '../duration.ts';
import type { Reason } from '../reasons.ts';
import type { ObservedSpans } from '../spans.ts';
import type { Status } from '../status.ts';
import type { TimeRange } from '../uptime.ts';

/** A stretch of time in which a target was down. */
export interface Outage {
  /** When it began, also when that is before the range; ms since the epoch. */
  readonly from: number;
  /** When it ended, or nobody looked any more; `null` while it lasts at the end of the range. */
  readonly to: number | null;
  /** From its beginning to its end, or to the end of the range. */
  readonly length: Milliseconds;
  /** Why it began. */
  readonly reason: Reason | null;
  /** What came after it: `unknown` when nobody saw how it ended; `null` while it lasts. */
  readonly endedIn: Status | null;
}

/** The stretches of `down` that touch a range. */
export function outagesOf({ spans, until }: ObservedSpans, range: TimeRange): Outage[] {
  const outages: Outage[] = [];
  for (const [index, { start, status, reason }] of spans.entries()) {
    const next = spans[index + 1];
    const end = Math.min(next?.start ?? until, until);
    if (status !== 'down' || end <= Math.max(range.from, start) || start >= range.to) continue;
    const lasts = end >= range.to;
    const endedIn = lasts ? null : end === next?.start ? next.status : 'unknown';
    const length = Math.min(end, range.to) - start;
    outages.push({ from: start, to: lasts ? null : end, length, reason, endedIn });
  }
  return outages;
}

/** How often the status changed within a range. What was not observed between two equal statuses is no change. */
export function countChanges({ spans, until }: ObservedSpans, { from, to }: TimeRange): number {
  let changes = 0;
  let known: Status | undefined;
  for (const { start, status } of spans) {
    if (start >= Math.min(to, until)) break;
    if (status === 'unknown') continue;
    if (known !== undefined && status !== known && start >= from) changes += 1;
    known = status;
  }
  return changes;
}

/**
 * How long a monitor was not observed within a range, by the reason for which the stretch began; `null` is a gap in which
 * nothing was measured at all. Time before it was first measured does not count, nor does time in maintenance.
 */
export function unobservedTime(
  { spans, until, maintenance = [] }: ObservedSpans,
  { from, to }: TimeRange,
): Map<Reason | null, Milliseconds> {
  const times = new Map<Reason | null, Milliseconds>();
  const add = (reason: Reason | null, stretch: TimeRange): void => {
    const length = stretch.to - stretch.from - overlapOf(maintenance, stretch);
    if (length > 0) times.set(reason, (times.get(reason) ?? 0) + length);
  };
  for (const [index, { start, status, reason }] of spans.entries()) {
    const end = Math.min(spans[index + 1]?.start ?? until, until, to);
    if (status === 'unknown') add(reason, { from: Math.max(start, from), to: end });
  }
  if (spans.length > 0) add(null, { from: Math.max(until, from), to });
  return times;
}
