import { calendarPeriods, formatInZone, startOfPeriod, type CalendarPeriod, type PeriodUnit } from './time-zone.ts';
import { parsePeriod, parseRange, type NamedRange, type RangeWords } from './time-window.ts';
import type { TimeRange } from './uptime.ts';

/** The stretch of time a report is about, and the one it is compared with. */
export interface ReportPeriod {
  readonly label: string;
  /** All of it, also what lies in the future. */
  readonly whole: TimeRange;
  /** What of it is over: never empty. */
  readonly range: TimeRange;
  readonly previous: NamedRange;
  readonly zone: string;
}

const DAY_MS = 86_400_000;
/** So long a period is cut into days, and so long into weeks; a longer one into months. */
const MOST_DAYS = 100;
const MOST_WEEKS_DAYS = 750;

/** Reads what a report is to be about; the month before this one when nothing is said. A fault is worded for a person. */
export function parseReportPeriod(
  words: RangeWords,
  now: number,
  zone: string,
): ReportPeriod | { readonly fault: string } {
  const none = Object.values(words).every((word) => word === undefined);
  const read = parseRange(none ? { window: '1s' } : words, now, zone);
  if ('fault' in read) return read;
  if (none) return reportPeriod(lastMonth(now, zone), { now, zone });
  if (words.period === undefined) return reportPeriod(read, { now, zone });
  const whole = parsePeriod(words.period, zone);
  return 'fault' in whole ? whole : reportPeriod(whole, { now, zone });
}

function reportPeriod(
  { label, range: whole }: NamedRange,
  { now, zone }: { readonly now: number; readonly zone: string },
): ReportPeriod {
  const range = { from: whole.from, to: Math.min(whole.to, Math.floor(now)) };
  return { label, whole, range, previous: periodBefore(label, whole, zone), zone };
}

function lastMonth(now: number, zone: string): NamedRange {
  const to = startOfPeriod(now, 'month', zone);
  return named(calendarPeriods({ from: to - 1, to }, 'month', zone)[0], { from: to - 30 * DAY_MS, to }, zone);
}

/** The month before a month, the day before a day; as much time before everything else. */
function periodBefore(label: string, { from, to }: TimeRange, zone: string): NamedRange {
  const unit = unitOf(label);
  const asMuch = { from: Math.max(0, from - (to - from)), to: from };
  const before = unit === undefined ? undefined : calendarPeriods({ from: from - 1, to: from }, unit, zone)[0];
  return named(before, asMuch, zone);
}

function named(period: CalendarPeriod | undefined, otherwise: TimeRange, zone: string): NamedRange {
  if (period !== undefined) return { label: period.label, range: { from: period.from, to: period.to } };
  const label = `${formatInZone(otherwise.from, zone)}/${formatInZone(otherwise.to, zone)}`;
  return { label, range: otherwise };
}

const UNITS: readonly (readonly [RegExp, PeriodUnit])[] = [
  [/^\d{4}-\d{2}-\d{2}$/, 'day'],
  [/^\d{4}-W\d{2}$/, 'week'],
  [/^\d{4}-\d{2}$/, 'month'],
  [/^\d{4}-Q\d$/, 'quarter'],
  [/^\d{4}$/, 'year'],
];

function unitOf(label: string): PeriodUnit | undefined {
  return UNITS.find(([pattern]) => pattern.test(label))?.[1];
}

/** What a period is cut into, by its whole length. */
export function reportStep({ from, to }: TimeRange): 'day' | 'week' | 'month' {
  const days = (to - from) / DAY_MS;
  return days <= MOST_DAYS ? 'day' : days <= MOST_WEEKS_DAYS ? 'week' : 'month';
}

/** The days (or weeks, or months) of what is over of a period, cut at its ends. */
export function reportSteps({ whole, range, zone }: ReportPeriod): CalendarPeriod[] {
  return calendarPeriods(range, reportStep(whole), zone).map(({ from, to, label }) => ({
    from: Math.max(from, range.from),
    to: Math.min(to, range.to),
    label,
  }));
}
