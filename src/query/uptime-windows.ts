import { countedSpans } from '../core/counted-spans.ts';
import { AppError } from '../core/errors.ts';
import type { ObservedSpans } from '../core/spans.ts';
import { timePerStep } from '../core/time-per-step.ts';
import { formatMoment, type NamedRange } from '../core/time-window.ts';
import { calendarPeriods, leastPeriods, type CalendarPeriod, type PeriodUnit } from '../core/time-zone.ts';
import { uptimeFigures, type TimePerStatus, type TimeRange, type UptimeFigures } from '../core/uptime.ts';

/** Figures over one stretch of time; its ends as RFC 3339, UTC. Observed, unknown and maintenance seconds add up to it. */
export interface UptimeRangeAnswer extends UptimeFigures {
  readonly from: string;
  readonly to: string;
}

/** One day, week, month, quarter or year, as far as it lies within the window. */
export interface UptimePeriodAnswer extends UptimeRangeAnswer {
  /** `2026-10-25`, `2026-W43`, `2026-10`, `2026-Q4` or `2026`. */
  readonly label: string;
}

/** Figures over one window. */
export interface UptimeWindowAnswer extends UptimeRangeAnswer {
  /** Of each period of the calendar, in order, when that was asked for. */
  readonly periods?: UptimePeriodAnswer[];
}

/** A window that was asked for, and the periods it is cut into. */
export interface AskedWindow extends NamedRange {
  readonly ends: Ends;
  readonly periods?: readonly (CalendarPeriod & { readonly ends: Ends })[];
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

/** More figures than this in one answer are refused: 20 MB or so of JSON. */
const MOST_FIGURES = 100_000;

/** Cuts windows into periods where that is wanted. Throws `bad_request` for more figures than anybody reads. */
export function windowsOf(
  ranges: readonly NamedRange[],
  { by, zone, subjects }: { readonly by: PeriodUnit | undefined; readonly zone: string; readonly subjects: number },
): AskedWindow[] {
  if (by === undefined) return ranges.map((named) => ({ ...named, ends: endsOf(named.range) }));
  const figures = ranges.reduce((sum, { range }) => sum + leastPeriods(range, by), 0) * subjects;
  if (figures > MOST_FIGURES) {
    throw new AppError('bad_request', `by: there would be more than ${MOST_FIGURES} figures`, {
      hint: 'Ask for longer periods, for less time, or for one monitor.',
    });
  }
  return ranges.map((named) => ({
    ...named,
    ends: endsOf(named.range),
    periods: calendarPeriods(named.range, by, zone).map((whole) => {
      const [from, to] = [Math.max(whole.from, named.range.from), Math.min(whole.to, named.range.to)];
      return { label: whole.label, from, to, ends: endsOf({ from, to }) };
    }),
  }));
}

/** The shortest stretch of time that holds all windows; empty when there are none. */
export function wholeOf(windows: readonly AskedWindow[]): TimeRange {
  if (windows.length === 0) return { from: 0, to: 0 };
  return {
    from: Math.min(...windows.map(({ range }) => range.from)),
    to: Math.max(...windows.map(({ range }) => range.to)),
  };
}

/** The figures of one monitor, or of what counts as one, by the names of the windows. */
export function windowAnswers(
  observed: ObservedSpans,
  windows: readonly AskedWindow[],
): Record<string, UptimeWindowAnswer> {
  const { spans, until } = countedSpans(observed);
  return answersOf(windows, (ranges) => timePerStep(spans, ranges, until));
}

/** The figures of the sum of some times, by the names of the windows. `timesOf` is asked for ranges in order. */
export function answersOf(
  windows: readonly AskedWindow[],
  timesOf: (ranges: readonly TimeRange[]) => readonly TimePerStatus[],
): Record<string, UptimeWindowAnswer> {
  const answers: Record<string, UptimeWindowAnswer> = {};
  for (const { label, range, ends, periods } of windows) {
    const [time] = timesOf([range]);
    if (time === undefined) continue;
    const figures = Object.assign(uptimeFigures(time), ends);
    answers[label] =
      periods === undefined ? figures : { ...figures, periods: periodAnswers(periods, timesOf(periods)) };
  }
  return answers;
}

function periodAnswers(
  periods: NonNullable<AskedWindow['periods']>,
  times: readonly TimePerStatus[],
): UptimePeriodAnswer[] {
  return times.flatMap((time, index) => {
    const period = periods[index];
    if (period === undefined) return [];
    return [{ label: period.label, ...uptimeFigures(time), ...period.ends }];
  });
}

function endsOf({ from, to }: TimeRange): Ends {
  return { from: formatMoment(from), to: formatMoment(to) };
}
