import { emptyRollup, mergeRollup, type Rollup } from '../core/history/rollup.ts';
import type { Status } from '../core/status.ts';
import { formatMoment, type NamedRange } from '../core/time-window.ts';
import type { Database } from '../db/native.ts';
import { journalRollups } from './kept/journal-rollups.ts';
import { stepRollups, type StepRollup } from './kept/step-rollups.ts';
import { knownMonitors } from './known-monitors.ts';
import { inSnapshot } from './snapshot.ts';
import { toMicrosecond } from './units.ts';

/** The latency of which monitor (all configured ones when left out) over which stretches of time? */
export interface LatencyQuestion {
  readonly id?: string | undefined;
  readonly ranges: readonly NamedRange[];
}

/** How long checks took that found the target up or degraded. Percentiles are off by at most 1 % of themselves. */
export interface LatencyWindowAnswer {
  /** RFC 3339. Whole hours where single results are no longer kept, and whole days (UTC) where hours are not. */
  readonly from: string;
  readonly to: string;
  /** Checks that found the target up or degraded. */
  readonly count: number;
  readonly min_ms: number | null;
  readonly mean_ms: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly max_ms: number | null;
  /** All results by status, those that never began included. */
  readonly counts: Readonly<Record<Status, number>>;
  /** Results of checks that never began. */
  readonly missed: number;
}

/** Figures by monitor and by the name of the window. */
export interface LatencyAnswer {
  readonly monitors: { readonly id: string; readonly windows: Readonly<Record<string, LatencyWindowAnswer>> }[];
}

/**
 * How fast did monitors answer? From rollups, the journal, and single results where a window cuts an hour. Throws
 * `monitor_not_found`.
 */
export function askLatency(database: Database, question: LatencyQuestion): LatencyAnswer {
  return inSnapshot(database, () => findLatency(database, question));
}

function findLatency(database: Database, { id, ranges }: LatencyQuestion): LatencyAnswer {
  const ends = new Set(ranges.flatMap(({ range }) => [range.from, range.to]));
  const moments = [...ends].sort((one, other) => one - other);
  const nothing = new Map<number, Rollup>();
  const fresh = id === undefined ? journalRollups(database, moments) : undefined;
  const monitors = knownMonitors(database, id).map((monitor) => {
    const known = fresh === undefined ? {} : { fresh: fresh.get(monitor.key) ?? nothing };
    const steps = stepRollups(database, monitor.key, moments, known);
    // What a monitor's results come to is needed no more: of thousands it would fill the thread's memory.
    fresh?.delete(monitor.key);
    return { id: monitor.id, windows: windowAnswers(ranges, steps) };
  });
  return { monitors };
}

function windowAnswers(
  ranges: readonly NamedRange[],
  steps: readonly StepRollup[],
): Record<string, LatencyWindowAnswer> {
  const answers: Record<string, LatencyWindowAnswer> = {};
  for (const named of ranges) {
    const within = steps.filter(({ from }) => from >= named.range.from && from < named.range.to);
    answers[named.label] = windowAnswer(named, within);
  }
  return answers;
}

function windowAnswer({ range }: NamedRange, steps: readonly StepRollup[]): LatencyWindowAnswer {
  const { counts, missed, duration } = sumOf(steps);
  const [p50 = null, p95 = null, p99 = null] = duration.quantiles([0.5, 0.95, 0.99]);
  return {
    from: formatMoment(steps[0]?.from ?? range.from),
    to: formatMoment(steps.at(-1)?.to ?? range.to),
    count: duration.count,
    min_ms: duration.min,
    mean_ms: toMicrosecond(duration.mean),
    p50_ms: toMicrosecond(p50),
    p95_ms: toMicrosecond(p95),
    p99_ms: toMicrosecond(p99),
    max_ms: duration.max,
    counts: { ...counts },
    missed,
  };
}

/** Does not change the steps, which other windows need too. */
function sumOf(steps: readonly StepRollup[]): Rollup {
  const [only, ...others] = steps;
  if (only !== undefined && others.length === 0) return only.rollup;
  const sum = emptyRollup();
  for (const { rollup } of steps) mergeRollup(sum, rollup);
  return sum;
}
