import { formatDuration, parseDuration, type Milliseconds } from './duration.ts';
import { calendarPeriods, momentOfWallTime } from './time-zone.ts';
import type { TimeRange } from './uptime.ts';

const MINUTE: Milliseconds = 60_000;
const HOUR: Milliseconds = 60 * MINUTE;
const DAY: Milliseconds = 24 * HOUR;

/** The steps that are chosen by themselves, in minutes. */
const USUAL_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * MINUTE);

/** So many steps at most are chosen by themselves: about a pixel or two each on a chart. */
const MOST_CHOSEN = 400;

/** Reads the length of steps: `auto` (which is `null`), or whole minutes that divide a day, `1m` to `1d`. */
export function parseStep(text: string): { readonly step: Milliseconds | null } | { readonly fault: string } {
  if (text === 'auto') return { step: null };
  const step = parseDuration(text);
  if (step !== undefined && step >= MINUTE && step <= DAY && step % MINUTE === 0 && DAY % step === 0) return { step };
  return { fault: `"${text}" is not a step: write auto, or a part of a day such as 1m, 5m, 15m, 1h, 6h or 1d` };
}

/** The step that cuts a range into 200 to 400 where that can be, or into another `most`, none shorter than the interval. */
export function usualStep({ from, to }: TimeRange, interval: Milliseconds, most = MOST_CHOSEN): Milliseconds {
  const least = Math.max((to - from) / most, interval);
  return USUAL_STEPS.find((step) => step >= least) ?? DAY;
}

/**
 * The moments between the steps of a range, its ends included. Steps are counted from the midnights of a zone. Those longer
 * than an hour begin when its clocks show a multiple of them, so one of a day of 23 or 25 hours is shorter or longer; those
 * at the ends of the range are as much of a step as lies in it.
 */
export function stepMoments(range: TimeRange, step: Milliseconds, zone: string): number[] {
  const moments = [range.from];
  for (const day of calendarPeriods(range, 'day', zone)) {
    const midnight = Date.parse(`${day.label}T00:00Z`);
    for (let after = 0; after < Math.max(DAY, day.to - day.from); after += step) {
      const moment = step > HOUR ? momentOfWallTime(midnight + after, zone) : day.from + after;
      if (moment >= Math.min(day.to, range.to)) break;
      if (moment > (moments.at(-1) ?? 0)) moments.push(moment);
    }
  }
  moments.push(range.to);
  return moments;
}

/** How many moments {@link stepMoments} gives at most. */
export function countSteps({ from, to }: TimeRange, step: Milliseconds): number {
  return Math.ceil((to - from) / step) + Math.ceil((to - from) / DAY) + 2;
}

/** A step as {@link parseStep} reads it: a day is `1d`. */
export function stepName(step: Milliseconds): string {
  return formatDuration(step);
}
