import type { Reason } from '../core/reasons.ts';
import type { Span } from '../core/spans.ts';
import type { Status } from '../core/status.ts';
import { formatMoment, type Window } from '../core/time-window.ts';
import { standsUntil, timePerStatus, uptimeFigures, type TimeRange, type UptimeFigures } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { knownMonitors } from './known-monitors.ts';
import { newestOf, newestOfAll, type Newest } from './newest.ts';
import { inSnapshot } from './snapshot.ts';

/** The uptime of which monitor (all configured ones when left out) over which windows that end at `now`? */
export interface UptimeQuestion {
  readonly id?: string | undefined;
  readonly windows: readonly Window[];
  /** ms since the epoch. */
  readonly now: number;
}

/** Figures over one window; its ends as RFC 3339. Observed and unknown seconds add up to the window. */
export interface UptimeWindowAnswer extends UptimeFigures {
  readonly from: string;
  readonly to: string;
}

/** Figures by monitor and by the name of the window. */
export interface UptimeAnswer {
  readonly monitors: { readonly id: string; readonly windows: Readonly<Record<string, UptimeWindowAnswer>> }[];
}

/**
 * How long were monitors up? Time-weighted, from spans: the cost is that of the changes within the longest window, not of
 * the checks. Throws `monitor_not_found`.
 */
export function askUptime(database: Database, question: UptimeQuestion): UptimeAnswer {
  return inSnapshot(database, () => findUptime(database, question));
}

function findUptime(database: Database, { id, windows, now }: UptimeQuestion): UptimeAnswer {
  const to = Math.floor(now);
  const rows = knownMonitors(database, id);
  const newest = id === undefined ? newestOfAll(database) : undefined;
  const from = to - Math.max(...windows.map(({ length }) => length));
  const spans = spansOf(database, id === undefined ? undefined : rows[0]?.key, { from, to });
  const ranges = windows.map(({ label, length }) => {
    const range: TimeRange = { from: to - length, to };
    return { label, range, ends: { from: formatMoment(range.from), to: formatMoment(range.to) } };
  });
  const monitors = rows.map((row) => {
    const head = newest === undefined ? newestOf(database, row.key) : newest.get(row.key);
    const until = head === undefined ? to : observedUntil(row, head, to);
    const ofMonitor = spans.get(row.key) ?? [];
    const answers: Record<string, UptimeWindowAnswer> = {};
    for (const { label, range, ends } of ranges) {
      answers[label] = Object.assign(uptimeFigures(timePerStatus(ofMonitor, range, until)), ends);
    }
    return { id: row.id, windows: answers };
  });
  return { monitors };
}

/** Spans by key of the monitor: the one in force when the range begins, and all that begin within it. */
function spansOf(database: Database, monitor: number | undefined, { from, to }: TimeRange): Map<number, Span[]> {
  const found = database
    .prepare<[{ monitor: number | null; from: number; to: number }]>(
      `SELECT spans.monitor, spans.start, spans.status, spans.reason
       FROM monitors CROSS JOIN spans ON spans.monitor = monitors.key AND spans.start < @to AND spans.start >= coalesce(
         (SELECT max(start) FROM spans WHERE monitor = monitors.key AND start <= @from), @from)
       WHERE ${monitor === undefined ? 'monitors.removed_at IS NULL AND @monitor IS NULL' : 'monitors.key = @monitor'}
       ORDER BY monitors.key, spans.start`,
    )
    .raw()
    .all({ monitor: monitor ?? null, from, to }) as [number, number, Status, Reason | null][];
  const spans = new Map<number, Span[]>();
  for (const [key, start, status, reason] of found) {
    const known = spans.get(key);
    if (known === undefined) spans.set(key, [{ start, status, reason }]);
    else known.push({ start, status, reason });
  }
  return spans;
}

function observedUntil(row: MonitorRow, head: Newest, now: number): number {
  return standsUntil({ slot: head.slot, interval: head.interval_ms, timeout: row.timeout_ms }, now);
}
