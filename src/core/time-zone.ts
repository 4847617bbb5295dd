import { closest } from './closest.ts';
import type { TimeRange } from './uptime.ts';

/** The units that people count time in. Weeks begin on Monday, as in ISO 8601. */
export const PERIOD_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

/** A day, week, month, quarter or year on the calendar of a time zone. */
export interface CalendarPeriod extends TimeRange {
  /** `2026-10-25`, `2026-W43`, `2026-10`, `2026-Q4` or `2026`. */
  readonly label: string;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** Offsets at midnight UTC by the day since the epoch: nearly all there is to know of a zone. */
  readonly offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();
/** Names come from questions of users, and each zone costs memory. */
const MOST_ZONES = 32;
const MOST_OFFSETS = 40_000;

/** Whether a text is the name of a time zone (IANA), in upper or lower case: `Europe/Berlin`, `UTC`. */
export function isZone(text: string): boolean {
  // Newer engines also take an offset, which has no days of 23 or 25 hours and so is not what people want.
  if (text.length > 64 || !/^[a-z][\w+/-]*$/i.test(text)) return false;
  try {
    zoneOf(text);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with the name of a time zone, worded for a person; `undefined` for one that exists. */
export function zoneFault(text: string): string | undefined {
  if (isZone(text)) return undefined;
  const shown = JSON.stringify(text.slice(0, 64));
  const meant = closestZone(text);
  if (meant !== undefined) return `${shown} is not a time zone: did you mean ${meant}?`;
  return `${shown} is not a time zone: write a name such as Europe/Berlin, America/New_York or UTC`;
}

/** The time zone that was probably meant by a name that is none: of one that is misspelt, or of a city. */
export function closestZone(text: string): string | undefined {
  const names = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
  const typed = text.trim().replaceAll(' ', '_').toLowerCase();
  const cities = new Map(names.map((name) => [name.slice(name.lastIndexOf('/') + 1).toLowerCase(), name]));
  const city = cities.get(typed);
  if (city !== undefined) return city;
  const near = closest(typed, names);
  if (near !== undefined || typed.length < 5) return near;
  return cities.get(closest(typed, cities.keys()) ?? '');
}

/** By how much the clocks of a zone are ahead of UTC at a moment, ms, below zero when they are behind. */
export function offsetAt(moment: number, zone: string): number {
  const { format } = zoneOf(zone);
  const second = Math.floor(moment / 1000) * 1000;
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, seconds = 0] = (
    format.format(second).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

function zoneOf(name: string): Zone {
  const key = name.toLowerCase();
  let zone = zones.get(key);
  if (zone === undefined) {
    const date = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, ...date, ...time });
    zone = { format, offsets: new Map() };
    if (zones.size >= MOST_ZONES) zones.clear();
    zones.set(key, zone);
  }
  return zone;
}

function offsetOfDay(day: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const { offsets } = zoneOf(zone);
  let offset = offsets.get(day);
  if (offset === undefined) {
    offset = offsetAt(day * DAY_MS, zone);
    if (offsets.size >= MOST_OFFSETS) offsets.clear();
    offsets.set(day, offset);
  }
  return offset;
}

/**
 * The moment at which the clocks of a zone first show a time, which is given as if it were UTC. A time that they skip
 * when they are put forward is the moment they are put forward; of one that they show twice it is the first.
 */
export function momentOfWallTime(wall: number, zone: string): number {
  // No zone is a day ahead or behind, so the two days hold the moment between them.
  const day = Math.floor(wall / DAY_MS);
  const [first, last] = [day - 1, Math.ceil(wall / DAY_MS) + 1];
  const [before, after] = [offsetOfDay(first, zone), offsetOfDay(last, zone)];
  if (before === after) return wall - before;
  const change = changeBetween(first * DAY_MS, last * DAY_MS, zone);
  if (wall - before < change) return wall - before;
  return Math.max(change, wall - after);
}

/** When, to the second, the clocks of a zone are put forward or back between two moments with different offsets. */
function changeBetween(first: number, last: number, zone: string): number {
  const before = offsetAt(first, zone);
  let [early, late] = [first / 1000, last / 1000];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(middle * 1000, zone) === before) early = middle;
    else late = middle;
  }
  return late * 1000;
}

