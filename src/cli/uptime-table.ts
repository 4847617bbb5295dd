import type { UptimeAnswer, UptimeWindowAnswer } from '../query/uptime.ts';
import type { UptimeRangeAnswer } from '../query/uptime-windows.ts';
import { renderTable, type Cell } from './table.ts';
import { percent, roughly, withoutUptime } from './words.ts';

/** Figures of something, window by window. */
export interface NamedWindows {
  readonly name: string;
  readonly windows: Readonly<Record<string, UptimeWindowAnswer>>;
}

/** Observed or in maintenance to this share counts as all of it: a window begins and ends between two checks. */
const ALL = 0.9999;

/** So many periods stand side by side; more of them are lines of their own. */
const MOST_COLUMNS = 12;

/** A table with one line a monitor and one column a window or period. */
export function uptimeOfAll({ monitors }: UptimeAnswer): string {
  if (monitors.length === 0) return 'no monitors\n';
  return uptimeTable(
    'MONITOR',
    monitors.map(({ id, windows }) => ({ name: id, windows })),
  );
}

/** A table with one line a window or period and all figures of one monitor. */
export function uptimeOfOne({ monitors }: UptimeAnswer): string {
  return figuresTable(monitors[0]?.windows ?? {});
}

/** One line for each thing, and one column a window or period; one line each where there are very many of those. */
export function uptimeTable(title: string, named: readonly NamedWindows[]): string {
  const columns = columnsOf(named[0]?.windows ?? {});
  if (columns.length <= MOST_COLUMNS) {
    const rows = named.map(({ name, windows }) =>
      [name as Cell | string].concat(columnsOf(windows).map(({ figures }) => briefly(figures))),
    );
    return renderTable([title].concat(columns.map(({ label }) => label.toUpperCase())), rows);
  }
  const lines = named.flatMap(({ name, windows }) => columnsOf(windows).map((column) => ({ name, column })));
  const apart = lines.some(({ column }) => hasMaintenance(column));
  return renderTable(
    [title].concat(fullTitles(apart)),
    lines.map(({ name, column }) => [name].concat(inFull(column, apart))),
  );
}

/** One line a window or period, with all figures. */
export function figuresTable(windows: NamedWindows['windows']): string {
  const columns = columnsOf(windows);
  const apart = columns.some(hasMaintenance);
  return renderTable(
    fullTitles(apart),
    columns.map((column) => inFull(column, apart)),
  );
}

interface Column {
  readonly label: string;
  readonly figures: UptimeRangeAnswer;
}

/** Each window, after its periods where it has some: a sum stands at the end. */
function columnsOf(windows: NamedWindows['windows']): Column[] {
  return Object.entries(windows).flatMap(([label, whole]) => {
    const periods = (whole.periods ?? []).map((period): Column => ({ label: period.label, figures: period }));
    return periods.concat({ label: shortened(label), figures: whole });
  });
}

/** The label of a range of moments is both of them, which is too much for a column. */
function shortened(label: string): string {
  return label.includes('/') ? 'in all' : label;
}

function hasMaintenance({ figures }: Column): boolean {
  return figures.maintenance_seconds > 0;
}

/** `apart`: with a column of maintenance, which most have none of. */
function fullTitles(apart: boolean): string[] {
  return ['WINDOW', 'UPTIME', 'OBSERVED', 'DOWN', 'DEGRADED', 'UNKNOWN', ...(apart ? ['MAINTENANCE'] : [])];
}

function inFull({ label, figures }: Column, apart: boolean): string[] {
  return [
    label,
    figures.uptime === null ? withoutUptime(figures) : percent(figures.uptime),
    percent(figures.observed),
    roughly(figures.down_seconds),
    roughly(figures.degraded_seconds),
    roughly(figures.unknown_seconds),
    ...(apart ? [roughly(figures.maintenance_seconds)] : []),
  ];
}

function briefly(figures: UptimeRangeAnswer): string {
  if (figures.uptime === null) return withoutUptime(figures);
  const observed = figures.observed + figures.maintenance >= ALL ? '' : ` of ${percent(figures.observed)} observed`;
  return `${percent(figures.uptime)}${observed}`;
}
