import { AppError } from '../core/errors.ts';
import { reportStep, reportSteps, type ReportPeriod } from '../core/report-period.ts';
import { formatMoment } from '../core/time-window.ts';
import { uptimeFigures, type TimePerStatus } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { monitorNotFound } from './known-monitors.ts';
import { monitorReport } from './monitor-report.ts';
import { observedSpans } from './observed-spans.ts';
import type { MonitorReport, PeriodReportAnswer, ReportedOverall, ReportedRange } from '../core/period-report.ts';
import { groupReports } from './report-groups.ts';
import { inSnapshot } from './snapshot.ts';

/** About which monitors and which time? */
export interface PeriodReportQuestion {
  readonly period: ReportPeriod;
  /** Only these monitors, of these groups, with one of these tags (`team` or `team=web`); all when left out. */
  readonly ids?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * What is there to say to a customer about a period? Uptime from spans, to the moment; times of answers from the coarsest
 * rollups that fit. Counts monitors that are configured now, and those that were when the period began. Each monitor is
 * read from one state of the database. Throws `monitor_not_found`, and `not_found` when nothing is in the groups or tags.
 */
export function askPeriodReport(database: Database, question: PeriodReportQuestion): PeriodReportAnswer {
  const { period, now } = question;
  const steps = reportSteps(period);
  const rows = chosenMonitors(database, question);
  const since = { from: period.previous.range.from, to: period.range.to };
  const observed = inSnapshot(database, () => observedSpans(database, rows, since, now));
  const reports = rows.flatMap((row, index) => {
    const frame = { period, steps, now, observed: observed[index] ?? { spans: [], until: now } };
    const made = inSnapshot(database, () => monitorReport(database, row, frame));
    return isOfThePeriod(row, made.report, question) ? [made] : [];
  });
  return {
    period: {
      ...named(period.label, period.whole),
      until: formatMoment(period.range.to),
      complete: period.range.to >= period.whole.to,
      zone: period.zone,
      step: reportStep(period.whole),
      made_at: formatMoment(now),
    },
    previous: named(period.previous.label, period.previous.range),
    overall: overallOf(
      reports.map(({ report }) => report),
      reports,
    ),
    groups: inSnapshot(database, () => groupReports(database, question)),
    monitors: reports.map(({ report }) => report),
  };
}

function named(label: string, { from, to }: { readonly from: number; readonly to: number }): ReportedRange {
  return { label, from: formatMoment(from), to: formatMoment(to) };
}

/** Whether there is something to say of a monitor: not of one that came later, or had gone before. */
function isOfThePeriod(row: MonitorRow, report: MonitorReport, { ids, period }: PeriodReportQuestion): boolean {
  if (ids?.includes(row.id) === true || report.observed_seconds > 0) return true;
  return row.created_at < period.range.to && (row.removed_at ?? Infinity) > period.range.from;
}

function chosenMonitors(database: Database, { ids, groups, tags }: PeriodReportQuestion): MonitorRow[] {
  const rows = database.prepare<[], MonitorRow>('SELECT * FROM monitors').all();
  const missing = ids?.find((id) => !rows.some((row) => row.id === id));
  const known = rows.map(({ id }) => id);
  if (missing !== undefined) throw monitorNotFound(missing, known);
  const chosen = rows.filter(
    (row) =>
      (ids?.includes(row.id) ?? true) &&
      (groups?.includes(row.group_name ?? '') ?? true) &&
      (tags?.some((tag) => hasTag(row, tag)) ?? true),
  );
  if (chosen.length === 0 && rows.length > 0) throw nothingChosen({ groups, tags });
  return chosen.sort(byGroupAndName);
}

function hasTag({ tags }: MonitorRow, wanted: string): boolean {
  const known = JSON.parse(tags) as Readonly<Record<string, string>>;
  return Object.entries(known).some(([name, value]) => wanted === name || wanted === `${name}=${value}`);
}

function nothingChosen({ groups, tags }: Pick<PeriodReportQuestion, 'groups' | 'tags'>): AppError {
  const words = [
    ...(groups === undefined ? [] : [`in the group ${groups.map((group) => `"${group}"`).join(' or ')}`]),
    ...(tags === undefined ? [] : [`with the tag ${tags.map((tag) => `"${tag}"`).join(' or ')}`]),
  ];
  return new AppError('not_found', `there is no monitor ${words.join(' and ')}`, {
    hint: '"longwatch ls" lists the monitors and their groups.',
  });
}

/** Those without a group come last. */
function byGroupAndName(one: MonitorRow, other: MonitorRow): number {
  if (one.group_name !== other.group_name) {
    if (one.group_name === null || other.group_name === null) return one.group_name === null ? 1 : -1;
    return inOrder(one.group_name, other.group_name);
  }
  return inOrder(one.name, other.name) || inOrder(one.id, other.id);
}

function inOrder(one: string, other: string): number {
  const [first, second] = [one.toLowerCase(), other.toLowerCase()];
  return first < second ? -1 : first > second ? 1 : one < other ? -1 : one > other ? 1 : 0;
}

function overallOf(
  reports: readonly MonitorReport[],
  times: readonly { readonly time: TimePerStatus; readonly timeBefore: TimePerStatus }[],
): ReportedOverall {
  const sum = (figure: (report: MonitorReport) => number): number =>
    reports.reduce((total, report) => total + figure(report), 0);
  const stretches = (name: 'outages' | 'degradations') => ({
    count: sum((report) => report[name].count),
    seconds: sum((report) => Math.round(report[name].seconds * 1000)) / 1000,
    longest_seconds: Math.max(0, ...reports.map((report) => report[name].longest_seconds)),
  });
  return {
    monitors: reports.length,
    ...uptimeFigures(added(times.map(({ time }) => time))),
    previous_uptime: uptimeFigures(added(times.map(({ timeBefore }) => timeBefore))).uptime,
    outages: stretches('outages'),
    degradations: stretches('degradations'),
    objectives: {
      met: reports.filter(({ objective }) => objective?.met === true).length,
      missed: reports.filter(({ objective }) => objective?.met === false).length,
    },
  };
}

function added(times: readonly TimePerStatus[]): TimePerStatus {
  const total = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
  for (const time of times) {
    total.up += time.up;
    total.degraded += time.degraded;
    total.down += time.down;
    total.unknown += time.unknown;
    total.maintenance += time.maintenance;
  }
  return total;
}
