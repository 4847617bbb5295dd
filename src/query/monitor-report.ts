import { countedSpans } from '../core/counted-spans.ts';
import { mergeRollup, emptyRollup, type Rollup } from '../core/history/rollup.ts';
import type { QuantileSketch } from '../core/quantiles.ts';
import type { ReportPeriod } from '../core/report-period.ts';
import type { ObservedSpans, Span } from '../core/spans.ts';
import { timePerStep } from '../core/time-per-step.ts';
import { formatMoment } from '../core/time-window.ts';
import type { CalendarPeriod } from '../core/time-zone.ts';
import { timePerStatus, uptimeFigures, type TimePerStatus, type TimeRange } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { stepRollups } from './kept/step-rollups.ts';
import type { MonitorReport, ReportedLatency, ReportedStep } from '../core/period-report.ts';
import { reportedObjective } from './reported-objective.ts';
import { incidentsOf, stretchFigures } from './report-incidents.ts';
import { toMicrosecond } from './units.ts';

/** What the report of a monitor is made from, beside the database. */
export interface MonitorReportFrame {
  readonly period: ReportPeriod;
  readonly steps: readonly CalendarPeriod[];
  /** ms since the epoch. */
  readonly now: number;
  /** How the monitor stood from the beginning of the period before. */
  readonly observed: ObservedSpans;
}

/** One monitor over a period, with its times in ms to be added to those of others. Within a snapshot of the caller. */
export function monitorReport(
  database: Database,
  row: MonitorRow,
  frame: MonitorReportFrame,
): { readonly report: MonitorReport; readonly time: TimePerStatus; readonly timeBefore: TimePerStatus } {
  const { range, previous } = frame.period;
  const { spans, maintenance = [] } = frame.observed;
  const until = Math.min(frame.observed.until, row.removed_at ?? Infinity);
  const watched = watchedRange(row, spans, range);
  const counted = countedSpans({ spans, until, maintenance });
  const timeBefore = timePerStatus(counted.spans, previous.range, counted.until);
  const time = timePerStatus(counted.spans, watched, counted.until);
  const incidents = incidentsOf(spans, {
    range,
    until,
    stands: until >= frame.now,
    next: nextSpan(database, row.key, range.to),
    maintenance,
  });
  const outages = stretchFigures(incidents, 'down');
  const notDown = (time.up + time.degraded) / 1000;
  const figures = uptimeFigures(time);
  const rollups = rollupsOf(database, row.key, frame);
  const report: MonitorReport = {
    id: row.id,
    name: row.name,
    type: row.type,
    target: row.target,
    group: row.group_name,
    from: formatMoment(watched.from),
    to: formatMoment(watched.to),
    ...figures,
    outages,
    degradations: stretchFigures(incidents, 'degraded'),
    mttr_seconds: outages.count === 0 ? null : outages.seconds / outages.count,
    mtbf_seconds: outages.count === 0 ? null : notDown / outages.count,
    latency: latencyOf(rollups.total.duration),
    previous: { uptime: uptimeFigures(timeBefore).uptime, latency: latencyOf(rollups.before.duration) },
    objective: row.slo_target === null ? null : reportedObjective(row.slo_target, time),
    steps: stepsOf(timePerStep(counted.spans, within(frame.steps, watched), counted.until), rollups, frame),
    incidents,
  };
  return { report, time, timeBefore };
}

function stepsOf(
  times: readonly TimePerStatus[],
  rollups: PeriodRollups,
  { steps }: MonitorReportFrame,
): ReportedStep[] {
  return times.map((time, index) => {
    const { p95_ms } = latencyOf(rollups.steps[index]?.duration);
    return Object.assign(uptimeFigures(time), { label: steps[index]?.label ?? '', p95_ms });
  });
}

/** Where the span that begins at a moment or after it begins. */
function nextSpan(database: Database, monitor: number, from: number): Span | undefined {
  return database
    .prepare<[number, number], Span>(
      'SELECT start, status, reason FROM spans WHERE monitor = ? AND start >= ? ORDER BY start LIMIT 1',
    )
    .get(monitor, from);
}

/** What of a range a monitor was there in: time before it came, or after it was removed, is nobody's gap. */
function watchedRange({ created_at, removed_at }: MonitorRow, spans: readonly Span[], range: TimeRange): TimeRange {
  // History that was brought in from elsewhere is older than the monitor here.
  const came = Math.min(created_at, spans[0]?.start ?? Infinity);
  const from = Math.min(range.to, Math.max(range.from, came));
  return { from, to: Math.max(from, Math.min(range.to, removed_at ?? Infinity)) };
}

/** What of each step lies within a range; nothing is an empty stretch. */
function within(steps: readonly TimeRange[], range: TimeRange): TimeRange[] {
  return steps.map((step) => {
    const from = Math.min(step.to, Math.max(step.from, range.from));
    return { from, to: Math.max(from, Math.min(step.to, range.to)) };
  });
}

interface PeriodRollups {
  readonly before: Rollup;
  readonly total: Rollup;
  /** By the number of the step; without those of which nothing is kept. */
  readonly steps: readonly (Rollup | undefined)[];
}

function rollupsOf(database: Database, monitor: number, { period, steps }: MonitorReportFrame): PeriodRollups {
  const moments = [period.previous.range.from, ...steps.map(({ from }) => from), period.range.to];
  const found: PeriodRollups & { steps: (Rollup | undefined)[] } = {
    before: emptyRollup(),
    total: emptyRollup(),
    steps: [],
  };
  for (const { from, rollup } of stepRollups(database, monitor, moments)) {
    // Where only coarse rollups are left a step begins later than asked for, within itself.
    const index = moments.findLastIndex((moment) => moment <= from) - 1;
    if (index < 0) mergeRollup(found.before, rollup);
    else {
      found.steps[index] = rollup;
      mergeRollup(found.total, rollup);
    }
  }
  return found;
}

function latencyOf(sketch: QuantileSketch | undefined): ReportedLatency {
  const [p50 = null, p95 = null, p99 = null] = sketch?.quantiles([0.5, 0.95, 0.99]) ?? [];
  return {
    count: sketch?.count ?? 0,
    mean_ms: toMicrosecond(sketch?.mean ?? null),
    p50_ms: toMicrosecond(p50),
    p95_ms: toMicrosecond(p95),
    p99_ms: toMicrosecond(p99),
  };
}
