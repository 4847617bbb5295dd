import type { UptimeAnswer, UptimeWindowAnswer } from '../query/uptime.ts';
import { renderTable } from './table.ts';
import { percent, roughly } from './words.ts';

/** Observed to this share counts as all of it: a window begins and ends between two checks. */
const ALL = 0.9999;

/** A table with one line a monitor and one column a window. */
export function uptimeOfAll({ monitors }: UptimeAnswer): string {
  const [first] = monitors;
  if (first === undefined) return 'no monitors\n';
  const labels = Object.keys(first.windows);
  const rows = monitors.map(({ id, windows }) => [id].concat(labels.map((label) => figure(windows[label]))));
  return renderTable(['MONITOR', ...labels.map((label) => label.toUpperCase())], rows);
}

/** A table with one line a window and all figures of one monitor. */
export function uptimeOfOne({ monitors }: UptimeAnswer): string {
  const rows = Object.entries(monitors[0]?.windows ?? {}).map(([label, figures]) => [
    label,
    figures.uptime === null ? 'not observed' : percent(figures.uptime),
    percent(figures.observed),
    roughly(figures.down_seconds),
    roughly(figures.degraded_seconds),
    roughly(figures.unknown_seconds),
  ]);
  return renderTable(['WINDOW', 'UPTIME', 'OBSERVED', 'DOWN', 'DEGRADED', 'UNKNOWN'], rows);
}

function figure(figures: UptimeWindowAnswer | undefined): string {
  if (figures === undefined || figures.uptime === null) return 'not observed';
  const observed = figures.observed >= ALL ? '' : ` of ${percent(figures.observed)} observed`;
  return `${percent(figures.uptime)}${observed}`;
}
