import { countedSpans } from '../core/counted-spans.ts';
import { AppError } from '../core/errors.ts';
import { DAY_MS, HOUR_MS } from '../core/history/history-key.ts';
import type { PhaseSum, Rollup } from '../core/history/rollup.ts';
import type { Phases } from '../core/outcome.ts';
import type { Status } from '../core/status.ts';
import { timePerStep } from '../core/time-per-step.ts';
import { countSteps, stepMoments, stepName, usualStep } from '../core/time-steps.ts';
import { formatMoment } from '../core/time-window.ts';
import { standsUntil, type TimePerStatus, type TimeRange } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { reachOf } from './kept/reach.ts';
import { stepRollups, type StepRollup } from './kept/step-rollups.ts';
import { knownMonitors } from './known-monitors.ts';
import { maintenanceOf } from './maintenance-periods.ts';
import { monitorSpans } from './monitor-spans.ts';
import { newestOf, type Newest } from './newest.ts';
import { inSnapshot } from './snapshot.ts';
import { toMicrosecond } from './units.ts';

/** Of which monitor, over which time, in which steps? */
export interface SeriesQuestion {
  readonly id: string;
  /** ms since the epoch; not later than `now`. */
  readonly range: TimeRange;
  /** ms, a part of a day; `null` chooses one. */
  readonly step: number | null;
  /** The time zone (IANA) at whose midnights days begin. */
  readonly zone: string;
  /** ms since the epoch. */
  readonly now: number;
}

/** What happened in one step. */
export interface SeriesPoint {
  /** RFC 3339; the step goes up to `to`, which is not part of it. */
  readonly from: string;
  readonly to: string;
  /** Results by status, those that never began included. */
  readonly counts: Readonly<Record<Status, number>>;
  /** Results of checks that never began. */
  readonly missed: number;
  /** Time up or degraded over time observed, 0 to 1; `null` when nothing was observed. */
  readonly uptime: number | null;
  /** Time observed outside of maintenance over the whole step, 0 to 1. */
  readonly observed: number;
  /** Time in maintenance over the whole step, 0 to 1. Its results are among all the others. */
  readonly maintenance: number;
  /** How long checks took that found the target up or degraded. Percentiles are off by at most 1 % of themselves. */
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly min_ms: number | null;
  readonly mean_ms: number | null;
  readonly max_ms: number | null;
  /** Means of the phases of the same checks, each over those that had it. */
  readonly phases_ms: Phases;
  /** How late checks began. */
  readonly late_p99_ms: number | null;
  readonly late_max_ms: number | null;
}

/** A monitor's history in steps. */
export interface SeriesAnswer {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly zone: string;
  /** The length of the steps: `1m` to `1d`. */
  readonly step: string;
  /** What was asked for: a step or `auto`. `step` is longer where single results, or hours, are no longer kept. */
  readonly asked_step: string;
  /** One a step, in order, also of steps without results; at the ends of the range as much of a step as lies in it. */
  readonly points: SeriesPoint[];
}

const QUANTILES = [0.5, 0.95, 0.99] as const;
const LATE_QUANTILES = [0.99] as const;

/** More steps than this are refused. */
export const MOST_STEPS = 10_000;

/**
 * How did a monitor fare over time? From single results where they are kept and needed, and from rollups of hours and days
 * otherwise; the cost is that of the steps. Throws `monitor_not_found`, and `bad_request` for too many steps.
 */
export function askSeries(database: Database, question: SeriesQuestion): SeriesAnswer {
  return inSnapshot(database, () => findSeries(database, question));
}

function findSeries(database: Database, question: SeriesQuestion): SeriesAnswer {
  const { id, range, zone } = question;
  const [monitor] = knownMonitors(database, id);
  if (monitor === undefined) return answer(question, 0, []);
  const asked = question.step ?? usualStep(range, monitor.interval_ms);
  if (countSteps(range, asked) > MOST_STEPS) throw tooManySteps();
  const reach = reachOf(database, monitor.key, range);
  const least = reach.hoursFrom > range.from ? DAY_MS : reach.resultsFrom > range.from ? HOUR_MS : 0;
  const step = Math.max(asked, least);
  const newest = newestOf(database, monitor.key);
  const known = { reach, newestSlot: newest?.slot };
  const steps = stepRollups(database, monitor.key, stepMoments(range, step, zone), known);
  const whole = wholeOf(steps);
  const { spans, until } = countedSpans({
    spans: monitorSpans(database, monitor.key, whole),
    until: observedUntil(monitor, newest, question.now),
    maintenance: maintenanceOf(database, monitor.key, whole),
  });
  return answer(question, step, pointsOf(steps, timePerStep(spans, steps, until)));
}

function tooManySteps(): AppError {
  return new AppError('bad_request', `step: there would be more than ${MOST_STEPS} steps`, {
    hint: 'Ask for longer steps, or for less time.',
  });
}

function answer({ id, range, zone, step: asked }: SeriesQuestion, step: number, points: SeriesPoint[]): SeriesAnswer {
  return {
    id,
    from: formatMoment(range.from),
    to: formatMoment(range.to),
    zone,
    step: stepName(step),
    asked_step: asked === null ? 'auto' : stepName(asked),
    points,
  };
}

function wholeOf(steps: readonly TimeRange[]): TimeRange {
  return { from: steps[0]?.from ?? 0, to: steps.at(-1)?.to ?? 0 };
}

function observedUntil({ timeout_ms: timeout }: MonitorRow, newest: Newest | undefined, now: number): number {
  return newest === undefined ? now : standsUntil({ slot: newest.slot, interval: newest.interval_ms, timeout }, now);
}

function pointsOf(steps: readonly StepRollup[], times: readonly TimePerStatus[]): SeriesPoint[] {
  const points: SeriesPoint[] = [];
  for (const [index, step] of steps.entries()) {
    const time = times[index];
    // Where a step begins is where the one before it ends, and need not be written again.
    const from = steps[index - 1]?.to === step.from ? points.at(-1)?.to : undefined;
    if (time !== undefined) points.push(pointOf(step, from ?? formatMoment(step.from), time));
  }
  return points;
}

function pointOf({ from, to, rollup }: StepRollup, begins: string, time: TimePerStatus): SeriesPoint {
  const { counts, missed, duration, late } = rollup;
  const [p50 = null, p95 = null, p99 = null] = duration.quantiles(QUANTILES);
  const [lateP99 = null] = late.quantiles(LATE_QUANTILES);
  const observed = time.up + time.degraded + time.down;
  return {
    from: begins,
    to: formatMoment(to),
    counts,
    missed,
    uptime: observed === 0 ? null : (time.up + time.degraded) / observed,
    observed: observed / (to - from),
    maintenance: time.maintenance / (to - from),
    p50_ms: toMicrosecond(p50),
    p95_ms: toMicrosecond(p95),
    p99_ms: toMicrosecond(p99),
    min_ms: duration.min,
    mean_ms: toMicrosecond(duration.mean),
    max_ms: duration.max,
    phases_ms: phasesOf(rollup),
    late_p99_ms: toMicrosecond(lateP99),
    late_max_ms: late.max,
  };
}

function phasesOf({ phases: { dns, connect, tls, wait, body } }: Rollup): Phases {
  return { dns: meanOf(dns), connect: meanOf(connect), tls: meanOf(tls), wait: meanOf(wait), body: meanOf(body) };
}

function meanOf({ count, sumUs }: PhaseSum): number | null {
  return count === 0 ? null : Math.round(sumUs / count) / 1000;
}
