import { DAY_MS, HOUR_MS } from '../../core/history/history-key.ts';
import { addToRollup, emptyRollup, mergeRollup, type Rollup } from '../../core/history/rollup.ts';
import type { TimeRange } from '../../core/uptime.ts';
import { daysUntilOf, foldedUntilOf } from '../../db/meta-values.ts';
import type { Database } from '../../db/native.ts';
import { journalResults } from './journal-results.ts';
import { blockResults, type LocatedResult } from './kept-results.ts';
import { reachOf, type Reach } from './reach.ts';
import { closedDays, foldedHours, type Periods } from './rollups.ts';

/** A stretch of time, ms since the epoch, and what its results come to, all locations together. */
export interface StepRollup extends TimeRange {
  readonly rollup: Rollup;
}

/** What is known of a monitor's history already. */
interface StepOptions {
  readonly reach?: Reach;
  /** What its results in the journal come to, by a moment of each stretch: {@link journalRollups} between the same moments. */
  readonly fresh?: ReadonlyMap<number, Rollup>;
  /** Its newest slot. */
  readonly newestSlot?: number | undefined;
}

/**
 * What the results of one monitor (by its key) come to between neighbouring moments, which are in order. Where single
 * results are gone a moment stands for the next full hour, and where hours are gone for the next full day (UTC): an hour
 * belongs where it begins, steps say which time they cover, and those that cover none are left out. Reads results only at
 * the edges of hours, of rollups the coarsest that fit. Within a snapshot of the caller.
 */
export function stepRollups(
  database: Database,
  monitor: number,
  moments: readonly number[],
  { reach = reachOfMoments(database, monitor, moments), fresh, newestSlot }: StepOptions = {},
): StepRollup[] {
  const steps = stepsBetween(moments.map((moment) => withinReach(moment, reach)));
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return [];
  const seam = foldedUntilOf(database) * HOUR_MS;
  const sources = sourcesOf(steps, { seam, daysEnd: daysUntilOf(database) * DAY_MS });
  const sums = new StepSums(steps);
  for (const periods of sources.days) sums.addRollups(closedDays(database, monitor, periods), DAY_MS);
  for (const periods of sources.hours) sums.addRollups(foldedHours(database, monitor, periods), HOUR_MS);
  for (const range of sources.results) sums.addResults(blockResults(database, monitor, range));
  const journal = { monitor, from: Math.max(seam, first.from), to: last.to, newestSlot };
  if (fresh === undefined) sums.addResults(journalResults(database, journal));
  else sums.addRollups(fresh, 1);
  return sums.steps();
}

function reachOfMoments(database: Database, monitor: number, moments: readonly number[]): Reach {
  return reachOf(database, monitor, { from: moments[0] ?? 0, to: moments.at(-1) ?? 0 });
}

/** The moment that stands for another in what is kept. */
function withinReach(moment: number, { resultsFrom, hoursFrom }: Reach): number {
  if (moment >= resultsFrom) return moment;
  return moment >= hoursFrom ? roundedUp(moment, HOUR_MS) : roundedUp(moment, DAY_MS);
}

function stepsBetween(moments: readonly number[]): TimeRange[] {
  const steps: TimeRange[] = [];
  for (const [index, to] of moments.entries()) {
    const from = moments[index - 1] ?? to;
    if (from < to) steps.push({ from, to });
  }
  return steps;
}

interface Sources {
  readonly days: Growing<Periods>[];
  readonly hours: Growing<Periods>[];
  readonly results: Growing<TimeRange>[];
}

type Growing<Stretch> = { -readonly [End in keyof Stretch]: Stretch[End] };

/** Where what lies before the seam is read from: whole days, what is left of whole hours, and the rest of results. */
function sourcesOf(steps: readonly TimeRange[], ends: { readonly seam: number; readonly daysEnd: number }): Sources {
  const sources: Sources = { days: [], hours: [], results: [] };
  for (const step of steps) {
    if (isHour(step) && step.to <= ends.seam) {
      addPeriods(sources.hours, step, HOUR_MS);
      continue;
    }
    const folded = { from: step.from, to: Math.min(step.to, ends.seam) };
    const hours = wholePeriods(folded, HOUR_MS);
    const days = wholePeriods({ from: folded.from, to: Math.min(folded.to, ends.daysEnd) }, DAY_MS);
    for (const rest of without(folded, hours)) extend(sources.results, rest);
    for (const rest of without(hours, days)) addPeriods(sources.hours, rest, HOUR_MS);
    addPeriods(sources.days, days, DAY_MS);
  }
  return sources;
}

/** Whether a step is one of the hours that are kept, which most are where there are many. */
function isHour({ from, to }: TimeRange): boolean {
  return to - from === HOUR_MS && from % HOUR_MS === 0;
}

/** The whole periods of a range; from its end to its end when there are none. */
function wholePeriods({ from, to }: TimeRange, length: number): TimeRange {
  const first = roundedUp(from, length);
  const end = Math.floor(to / length) * length;
  return end > first ? { from: first, to: end } : { from: to, to };
}

/** What is left of a range without a part of it. */
function without(range: TimeRange, part: TimeRange): TimeRange[] {
  if (part.to <= part.from) return [range];
  return [
    { from: range.from, to: part.from },
    { from: part.to, to: range.to },
  ];
}

function addPeriods(all: Growing<Periods>[], { from, to }: TimeRange, length: number): void {
  const [first, end] = [from / length, to / length];
  if (end <= first) return;
  const last = all.at(-1);
  if (last?.end === first) last.end = end;
  else all.push({ first, end });
}

function extend(ranges: Growing<TimeRange>[], { from, to }: TimeRange): void {
  if (to <= from) return;
  const last = ranges.at(-1);
  if (last?.to === from) last.to = to;
  else ranges.push({ from, to });
}

function roundedUp(moment: number, length: number): number {
  return Math.ceil(moment / length) * length;
}

/** Adds up what lies in each step. */
class StepSums {
  readonly #steps: readonly TimeRange[];
  readonly #sums: (Rollup | undefined)[];
  #index = 0;

  constructor(steps: readonly TimeRange[]) {
    this.#steps = steps;
    this.#sums = steps.map(() => undefined);
  }

  /** Adds rollups by their period; the only one of a step becomes its sum as it is. */
  addRollups(rollups: ReadonlyMap<number, Rollup>, length: number): void {
    for (const [period, rollup] of rollups) {
      if (!this.#goTo(period * length)) continue;
      const sum = this.#sums[this.#index];
      if (sum === undefined) this.#sums[this.#index] = rollup;
      else mergeRollup(sum, rollup);
    }
  }

  addResults(results: readonly LocatedResult[]): void {
    for (const { result } of results) {
      if (this.#goTo(result.slot)) addToRollup((this.#sums[this.#index] ??= emptyRollup()), result);
    }
  }

  steps(): StepRollup[] {
    const nothing = emptyRollup();
    return this.#steps.map(({ from, to }, index) => ({ from, to, rollup: this.#sums[index] ?? nothing }));
  }

  /** Finds the step of a moment; what is added comes nearly in order, so it is nearly always this one or the next. */
  #goTo(moment: number): boolean {
    while (this.#index > 0 && moment < (this.#steps[this.#index]?.from ?? 0)) this.#index -= 1;
    while (this.#index < this.#steps.length - 1 && moment >= (this.#steps[this.#index]?.to ?? 0)) this.#index += 1;
    const step = this.#steps[this.#index];
    return step !== undefined && moment >= step.from && moment < step.to;
  }
}
