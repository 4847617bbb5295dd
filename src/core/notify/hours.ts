import { offsetAt } from '../time-zone.ts';
import type { Hours } from './policy.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** A zone may leave out the only day that the hours leave free (Samoa, 2011-12-30); longer than that nothing lasts. */
const LONGEST_MS = 15 * DAY_MS;

/**
 * Whether a moment (ms since the epoch) is within hours of the week. What counts is what the clocks of the zone show: a
 * time that they skip is never within, one that they show twice is within twice.
 */
export function isWithin(hours: Hours, moment: number): boolean {
  return isWithinWall(hours, moment + offsetAt(moment, hours.zone));
}

function isWithinWall({ days, from, to }: Hours, wall: number): boolean {
  const day = Math.floor(wall / DAY_MS);
  const minute = (wall - day * DAY_MS) / MINUTE_MS;
  if (from < to) return days.includes(weekday(day)) && minute >= from && minute < to;
  return (days.includes(weekday(day)) && minute >= from) || (days.includes(weekday(day - 1)) && minute < to);
}

/** 1 for Monday to 7 for Sunday, by the day since the epoch, which was a Thursday. */
function weekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/**
 * When hours that hold a moment end: the first moment from then on that is not within, to the second; the moment itself
 * when it is not. `null` for hours without end, which are all of every day.
 */
export function endOf(hours: Hours, moment: number): number | null {
  let at = moment;
  while (isWithin(hours, at)) {
    if (at - moment > LONGEST_MS) return null;
    at = nextTurn(hours, at);
  }
  return at;
}

/**
 * When hours begin next: the moment itself when it is within, else the first later one that is, to the second. `null` for
 * hours that do not come within two weeks.
 */
export function beginOf(hours: Hours, moment: number): number | null {
  let at = moment;
  while (!isWithin(hours, at)) {
    if (at - moment > LONGEST_MS) return null;
    at = nextTurn(hours, at);
  }
  return at;
}

/** The next moment at which it may be otherwise: a day or the hours begin or end, or the clocks are changed. */
function nextTurn({ from, to, zone }: Hours, moment: number): number {
  const offset = offsetAt(moment, zone);
  const wall = moment + offset;
  const midnight = Math.floor(wall / DAY_MS) * DAY_MS;
  const turns = [from, to].map((minute) => midnight + minute * MINUTE_MS).filter((turn) => turn > wall);
  const next = Math.min(midnight + DAY_MS, ...turns) - offset;
  return offsetAt(next, zone) === offset ? next : changeAfter(moment, next, zone);
}

/** When, to the second, the clocks are changed after a moment and not after another one, at most a day later. */
function changeAfter(moment: number, latest: number, zone: string): number {
  const offset = offsetAt(moment, zone);
  let [early, late] = [Math.floor(moment / 1000), Math.ceil(latest / 1000)];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(middle * 1000, zone) === offset) early = middle;
    else late = middle;
  }
  return late * 1000;
}
