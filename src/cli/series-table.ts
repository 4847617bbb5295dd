import { systemClock } from '../core/clock.ts';
import { stepName, usualStep } from '../core/time-steps.ts';
import { formatInZone } from '../core/time-zone.ts';
import { readSeries, type AskedSeries } from '../query/asked-series.ts';
import type { SeriesAnswer, SeriesPoint } from '../query/series.ts';
import { renderTable, type Cell } from './table.ts';
import { counted, percent, shortMs } from './words.ts';

/** Lines that fit on a screen. */
const MOST_LINES = 32;
const WIDEST_BAR = 24;

/** The step that makes a table of about one screen. Throws `bad_request` for a time that is none. */
export function stepForTable(asked: AskedSeries): string {
  return stepName(usualStep(readSeries(asked, systemClock.now()).range, 0, MOST_LINES));
}

/** A table with one line a step, and a bar as long as the 95th percentile. */
export function seriesTable({ points, zone, step, asked_step }: SeriesAnswer): string {
  const slowest = Math.max(0, ...points.map(({ p95_ms }) => p95_ms ?? 0));
  const apart = points.some(({ maintenance }) => maintenance > 0);
  const titles = [`FROM (${zone})`, 'CHECKS', 'UP', 'OBSERVED']
    .concat(apart ? 'MAINTENANCE' : [])
    .concat('P50', 'P95', 'P99', 'MAX', 'LATE', 'P95', 'NOT UP');
  const rows = points.map((point) => row(point, { zone, slowest, apart }));
  const longer =
    asked_step === 'auto' || asked_step === step ? '' : `; finer history than that is no longer kept for all of them`;
  return `${renderTable(titles, rows)}${counted(points.length, 'step')} of ${step}${longer}\n`;
}

/** `apart`: with a column of maintenance, which most have none of. */
function row(
  point: SeriesPoint,
  { zone, slowest, apart }: { zone: string; slowest: number; apart: boolean },
): (Cell | string)[] {
  const right = (text: string): Cell => ({ text, align: 'right' });
  const { counts, uptime, observed, maintenance, p50_ms, p95_ms, p99_ms, max_ms, late_max_ms } = point;
  const bar = p95_ms === null ? 0 : Math.max(1, Math.round((p95_ms / slowest) * WIDEST_BAR));
  return [
    clock(Date.parse(point.from), zone),
    right(String(counts.up + counts.degraded + counts.down + counts.unknown)),
    right(uptime === null ? '-' : percent(uptime)),
    right(percent(observed)),
    ...(apart ? [right(percent(maintenance))] : []),
    ...[p50_ms, p95_ms, p99_ms, max_ms, late_max_ms].map((time) => right(shortMs(time))),
    '#'.repeat(Number.isFinite(bar) ? bar : 1),
    notUp(counts),
  ];
}

/** What went wrong, in words: `3 down, 1 unknown`. */
function notUp(counts: SeriesPoint['counts']): Cell {
  const words = (['down', 'degraded', 'unknown'] as const).flatMap((status) =>
    counts[status] === 0 ? [] : [`${counts[status]} ${status}`],
  );
  const style = counts.down > 0 ? 'red' : counts.degraded > 0 ? 'yellow' : 'dim';
  return { text: words.join(', '), style };
}

/** `2026-10-25 02:30`, with seconds where a step does not begin at a full minute, and the offset where there is one. */
function clock(moment: number, zone: string): string {
  const [, date = '', minutes = '', seconds = '', offset = ''] =
    /^(.{10})T(\d\d:\d\d)(:\d\d)[\d.]*(.*)$/.exec(formatInZone(moment, zone)) ?? [];
  return `${date} ${minutes}${seconds === ':00' ? '' : seconds}${offset === 'Z' ? '' : ` ${offset}`}`;
}
