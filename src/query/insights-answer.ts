import type { Reason } from '../core/reasons.ts';
import type { Status } from '../core/status.ts';

/** What is worth a look in a stretch of time. Times are RFC 3339, UTC. */
export interface InsightsAnswer {
  readonly window: { readonly label: string; readonly from: string; readonly to: string };
  /** By the 95th percentile of how long checks took that found the target up or degraded. */
  readonly slowest: SlowMonitor[];
  /** By changes of status, then by failures; only those that had some. */
  readonly flakiest: FlakyMonitor[];
  /** Stretches of `down` that touch the window, the longest first. */
  readonly longest_outages: LongOutage[];
  /** How well Longwatch itself did its work. */
  readonly longwatch: Punctuality;
}

/** Percentiles are off by at most 1 % of themselves. */
export interface SlowMonitor {
  readonly id: string;
  /** Checks that found the target up or degraded. */
  readonly count: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

/** How restless a monitor was. */
export interface FlakyMonitor {
  readonly id: string;
  /** Changes between up, degraded and down; what was not observed between two equal statuses is none. */
  readonly changes: number;
  /** Stretches of `down` that touch the window. */
  readonly outages: number;
  /** Results that found the target down, of all results. */
  readonly failures: number;
  readonly results: number;
}

/** One stretch of `down`. */
export interface LongOutage {
  readonly id: string;
  /** When it began, also when that is before the window. */
  readonly from: string;
  /** `null` while it lasts. */
  readonly to: string | null;
  /** From its beginning to its end, or to the end of the window. */
  readonly seconds: number;
  /** How much of that lies in maintenance. */
  readonly maintenance_seconds: number;
  /** Why it began. */
  readonly reason: Reason | null;
  /** What came after it: `unknown` when nobody saw how it ended; `null` while it lasts. */
  readonly ended_in: Status | null;
  /** Whether it lasts at the end of the window. */
  readonly ongoing: boolean;
}

/** How late the checks of all monitors began, and what was not looked at. */
export interface Punctuality {
  /** Checks that began. */
  readonly checks: number;
  /** From when a check was due to when it began. */
  readonly late_p50_ms: number | null;
  readonly late_p99_ms: number | null;
  readonly late_max_ms: number | null;
  /** Results of checks that never began. */
  readonly missed: number;
  /** The most first. */
  readonly unobserved: UnobservedTime[];
}

/** Time of monitors in which nothing is known of their targets; that before a monitor was first measured does not count. */
export interface UnobservedTime {
  /** Why such stretches began; `null`: nothing was measured, as when Longwatch does not run. */
  readonly reason: Reason | null;
  /** The time of all monitors together. */
  readonly seconds: number;
  readonly monitors: number;
}
