import { calendarPeriods, momentOfWallTime, offsetAt, type CalendarPeriod } from '../time-zone.ts';
import type { ReportPlan } from './settings.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A report that is to be sent. */
export interface DueReport {
  /** When, ms since the epoch. */
  readonly at: number;
  /** What it tells of: the period that has just ended. */
  readonly period: CalendarPeriod;
}

/**
 * The reports of a plan that are due later than `from` and not later than `to` (ms since the epoch), in order. The time of
 * day is what the clocks of the zone show: one that they skip is the moment they are put forward, one that they show twice
 * is the first.
 */
export function reportsDue(plan: ReportPlan, from: number, to: number): DueReport[] {
  if (to <= from) return [];
  // The period of a report that is due just after `from` may have ended a day before.
  const periods = calendarPeriods({ from: from - 2 * DAY_MS, to }, plan.every, plan.zone);
  const due = periods.map((period) => ({ at: dueAt(plan, period), period }));
  return due.filter(({ at }) => at > from && at <= to);
}

function dueAt({ at, zone }: ReportPlan, { to }: CalendarPeriod): number {
  const midnight = Math.floor((to + offsetAt(to, zone)) / DAY_MS) * DAY_MS;
  return Math.max(to, momentOfWallTime(midnight + at * MINUTE_MS, zone));
}
