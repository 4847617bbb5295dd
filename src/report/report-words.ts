import { withoutUptime } from '../core/figure-words.ts';
import type { GroupRule } from '../core/history/objective.ts';
import { formatInZone } from '../core/time-zone.ts';
import type { ReportedIncident, ReportedRange } from '../core/period-report.ts';
import type { UptimeFigures } from '../core/uptime.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A share of time as a percentage, rounded down to a thousandth: only all of it is 100 %. */
export function shareWords(share: number | null): string {
  if (share === null) return 'not observed';
  if (share <= 0 || share >= 1) return share <= 0 ? '0%' : '100%';
  return `${(Math.floor(share * 100_000 + 1e-7) / 1000).toFixed(3)}%`;
}

/** The availability of some time, or what there was instead: `99.865%`, `not observed`, `maintenance`. */
export function uptimeWords(
  figures: Pick<UptimeFigures, 'uptime' | 'unknown_seconds' | 'maintenance_seconds'>,
): string {
  return figures.uptime === null ? withoutUptime(figures) : shareWords(figures.uptime);
}

/** How much of an incident was maintenance, in words; `null` for nothing of it. */
export function maintenanceWords({
  seconds,
  maintenance_seconds,
}: Pick<ReportedIncident, 'seconds' | 'maintenance_seconds'>): string | null {
  if (maintenance_seconds <= 0) return null;
  return maintenance_seconds >= seconds ? 'all in maintenance' : `${lengthWords(maintenance_seconds)} in maintenance`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** A length of time to its two greatest units: `45s`, `14m 20s`, `3h 20m`, `12d`; `-` for none at all. */
export function lengthWords(seconds: number): string {
  if (seconds <= 0) return '-';
  if (seconds < 1) return '<1s';
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  const [unit, size] = UNITS[first] ?? ['s', 1];
  const [nextUnit, nextSize] = UNITS[first + 1] ?? ['', 0];
  const rest = nextSize === 0 ? 0 : Math.floor((seconds % size) / nextSize);
  return `${Math.floor(seconds / size)}${unit}${rest === 0 ? '' : ` ${rest}${nextUnit}`}`;
}

/** By how much a figure differs from the one before it: `+8%`; `null` when one of them is missing. */
export function changeWords(now: number | null, before: number | null): string | null {
  if (now === null || before === null || before === 0) return null;
  const change = Math.round((now / before - 1) * 100);
  return `${change < 0 ? '\u2212' : change === 0 ? '±' : '+'}${Math.abs(change)}%`;
}

/** What a stretch of time is called: `October 2026`, `Week 43 of 2026`, `The last 30d`, or its ends. */
export function periodTitle({ label, from, to }: ReportedRange, zone: string): string {
  if (label.includes('/')) return rangeWords({ from, to }, zone);
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(label);
  if (day !== null) return `${WEEKDAYS[new Date(`${label}T00:00Z`).getUTCDay()]}, ${dayOfMonth(label)} ${day[1]}`;
  const month = /^(\d{4})-(\d{2})$/.exec(label);
  if (month !== null) return `${MONTHS[Number(month[2]) - 1]} ${month[1]}`;
  const week = /^(\d{4})-W0?(\d+)$/.exec(label);
  if (week !== null) return `Week ${week[2]} of ${week[1]}`;
  const calendar = label.replace(/^(\d{4})-(Q\d)$/, '$2 $1');
  return /^(?:Q\d )?\d{4}$/.test(calendar) ? calendar : `The last ${label}`;
}

function dayOfMonth(date: string): string {
  return `${Number(date.slice(8, 10))} ${MONTHS[Number(date.slice(5, 7)) - 1]}`;
}

/** The short name of a day, week or month of a report: `Sun 25 Oct`, `W43`, `Oct 2026`. */
export function stepWords(label: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(label)) {
    return `${WEEKDAYS[new Date(`${label}T00:00Z`).getUTCDay()]?.slice(0, 3)} ${shortDay(label)}`;
  }
  const month = /^(\d{4})-(\d{2})$/.exec(label);
  return month === null ? label.slice(5) : `${MONTHS[Number(month[2]) - 1]?.slice(0, 3)} ${month[1]}`;
}

/** `25 Oct`. */
export function shortDay(date: string): string {
  return `${Number(date.slice(8, 10))} ${MONTHS[Number(date.slice(5, 7)) - 1]?.slice(0, 3)}`;
}

/** The days of a period, both ends included: `1 October to 31 October 2026`; with times when it does not end at midnight. */
export function rangeWords({ from, to }: Pick<ReportedRange, 'from' | 'to'>, zone: string): string {
  const [first, end] = [local(from, zone), local(to, zone)];
  if (first.slice(11, 16) !== '00:00' || end.slice(11, 16) !== '00:00') {
    return `${date(first)}, ${first.slice(11, 16)} to ${date(end)}, ${end.slice(11, 16)}`;
  }
  const last = local(new Date(Date.parse(to) - 1).toISOString(), zone);
  if (first.slice(0, 10) === last.slice(0, 10)) return date(first);
  return first.slice(0, 4) === last.slice(0, 4)
    ? `${dayOfMonth(first)} to ${date(last)}`
    : `${date(first)} to ${date(last)}`;
}

function date(text: string): string {
  return `${dayOfMonth(text)} ${text.slice(0, 4)}`;
}

/** A moment on the clocks of the report: `23 November 2026, 12:00`. */
export function momentWords(moment: string, zone: string): string {
  const text = local(moment, zone);
  return `${date(text)}, ${text.slice(11, 16)}`;
}

/** How long a stretch of time is, in hours: a month may be 743, 744 or 745. */
export function hoursOf({ from, to }: Pick<ReportedRange, 'from' | 'to'>): number {
  return (Date.parse(to) - Date.parse(from)) / 3_600_000;
}

/** A moment on the clocks of a zone, `2026-10-25 02:30:00`; with the offset when they show that time twice. */
export function clockWords(moment: string, zone: string): string {
  const text = local(moment, zone);
  const at = Date.parse(moment);
  const twice = CLOCK_CHANGES.some((change) => {
    const others = [at - change, at + change].map((other) => formatInZone(other, zone).slice(0, 23));
    return others.includes(text.slice(0, 23));
  });
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${twice ? text.slice(23) : ''}`;
}

/** By how much clocks are put back, ms: an hour, or half of one on Lord Howe Island. */
const CLOCK_CHANGES = [3_600_000, 1_800_000];

function local(moment: string, zone: string): string {
  return formatInZone(Date.parse(moment), zone);
}

/** A whole number with its digits in groups: `44,608`. */
export function thousands(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** When an incident ended, or why that cannot be said. */
export function endWords({ to, goes_on, ended_in }: ReportedIncident, zone: string): string {
  if (to === null) return 'lasts still';
  if (goes_on) return `${clockWords(to, zone)}, after the period`;
  return ended_in === 'unknown' ? `${clockWords(to, zone)}, then not observed` : clockWords(to, zone);
}

/** When a group counts as down, in words. */
export const RULE_WORDS: Readonly<Record<GroupRule, string>> = {
  any_down: 'down when one is',
  all_down: 'down when all are',
  weighted: 'by the share of monitors',
};
