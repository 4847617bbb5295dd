import { Cron } from 'croner';
import type { Milliseconds } from '../duration.ts';
import type { TimeRange } from '../uptime.ts';
import type { MaintenancePlan, MaintenanceTimes, MaintenanceWindow } from './plan.ts';

/** How far ahead a next window is looked for, a little more than eight years: leap days lie no further apart. */
const HORIZON: Milliseconds = 3000 * 86_400_000;
/** A plan that never pauses is cut into windows of so many times its duration: so a window is found in bounded steps. */
const MOST_DURATIONS = 200;

/** Occurrences of a plan that overlap or touch, as one. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

type Repeated = Exclude<MaintenanceTimes, { kind: 'once' }>;

/** The occurrences of a plan, with what was found out last: plans are asked about one moment after another. */
interface Occurrences {
  readonly duration: Milliseconds;
  readonly runs: Cron;
  /** The stretches that were found last, two of them: that of now and the next. */
  found: readonly Stretch[];
  /** No occurrence begins later than `from` and earlier than `to`. */
  pause: TimeRange;
}

/** By the times of plans that are still in use. What is remembered never changes an answer. */
const known = new WeakMap<Repeated, Occurrences>();

/**
 * The window of a plan that holds a moment (ms since the epoch); `undefined` when there is none.
 *
 * Occurrences of the plan that overlap or touch are one window. A plan that never pauses has no beginning and no end:
 * its time is cut at fixed moments, the multiples of 200 durations since the epoch, where the plan holds all the time
 * between two of them. A cut window ends where the next begins. All functions here tell the same windows, whatever
 * moment or range they are asked about.
 *
 * Starts are read on the clocks of the plan's zone. Durations are real time: three hours from 01:00 end at 05:00 when
 * the clocks skip an hour meanwhile. Weekly plans keep to the rules that croner has for cron patterns:
 * - A start that the clocks skip happens at the moment they are put forward. Where that is on the next day
 *   (America/Scoresbysund skips the hour before midnight) it does not happen at all.
 * - A start that the clocks show twice happens once, at the first.
 * - Cron patterns with `*` or `/` among seconds, minutes or hours follow real time instead: what the clocks skip does
 *   not happen, and what they show twice happens twice.
 *
 * A duration of zero or less, or an end that is not after the start, makes no windows. Throws what croner throws for a
 * pattern or a zone that is none: plans are checked where they are read.
 */
export function windowAt(plan: MaintenancePlan, moment: number): MaintenanceWindow | undefined {
  return named(plan, stretchAt(plan.times, moment));
}

/**
 * The windows of a plan (see `windowAt`) that overlap a range, whole and in order, the first `most` of them. Ends early
 * where a plan pauses for longer than eight years.
 */
export function windowsWithin(plan: MaintenancePlan, range: TimeRange, most: number): MaintenanceWindow[] {
  const windows: MaintenanceWindow[] = [];
  if (range.to <= range.from) return windows;
  let window = windowAt(plan, range.from) ?? nextWindow(plan, range.from);
  while (window !== undefined && window.start < range.to && windows.length < most) {
    windows.push(window);
    window = nextWindow(plan, window.start);
  }
  return windows;
}

/**
 * The first window of a plan (see `windowAt`) that begins later than a moment; `undefined` when none does within about
 * eight years, as for a cron pattern that never comes.
 */
export function nextWindow(plan: MaintenancePlan, moment: number): MaintenanceWindow | undefined {
  const { times } = plan;
  if (times.kind === 'once') return times.start > moment ? windowAt(plan, times.start) : undefined;
  const current = stretchAt(times, moment);
  // Only a window that was cut has another where it ends.
  const rest = current === undefined ? undefined : stretchAt(times, current.end);
  if (rest !== undefined) return named(plan, rest);
  const start = startAfter(occurrencesOf(times), current?.end ?? moment);
  return start - moment > HORIZON ? undefined : windowAt(plan, start);
}

