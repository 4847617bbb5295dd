import { QuantileSketch } from '../core/quantiles.ts';
import { formatMoment, type Window } from '../core/time-window.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { knownMonitors } from './known-monitors.ts';
import { newestOf } from './newest.ts';
import { inSnapshot } from './snapshot.ts';
import { milliseconds, toMicrosecond } from './units.ts';

/** The latency of which monitor (all configured ones when left out) over which windows that end at `now`? */
export interface LatencyQuestion {
  readonly id?: string | undefined;
  readonly windows: readonly Window[];
  /** ms since the epoch. */
  readonly now: number;
}

/** How long checks took that found the target up or degraded. Percentiles are off by at most 1 % of themselves. */
export interface LatencyWindowAnswer {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly min_ms: number | null;
  readonly mean_ms: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly max_ms: number | null;
}

/** Figures by monitor and by the name of the window. */
export interface LatencyAnswer {
  readonly monitors: { readonly id: string; readonly windows: Readonly<Record<string, LatencyWindowAnswer>> }[];
}

type Sketches = readonly { readonly window: Window; readonly from: number; readonly sketch: QuantileSketch }[];

/** Rows read in one statement: a longer one would keep the WAL from being emptied. */
const ROWS_AT_A_TIME = 50_000;

/** How fast did monitors answer? Throws `monitor_not_found`. */
export function askLatency(database: Database, { id, windows, now }: LatencyQuestion): LatencyAnswer {
  const to = Math.floor(now);
  const rows = knownMonitors(database, id);
  const sketches = new Map(rows.map((row) => [row.key, emptySketches(windows, to)]));
  const from = to - Math.max(...windows.map(({ length }) => length));
  if (id === undefined) readAll(database, { from, to }, sketches);
  else for (const row of rows) readOne(database, { row, from, to }, sketches.get(row.key) ?? []);
  const monitors = rows.map((row) => {
    const figures = (sketches.get(row.key) ?? []).map((each) => [each.window.label, windowAnswer(each, to)] as const);
    return { id: row.id, windows: Object.fromEntries(figures) };
  });
  return { monitors };
}

/** One monitor: along its chain of slots. */
function readOne(
  database: Database,
  { row, from, to }: { readonly row: MonitorRow; readonly from: number; readonly to: number },
  sketches: Sketches,
): void {
  const newest = inSnapshot(database, () => newestOf(database, row.key));
  if (newest === undefined) return;
  const durations = database.prepare<[{ newest: number; from: number; to: number; monitor: number }]>(`
    WITH RECURSIVE chain (slot) AS (
      SELECT @newest
      UNION ALL
      SELECT (SELECT slot - coalesce(back_ms, interval_ms) FROM journal
              WHERE slot = chain.slot AND monitor = @monitor LIMIT 1)
      FROM chain WHERE chain.slot >= @from
    )
    SELECT journal.slot, journal.duration_us
    FROM chain CROSS JOIN journal ON journal.slot = chain.slot AND journal.monitor = @monitor
    WHERE chain.slot >= @from AND chain.slot < @to
      AND journal.status IN ('up', 'degraded') AND journal.duration_us IS NOT NULL`);
  const found = durations.raw().all({ newest: newest.slot, from, to, monitor: row.key });
  for (const [slot, duration] of found as Iterable<[number, number]>) add(sketches, slot, duration);
}

/** All monitors: once through the journal, some rows at a time. */
function readAll(
  database: Database,
  { from, to }: { readonly from: number; readonly to: number },
  sketches: ReadonlyMap<number, Sketches>,
): void {
  const durations = database.prepare<[number, number, number, number, number]>(`
    SELECT slot, monitor, location, duration_us, status FROM journal
    WHERE (slot, monitor, location) > (?, ?, ?) AND slot < ? ORDER BY slot, monitor, location LIMIT ?`);
  let place: readonly [number, number, number] = [from, -1, -1];
  for (;;) {
    const rows = durations.raw().all(...place, to, ROWS_AT_A_TIME) as [number, number, number, number | null, string][];
    for (const [slot, monitor, , duration, status] of rows) {
      const ofMonitor = sketches.get(monitor);
      if (ofMonitor !== undefined && duration !== null && (status === 'up' || status === 'degraded')) {
        add(ofMonitor, slot, duration);
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_AT_A_TIME) return;
    place = [last[0], last[1], last[2]];
  }
}

function emptySketches(windows: readonly Window[], to: number): Sketches {
  return windows.map((window) => ({ window, from: to - window.length, sketch: new QuantileSketch() }));
}

function add(sketches: Sketches, slot: number, durationUs: number): void {
  for (const { from, sketch } of sketches) {
    if (slot >= from) sketch.add(milliseconds(durationUs) ?? 0);
  }
}

function windowAnswer({ from, sketch }: Sketches[number], to: number): LatencyWindowAnswer {
  const [p50 = null, p95 = null, p99 = null] = sketch.quantiles([0.5, 0.95, 0.99]);
  return {
    from: formatMoment(from),
    to: formatMoment(to),
    count: sketch.count,
    min_ms: sketch.min,
    mean_ms: toMicrosecond(sketch.mean),
    p50_ms: toMicrosecond(p50),
    p95_ms: toMicrosecond(p95),
    p99_ms: toMicrosecond(p99),
    max_ms: sketch.max,
  };
}
