import { closest } from '../core/closest.ts';
import { AppError } from '../core/errors.ts';
import { endingAt, parseRange, parseWindows, type NamedRange, type RangeWords } from '../core/time-window.ts';
import { PERIOD_UNITS, zoneFault, type PeriodUnit } from '../core/time-zone.ts';

/** Which time is meant, in the words of people: windows that end now, or `from` and `to`, or a `period`. */
export interface RangesRequest extends RangeWords {
  /** Windows that end now, with commas between them: `24h,7d,30d`. */
  readonly window?: string | undefined;
  /** The time zone (IANA) of periods and of dates without an offset; UTC when left out. */
  readonly zone?: string | undefined;
  /** Figures also for each `day`, `week`, `month`, `quarter` or `year`. */
  readonly by?: string | undefined;
}

/** What {@link RangesRequest} means at a moment. */
export interface AskedRanges {
  readonly ranges: readonly NamedRange[];
  readonly zone: string;
  readonly by: PeriodUnit | undefined;
}

/** Reads which time is meant; `usual` are the windows when nothing is said. Throws `bad_request`. */
export function readRanges(request: RangesRequest, usual: string, now: number): AskedRanges {
  const { window, from, to, period, zone = 'UTC', by } = request;
  const wrongZone = zoneFault(zone);
  if (wrongZone !== undefined) throw new AppError('bad_request', `zone: ${wrongZone}`);
  const asked = { zone, by: readUnit(by) };
  if ((from ?? to ?? period) === undefined) {
    const read = parseWindows(window ?? usual);
    if ('fault' in read) throw new AppError('bad_request', `window: ${read.fault}`);
    return { ...asked, ranges: read.windows.map((each) => endingAt(each, now)) };
  }
  const read = parseRange({ window, from, to, period }, now, zone);
  if ('fault' in read) throw new AppError('bad_request', read.fault);
  return { ...asked, ranges: [read] };
}

function readUnit(by: string | undefined): PeriodUnit | undefined {
  const unit = PERIOD_UNITS.find((known) => known === by);
  if (unit !== undefined || by === undefined) return unit;
  const meant = closest(by, PERIOD_UNITS);
  const hint = meant === undefined ? undefined : { hint: `Did you mean "${meant}"?` };
  throw new AppError('bad_request', `by: "${by.slice(0, 40)}" is not one of ${PERIOD_UNITS.join(', ')}`, hint);
}