function named({ id, name }: MaintenancePlan, stretch: Stretch | undefined): MaintenanceWindow | undefined {
  return stretch === undefined ? undefined : { plan: id, name, start: stretch.start, end: stretch.end };
}

function stretchAt(times: MaintenanceTimes, moment: number): Stretch | undefined {
  if (times.kind === 'once') return holds(times, moment) ? times : undefined;
  const occurrences = occurrencesOf(times);
  const { duration, found } = occurrences;
  const same = found.find((stretch) => holds(stretch, moment));
  if (same !== undefined) return same;
  if (duration <= 0) return undefined;
  const start = startAfter(occurrences, moment - duration);
  if (start > moment) return undefined;
  const stretch = joined(occurrences, start, moment);
  occurrences.found = [stretch, ...found.slice(0, 1)];
  return stretch;
}

function holds({ start, end }: Stretch, moment: number): boolean {
  return start <= moment && moment < end;
}

/** The stretch that holds a moment, from the start of an occurrence that holds it. */
function joined(occurrences: Occurrences, start: number, moment: number): Stretch {
  const cell = MOST_DURATIONS * occurrences.duration;
  const from = Math.floor(moment / cell) * cell;
  const to = from + cell;
  // A neighbouring cell has to be looked at whole: whether this one is joined to it depends on whether it is full.
  const begin = firstStart(occurrences, start, from - cell);
  const end = lastStart(occurrences, start, to + cell) + occurrences.duration;
  if (begin <= from && end >= to) return { start: from, end: to };
  return { start: begin <= from - cell ? from : begin, end: end >= to + cell ? to : end };
}

/** Goes back from an occurrence to the first of those joined to it, or to one that begins at a limit or before. */
function firstStart(occurrences: Occurrences, start: number, limit: number): number {
  let first = start;
  while (first > limit) {
    const earlier = startAfter(occurrences, first - occurrences.duration - 1);
    if (earlier >= first) break;
    first = earlier;
  }
  return first;
}

/** Goes on from an occurrence to the last of those joined to it, or to one that ends at a limit or later. */
function lastStart(occurrences: Occurrences, start: number, limit: number): number {
  let last = start;
  while (last + occurrences.duration < limit) {
    const later = startUntil(occurrences, last + occurrences.duration) ?? last;
    if (later <= last) break;
    last = later;
  }
  return last;
}

/** When the first occurrence later than a moment begins; Infinity when none does. */
function startAfter(occurrences: Occurrences, moment: number): number {
  const { pause, runs } = occurrences;
  if (pause.from <= moment && moment < pause.to) return pause.to;
  // A pattern that never comes is followed to the year 9999, which ends but takes a while: once is enough.
  const to = runs.nextRun(new Date(moment))?.getTime() ?? Infinity;
  occurrences.pause = { from: moment, to };
  return to;
}

/** When the last occurrence that begins at a moment or before does. */
function startUntil({ runs }: Occurrences, moment: number): number | undefined {
  // Runs are at whole seconds, and croner looks for those before the second that it is given.
  const second = (Math.floor(moment / 1000) + 1) * 1000;
  return runs.previousRuns(1, new Date(second))[0]?.getTime();
}

function occurrencesOf(times: Repeated): Occurrences {
  let occurrences = known.get(times);
  if (occurrences === undefined) {
    const { duration, zone } = times;
    const pattern = times.kind === 'cron' ? times.cron : weeklyPattern(times);
    // Lists of hours are as much meant by the clock as one hour is.
    const runs = new Cron(pattern, { paused: true, timezone: zone, fixedTimeRule: 'no-wildcard' });
    occurrences = { duration, runs, found: [], pause: { from: 0, to: 0 } };
    known.set(times, occurrences);
  }
  return occurrences;
}

/** Weekly times are a cron pattern, so that both meet changes of the clocks alike. */
function weeklyPattern({ days, at }: Extract<Repeated, { kind: 'weekly' }>): string {
  return `${at % 60} ${Math.floor(at / 60)} * * ${days.join(',')}`;
}
