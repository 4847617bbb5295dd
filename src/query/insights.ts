import { overlapOf } from '../core/counted-spans.ts';
import { emptyRollup, mergeRollup, countOf, type Rollup } from '../core/history/rollup.ts';
import { countChanges, outagesOf, unobservedTime, type Outage } from '../core/history/span-insights.ts';
import type { Milliseconds } from '../core/duration.ts';
import type { ObservedSpans } from '../core/spans.ts';
import { formatMoment, type NamedRange } from '../core/time-window.ts';
import type { TimeRange } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import type {
  FlakyMonitor,
  InsightsAnswer,
  LongOutage,
  Punctuality,
  SlowMonitor,
  UnobservedTime,
} from './insights-answer.ts';
import { journalRollups } from './kept/journal-rollups.ts';
import { stepRollups } from './kept/step-rollups.ts';
import { knownMonitors } from './known-monitors.ts';
import { maintenanceOf } from './maintenance-periods.ts';
import { observedSpans } from './observed-spans.ts';
import { inSnapshot } from './snapshot.ts';
import { toMicrosecond } from './units.ts';

/** What is worth a look, over which stretch of time? */
export interface InsightsQuestion extends NamedRange {
  /** So many of each, at least 1. */
  readonly limit: number;
  /** ms since the epoch. */
  readonly now: number;
}

/** What one monitor comes to. */
interface Looked {
  readonly row: MonitorRow;
  readonly observed: ObservedSpans;
  readonly slow: SlowMonitor | undefined;
  readonly failures: number;
  readonly results: number;
}

/**
 * Which monitors are slow, which are flaky, what was down for long, and how punctual is Longwatch itself? Of the monitors
 * that are configured now: from rollups, the journal and spans.
 */
export function askInsights(database: Database, question: InsightsQuestion): InsightsAnswer {
  return inSnapshot(database, () => findInsights(database, question));
}

function findInsights(database: Database, { range, label, limit, now }: InsightsQuestion): InsightsAnswer {
  const rows = knownMonitors(database, undefined);
  const moments = [range.from, range.to];
  const fresh = journalRollups(database, moments);
  const nothing = new Map<number, Rollup>();
  const total = emptyRollup();
  const spans = observedSpans(database, rows, range, now);
  const looked = rows.map((row, index): Looked => {
    const [step] = stepRollups(database, row.key, moments, { fresh: fresh.get(row.key) ?? nothing });
    // What a monitor's results come to is needed no more: of thousands it would fill the thread's memory.
    fresh.delete(row.key);
    const rollup = step?.rollup ?? emptyRollup();
    mergeRollup(total, rollup);
    return {
      row,
      observed: spans[index] ?? { spans: [], until: now },
      slow: slowMonitor(row, rollup),
      failures: rollup.counts.down,
      results: countOf(rollup),
    };
  });
  return {
    window: { label, from: formatMoment(range.from), to: formatMoment(range.to) },
    slowest: first(
      limit,
      looked.flatMap(({ slow }) => slow ?? []),
      bySlowness,
    ),
    flakiest: first(
      limit,
      looked.flatMap((each) => flakyMonitor(each, range)),
      byChanges,
    ),
    longest_outages: longestOutages(database, looked, { range, limit }),
    longwatch: punctuality(total, unobservedOf(looked, range)),
  };
}

function first<T>(limit: number, all: readonly T[], order: (one: T, other: T) => number): T[] {
  return all.toSorted(order).slice(0, limit);
}

function slowMonitor({ id }: MonitorRow, { duration }: Rollup): SlowMonitor | undefined {
  const { max } = duration;
  const [p50 = null, p95 = null, p99 = null] = duration.quantiles([0.5, 0.95, 0.99]).map(toMicrosecond);
  if (p50 === null || p95 === null || p99 === null || max === null) return undefined;
  return { id, count: duration.count, p50_ms: p50, p95_ms: p95, p99_ms: p99, max_ms: max };
}

function bySlowness(one: SlowMonitor, other: SlowMonitor): number {
  return other.p95_ms - one.p95_ms || byId(one, other);
}

function flakyMonitor({ row, observed, failures, results }: Looked, range: TimeRange): FlakyMonitor[] {
  const changes = countChanges(observed, range);
  if (changes === 0 && failures === 0) return [];
  return [{ id: row.id, changes, outages: outagesOf(observed, range).length, failures, results }];
}

function byChanges(one: FlakyMonitor, other: FlakyMonitor): number {
  return other.changes - one.changes || other.failures - one.failures || byId(one, other);
}

function longestOutages(
  database: Database,
  looked: readonly Looked[],
  { range, limit }: { readonly range: TimeRange; readonly limit: number },
): LongOutage[] {
  const outages = looked.flatMap(({ row: { id, key }, observed }) =>
    outagesOf(observed, range).map((outage) => ({ id, key, outage })),
  );
  const inOrder = first(limit, outages, (one, other) => {
    return other.outage.length - one.outage.length || other.outage.from - one.outage.from || byId(one, other);
  });
  return inOrder.map(({ id, key, outage }) => {
    // Its beginning, and what was maintenance then, may lie before the window.
    const whole = { from: outage.from, to: outage.from + outage.length };
    return longOutage(id, outage, overlapOf(maintenanceOf(database, key, whole), whole));
  });
}

function longOutage(id: string, { from, to, length, reason, endedIn }: Outage, maintenance: Milliseconds): LongOutage {
  return {
    id,
    from: formatMoment(from),
    to: to === null ? null : formatMoment(to),
    seconds: length / 1000,
    maintenance_seconds: maintenance / 1000,
    reason,
    ended_in: endedIn,
    ongoing: to === null,
  };
}

function unobservedOf(looked: readonly Looked[], range: TimeRange): UnobservedTime[] {
  const times = new Map<UnobservedTime['reason'], { length: number; monitors: number }>();
  for (const { row, observed } of looked) {
    // A monitor that is switched off is not meant to be observed any more.
    const seen = row.enabled === 1 ? range : { from: range.from, to: Math.min(range.to, observed.until) };
    for (const [reason, length] of unobservedTime(observed, seen)) {
      const known = times.get(reason) ?? { length: 0, monitors: 0 };
      times.set(reason, { length: known.length + length, monitors: known.monitors + 1 });
    }
  }
  return [...times]
    .map(([reason, { length, monitors }]) => ({ reason, seconds: length / 1000, monitors }))
    .sort((one, other) => other.seconds - one.seconds);
}

function punctuality({ late, missed }: Rollup, unobserved: UnobservedTime[]): Punctuality {
  const [p50 = null, p99 = null] = late.quantiles([0.5, 0.99]);
  return {
    checks: late.count,
    late_p50_ms: toMicrosecond(p50),
    late_p99_ms: toMicrosecond(p99),
    late_max_ms: late.max,
    missed,
    unobserved,
  };
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
