import type { GroupRule } from './history/objective.ts';
import type { Reason } from './reasons.ts';
import type { Status } from './status.ts';
import type { PeriodUnit } from './time-zone.ts';
import type { UptimeFigures } from './uptime.ts';

/** What one sends to a customer about a month, or any other stretch of time. Times are RFC 3339, UTC. */
export interface PeriodReportAnswer {
  readonly period: ReportedPeriod;
  /** What changes are measured against: the month before a month, else as much time as the period has. */
  readonly previous: ReportedRange;
  /** All monitors together: their times added up. */
  readonly overall: ReportedOverall;
  /** Groups of which the configuration says something, as a whole; none when only some monitors were asked for. */
  readonly groups: GroupReport[];
  /** By group and name; those without a group last. */
  readonly monitors: MonitorReport[];
}

/** A stretch of time. */
export interface ReportedRange {
  /** `2026-10`, `30d`, or both ends. */
  readonly label: string;
  readonly from: string;
  /** The first moment after it. */
  readonly to: string;
}

/** The stretch of time that is reported on. */
export interface ReportedPeriod extends ReportedRange {
  /** Up to where there can be history: `to`, or now in a period that is not over. All figures end here. */
  readonly until: string;
  readonly complete: boolean;
  /** The time zone in which its days begin. */
  readonly zone: string;
  /** What it is cut into: days, for longer ones weeks or months. */
  readonly step: PeriodUnit;
  /** When the report was made. */
  readonly made_at: string;
}

/** Stretches of one bad status, as far as they lie within the period and outside of maintenance. */
export interface StretchFigures {
  /** Without those of which nothing lies there. */
  readonly count: number;
  readonly seconds: number;
  readonly longest_seconds: number;
}

/** All monitors of a report together. */
export interface ReportedOverall extends UptimeFigures {
  readonly monitors: number;
  /** Stretches of `down`. */
  readonly outages: StretchFigures;
  /** Stretches of `degraded`. */
  readonly degradations: StretchFigures;
  readonly previous_uptime: number | null;
  /** Monitors with an objective, by whether they attained it; those not observed are in neither. */
  readonly objectives: { readonly met: number; readonly missed: number };
}

/** The monitors of a group as a whole, over the period. */
export interface GroupReport extends UptimeFigures {
  readonly group: string;
  /** By which rule the group is down as a whole. */
  readonly rule: GroupRule;
  /** How many monitors it has. */
  readonly monitors: number;
  /** `null` without an objective. */
  readonly objective: ReportedObjective | null;
}

/** How long checks took that found the target up or degraded, ms. Percentiles are off by at most 1 % of themselves. */
export interface ReportedLatency {
  readonly count: number;
  readonly mean_ms: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

/** An objective over the whole period, whatever its own window. */
export interface ReportedObjective {
  /** Percent. */
  readonly target: number;
  /** `null` when nothing was observed. */
  readonly met: boolean | null;
  /** How long the monitor might be down in the time that was observed. */
  readonly allowed_down_seconds: number;
}

/** A stretch of `down` or `degraded`. */
export interface ReportedIncident {
  readonly status: Extract<Status, 'down' | 'degraded'>;
  /** When it began, even if before the period. */
  readonly from: string;
  /** When it ended, even if after the period; `null` while it lasts. */
  readonly to: string | null;
  /** How much of it lies within the period. */
  readonly seconds: number;
  /** How much of that lies in maintenance. */
  readonly maintenance_seconds: number;
  /** Whether it began before the period, and whether it went on beyond it or lasts still. */
  readonly began_before: boolean;
  readonly goes_on: boolean;
  /** What came after it: `unknown` when nobody saw how it ended; `null` while it lasts. */
  readonly ended_in: Status | null;
  /** Why it began. */
  readonly reason: Reason | null;
}

/** A day (or week, or month) of a monitor. */
export interface ReportedStep extends UptimeFigures {
  readonly label: string;
  readonly p95_ms: number | null;
}

/** One monitor over the period, as far as it was configured then: all figures are over its own `from` to `to`. */
export interface MonitorReport extends UptimeFigures {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly target: string;
  readonly group: string | null;
  /** When it came, if within the period; otherwise the beginning of the period. */
  readonly from: string;
  /** When it was removed, if within the period; otherwise up to where the figures go. */
  readonly to: string;
  readonly outages: StretchFigures;
  readonly degradations: StretchFigures;
  /** Mean time to recovery: down time by outage, outside of maintenance; `null` without an outage. */
  readonly mttr_seconds: number | null;
  /** Mean time between failures: time not down by outage, outside of maintenance; `null` without an outage. */
  readonly mtbf_seconds: number | null;
  readonly latency: ReportedLatency;
  /** The same of the time before. */
  readonly previous: { readonly uptime: number | null; readonly latency: ReportedLatency };
  /** `null` without an objective. */
  readonly objective: ReportedObjective | null;
  readonly steps: ReportedStep[];
  /** In order of time. */
  readonly incidents: ReportedIncident[];
}