/** A moment as the clocks of a zone show it, RFC 3339 with the offset: `2026-10-25T02:30:00.000+02:00`. */
export function formatInZone(moment: number, zone: string): string {
  if (zone.toUpperCase() === 'UTC') return new Date(moment).toISOString();
  // RFC 3339 has no offsets with seconds, which clocks had before 1972.
  const minutes = Math.round(offsetAt(moment, zone) / MINUTE_MS);
  const clock = new Date(moment + minutes * MINUTE_MS).toISOString().slice(0, -1);
  const ahead = Math.abs(minutes);
  return `${clock}${minutes < 0 ? '-' : '+'}${digits(Math.floor(ahead / 60))}:${digits(ahead % 60)}`;
}

function digits(value: number): string {
  return String(value).padStart(2, '0');
}

/**
 * The beginning of the day, week, month, quarter or year in which a moment lies. Where clocks skip midnight a day begins
 * later than 00:00; where they show it twice, at the first.
 */
export function startOfPeriod(moment: number, unit: PeriodUnit, zone: string): number {
  return momentOfWallTime(wallStartOf(moment, unit, zone), zone);
}

/** The beginning of the period that holds a moment, as its clocks show it, as if that were UTC. */
function wallStartOf(moment: number, unit: PeriodUnit, zone: string): number {
  const wall = truncated(moment + (zone === 'UTC' ? 0 : offsetAt(moment, zone)), unit);
  const next = following(wall, unit);
  // Clocks put back over midnight show the last minutes of a day again after the next day has begun.
  return momentOfWallTime(next, zone) <= moment ? next : wall;
}

/** The whole periods that overlap a range, in order. A day that a zone left out (Samoa, 2011-12-30) is none. */
export function calendarPeriods(range: TimeRange, unit: PeriodUnit, zone: string): CalendarPeriod[] {
  const periods: CalendarPeriod[] = [];
  if (range.to <= range.from) return periods;
  let wall = wallStartOf(range.from, unit, zone);
  let from = momentOfWallTime(wall, zone);
  while (from < range.to) {
    const next = following(wall, unit);
    const to = momentOfWallTime(next, zone);
    if (to > from && to > range.from) periods.push({ from, to, label: periodLabel(wall, unit) });
    wall = next;
    from = to;
  }
  return periods;
}

const LONGEST_DAYS: Readonly<Record<PeriodUnit, number>> = { day: 1, week: 7, month: 31, quarter: 92, year: 366 };

/** How many periods there are in a range at least, without counting them: to refuse too many. */
export function leastPeriods({ from, to }: TimeRange, unit: PeriodUnit): number {
  return Math.max(1, Math.floor((to - from) / (LONGEST_DAYS[unit] * DAY_MS)));
}

/** The period that begins at a date, which is given as midnight UTC; `undefined` when the zone left it out. */
export function periodFrom(wall: number, unit: PeriodUnit, zone: string): CalendarPeriod | undefined {
  const from = momentOfWallTime(wall, zone);
  const to = momentOfWallTime(following(wall, unit), zone);
  return to > from ? { from, to, label: periodLabel(wall, unit) } : undefined;
}

const MONTHS: Readonly<Partial<Record<PeriodUnit, number>>> = { month: 1, quarter: 3, year: 12 };
/** 1970-01-01 was a Thursday. */
const FIRST_MONDAY = -3;

function truncated(wall: number, unit: PeriodUnit): number {
  const day = Math.floor(wall / DAY_MS);
  const months = MONTHS[unit];
  if (months === undefined) return (unit === 'week' ? mondayBefore(day) : day) * DAY_MS;
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / months) * months);
}

function mondayBefore(day: number): number {
  return day - ((((day - FIRST_MONDAY) % 7) + 7) % 7);
}

function following(wall: number, unit: PeriodUnit): number {
  const months = MONTHS[unit];
  if (months === undefined) return wall + (unit === 'week' ? 7 : 1) * DAY_MS;
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months);
}

/** The label of the period that begins at a date, which is given as midnight UTC. */
function periodLabel(wall: number, unit: PeriodUnit): string {
  if (unit === 'week') {
    // The week belongs to the year of its Thursday.
    const thursday = new Date(wall + 3 * DAY_MS);
    const year = thursday.getUTCFullYear();
    return `${year}-W${digits(1 + Math.floor((thursday.getTime() - Date.UTC(year, 0)) / (7 * DAY_MS)))}`;
  }
  const date = new Date(wall).toISOString();
  if (unit === 'day') return date.slice(0, 10);
  if (unit === 'month') return date.slice(0, 7);
  const year = date.slice(0, 4);
  return unit === 'year' ? year : `${year}-Q${1 + Math.floor(new Date(wall).getUTCMonth() / 3)}`;
}
