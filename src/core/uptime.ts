import type { Counted, CountedSpan } from './counted-spans.ts';
import type { Milliseconds } from './duration.ts';

/** A stretch of time, ms since the epoch: `from` inclusive, `to` exclusive. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What the newest verdict of a monitor needs to say how long it stands. */
export interface Head {
  readonly slot: number;
  readonly interval: Milliseconds;
  /** How long a check may take, ms. */
  readonly timeout: Milliseconds;
}

/**
 * Time per status in a window, and in maintenance, whole ms. Time in maintenance is part of no status; the five add up to
 * the window.
 */
export type TimePerStatus = Readonly<Record<Counted, number>>;

/** How long after its timeout a result may take to reach the database before its absence counts, ms. */
const DELIVERY_GRACE: Milliseconds = 2000;

/**
 * Until when the newest verdict stands, seen from `now`. While the check due next may still be running the last status
 * stands until now; after that nothing is known from the moment it was due.
 */
export function standsUntil(head: Head, now: number): number {
  const due = head.slot + head.interval;
  return now <= due + Math.min(head.interval, head.timeout) + DELIVERY_GRACE ? now : due;
}

/**
 * How much of a window was spent in each status, by overlap of spans. Spans in order, from the one that covers the
 * beginning of the window (if any); the last one ends at `observedUntil`. What no span covers is `unknown`.
 */
export function timePerStatus(spans: readonly CountedSpan[], window: TimeRange, observedUntil: number): TimePerStatus {
  const time = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
  for (const [index, span] of spans.entries()) {
    const end = Math.min(spans[index + 1]?.start ?? observedUntil, observedUntil, window.to);
    const overlap = end - Math.max(span.start, window.from);
    if (overlap > 0) time[span.status] += overlap;
  }
  const known = time.up + time.degraded + time.down + time.maintenance;
  time.unknown = Math.max(0, window.to - window.from) - known;
  return time;
}

/** What each status counts as in an uptime figure. */
export interface UptimePolicy {
  readonly degraded: 'up';
  /** Neither up nor down: it is left out, and said apart. */
  readonly unknown: 'excluded';
  /** The same of time in maintenance, however the monitor stood meanwhile. */
  readonly maintenance: 'excluded';
}

export const UPTIME_POLICY: UptimePolicy = { degraded: 'up', unknown: 'excluded', maintenance: 'excluded' };

/** The figures of an uptime answer, as the command line and the API give them. */
export interface UptimeFigures {
  /** Time `up` or `degraded` over time observed, 0 to 1; `null` when nothing was observed. */
  readonly uptime: number | null;
  /** Time observed outside of maintenance over the whole window, 0 to 1. */
  readonly observed: number;
  /** Time in maintenance over the whole window, 0 to 1. */
  readonly maintenance: number;
  readonly observed_seconds: number;
  readonly degraded_seconds: number;
  readonly down_seconds: number;
  /** The window less the time observed and that in maintenance. */
  readonly unknown_seconds: number;
  /** Time in maintenance: part of none of the others. */
  readonly maintenance_seconds: number;
}

/** Turns time per status into figures. */
export function uptimeFigures(time: TimePerStatus): UptimeFigures {
  const observed = time.up + time.degraded + time.down;
  const window = observed + time.unknown + time.maintenance;
  return {
    uptime: observed === 0 ? null : (time.up + time.degraded) / observed,
    observed: window === 0 ? 0 : observed / window,
    maintenance: window === 0 ? 0 : time.maintenance / window,
    observed_seconds: observed / 1000,
    degraded_seconds: time.degraded / 1000,
    down_seconds: time.down / 1000,
    unknown_seconds: time.unknown / 1000,
    maintenance_seconds: time.maintenance / 1000,
  };
}
