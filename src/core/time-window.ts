import { parseDuration, type Milliseconds } from './duration.ts';
import { formatInZone, momentOfWallTime, periodFrom, zoneFault, type PeriodUnit } from './time-zone.ts';
import type { TimeRange } from './uptime.ts';

/** A window that ends now, under the name the user gave it. */
export interface Window {
  readonly label: string;
  readonly length: Milliseconds;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const LONGEST_WINDOW: Milliseconds = 3660 * DAY_MS;
const MOST_WINDOWS = 20;

/** Reads `24h,7d,30d`: 1 to 20 windows of a second to ten years. A fault is worded for a person. */
export function parseWindows(text: string): { readonly windows: Window[] } | { readonly fault: string } {
  const labels = [...new Set(text.split(',').map((label) => label.trim()))];
  if (labels.length > MOST_WINDOWS) return { fault: `at most ${MOST_WINDOWS} windows can be asked for at once` };
  const windows: Window[] = [];
  for (const label of labels) {
    const length = parseDuration(label);
    if (length === undefined) return { fault: `"${label}" is not a window: write 24h, 7d or 24h,7d,30d` };
    if (length < 1000 || length > LONGEST_WINDOW) return { fault: `a window must be from 1s to 3660d, not ${label}` };
    windows.push({ label, length });
  }
  return { windows };
}

/** The stretch of time that a window stands for when it ends at a moment. */
export function endingAt({ label, length }: Window, moment: number): NamedRange {
  const to = Math.floor(moment);
  return { label, range: { from: to - length, to } };
}

const DATE_AND_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * Reads a moment: a duration before `now` (`1h`), or a date with or without a time: `2026-10-01` begins in `zone`, in UTC
 * when there is none; `2026-10-01T12:00` needs a zone and `2026-10-01T12:00:00Z` does not. Whole ms since the epoch;
 * `undefined` for anything else.
 */
export function parseMoment(text: string, now: number, zone?: string): number | undefined {
  const ago = parseDuration(text);
  if (ago !== undefined) return Math.floor(now) - ago;
  const [, date, time, offset] = DATE_AND_TIME.exec(text) ?? [];
  if (date === undefined || (time !== undefined && offset === undefined && zone === undefined)) return undefined;
  const wall = Date.parse(`${date}T${time ?? '00:00'}Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(wall) || new Date(`${date}T00:00Z`).toISOString().slice(0, 10) !== date) return undefined;
  if (offset === undefined) return momentOfWallTime(wall, zone ?? 'UTC');
  const moment = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  return Number.isNaN(moment) ? undefined : moment;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Beginnings of days as they are written; few days are spoken of at a time. */
const knownDays = new Map<number, string>();
const MOST_KNOWN_DAYS = 4096;

/** What follows the date, in few pieces: joined, each of them is an object for V8. */
const HOURS = digits(24, 2, (hour) => `${hour}:00:00.000Z`);
const HOURS_AND_MINUTES = digits(24, 2, (hour) => digits(60, 2, (minute) => `${hour}:${minute}:`)).flat();
const SECONDS = digits(60, 2, (second) => `${second}.`);
const MILLISECONDS = digits(1000, 3, (ms) => `${ms}Z`);

/** Makes something of each of so many numbers, from 0 up, written with so many digits. */
function digits<Made>(count: number, length: number, make: (number: string) => Made): Made[] {
  return Array.from({ length: count }, (_, value) => make(String(value).padStart(length, '0')));
}

/**
 * A moment as people and programs read it: RFC 3339 in UTC with milliseconds. Throws RangeError for what is no moment.
 * Answers are full of them, so it is put together from what was written before: a fifth of what `toISOString` costs.
 */
export function formatMoment(moment: number): string {
  const whole = Math.trunc(moment);
  const day = Math.floor(whole / DAY_MS);
  const date = knownDays.get(day) ?? dateOf(moment, day);
  const ms = whole - day * DAY_MS;
  if (ms % HOUR_MS === 0) return `${date}${HOURS[ms / HOUR_MS]}`;
  const ofMinute = ms % MINUTE_MS;
  const rest = `${SECONDS[Math.floor(ofMinute / 1000)]}${MILLISECONDS[ofMinute % 1000]}`;
  return `${date}${HOURS_AND_MINUTES[Math.floor(ms / MINUTE_MS)]}${rest}`;
}

function dateOf(moment: number, day: number): string {
  const text = new Date(moment).toISOString();
  const date = text.slice(0, text.indexOf('T') + 1);
  if (knownDays.size >= MOST_KNOWN_DAYS) knownDays.clear();
  knownDays.set(day, date);
  return date;
}

/** A stretch of time as a person gives it: `window`, or `from` and perhaps `to`, or `period`. */
export interface RangeWords {
  /** A duration that ends now: `30d`. */
  readonly window?: string | undefined;
  /** As {@link parseMoment} reads it. */
  readonly from?: string | undefined;
  /** As {@link parseMoment} reads it; now when left out. */
  readonly to?: string | undefined;
  /** `2026`, `2026-Q4`, `2026-10`, `2026-W47` or `2026-10-25`. */
  readonly period?: string | undefined;
}

/** A stretch of time, never empty and never beyond now, and what to call it. */
export interface NamedRange {
  readonly range: TimeRange;
  /** The window or the period as it was given; `from/to`, both with offsets, for a range of moments. */
  readonly label: string;
}

const MOMENT_WORDS = 'write a duration such as 1h, a date such as 2026-10-25 or a time such as 2026-10-25T12:00:00Z';

/**
 * Reads a stretch of time. What lies beyond `now` is cut off, so that a month that still runs ends now. Calendar periods
 * and dates without an offset are those of `zone`. A fault is worded for a person.
 */
export function parseRange(words: RangeWords, now: number, zone: string): NamedRange | { readonly fault: string } {
  const wrongZone = zoneFault(zone);
  if (wrongZone !== undefined) return { fault: wrongZone };
  const { window, from, to, period } = words;
  const kinds = [window, from ?? to, period].filter((word) => word !== undefined);
  if (kinds.length === 0) return { fault: 'say which time is meant: a window, from and to, or a period' };
  if (kinds.length > 1) return { fault: 'only one can be given of a window, from and to, and a period' };
  const read =
    window !== undefined
      ? windowRange(window, now)
      : period !== undefined
        ? parsePeriod(period, zone)
        : momentRange({ from, to }, now, zone);
  if ('fault' in read) return read;
  const { range, label } = read;
  if (range.from >= now) return { fault: `${label} lies in the future` };
  return { range: { from: range.from, to: Math.min(range.to, Math.floor(now)) }, label };
}

function windowRange(text: string, now: number): NamedRange | { readonly fault: string } {
  const read = parseWindows(text);
  if ('fault' in read) return read;
  const [window, another] = read.windows;
  if (window === undefined || another !== undefined) return { fault: `only one window is possible, not "${text}"` };
  return endingAt(window, now);
}

function momentRange(
  words: Pick<RangeWords, 'from' | 'to'>,
  now: number,
  zone: string,
): NamedRange | { readonly fault: string } {
  if (words.from === undefined) return { fault: 'to needs a from' };
  const from = parseMoment(words.from, now, zone);
  if (from === undefined) return { fault: `from: "${words.from}" is not a moment: ${MOMENT_WORDS}` };
  const to = words.to === undefined ? Math.floor(now) : parseMoment(words.to, now, zone);
  if (to === undefined) return { fault: `to: "${words.to}" is not a moment: ${MOMENT_WORDS}` };
  if (from < 0) return { fault: `from must not be before 1970, not "${words.from}"` };
  if (from >= now) return { fault: `from must lie in the past, not "${words.from}"` };
  if (to <= from) return { fault: `to must be later than from (${formatInZone(from, zone)})` };
  return { range: { from, to }, label: `${formatInZone(from, zone)}/${formatInZone(to, zone)}` };
}

const PERIOD = /^(\d{4})(?:-?(?:Q(?<quarter>[1-4])|W(?<week>\d{2}))|-(?<month>\d{2})(?:-(?<day>\d{2}))?)?$/i;

/** Reads a day, week (ISO 8601), month, quarter or year on the calendar of a zone. A fault is worded for a person. */
export function parsePeriod(text: string, zone: string): NamedRange | { readonly fault: string } {
  const match = PERIOD.exec(text);
  if (match === null) {
    return { fault: `"${text}" is not a period: write 2026, 2026-Q4, 2026-10, 2026-W43 or 2026-10-25` };
  }
  const year = Number(match[1]);
  if (year < 1970) return { fault: `a period must not be before 1970, not ${text}` };
  const { quarter, week, month, day } = match.groups ?? {};
  const [unit, wall] = beginning(year, { quarter, week, month, day });
  const period = periodFrom(wall, unit, zone);
  if (period === undefined) return { fault: `there was no ${text} in ${zone}` };
  // What was counted beyond its end, such as the 13th month, comes out as another period.
  if (period.label !== normal(text)) return { fault: notOnCalendar(text, year, unit) };
  return { range: { from: period.from, to: period.to }, label: period.label };
}

type Parts = Readonly<Record<'quarter' | 'week' | 'month' | 'day', string | undefined>>;

function beginning(year: number, { quarter, week, month, day }: Parts): [PeriodUnit, number] {
  if (quarter !== undefined) return ['quarter', Date.UTC(year, (Number(quarter) - 1) * 3)];
  if (day !== undefined) return ['day', Date.UTC(year, Number(month) - 1, Number(day))];
  if (month !== undefined) return ['month', Date.UTC(year, Number(month) - 1)];
  if (week === undefined) return ['year', Date.UTC(year, 0)];
  return ['week', firstMonday(year) + (Number(week) - 1) * WEEK_MS];
}

function normal(text: string): string {
  return text.toUpperCase().replace(/^(\d{4})(?=[QW])/, '$1-');
}

/** Where the first week of a year begins: the 4th of January is always in it. */
function firstMonday(year: number): number {
  const fourth = Date.UTC(year, 0, 4);
  return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY_MS;
}

function notOnCalendar(text: string, year: number, unit: PeriodUnit): string {
  if (unit !== 'week') return `there is no ${text} on the calendar`;
  const weeks = (firstMonday(year + 1) - firstMonday(year)) / WEEK_MS;
  return `there is no ${text}: the weeks of ${year} are W01 to W${weeks}`;
}
