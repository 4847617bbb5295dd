import { AppError } from '../core/errors.ts';
import { parseStep } from '../core/time-steps.ts';
import { parseRange, type RangeWords } from '../core/time-window.ts';
import { zoneFault } from '../core/time-zone.ts';
import type { SeriesQuestion } from './series.ts';

/** A question for a series in the words of people: `window`, or `from` and perhaps `to`, or `period`. */
export interface AskedSeries extends RangeWords {
  readonly id: string;
  /** The time zone (IANA) of days, periods and dates; UTC when left out. */
  readonly zone?: string | undefined;
  /** As `parseStep` reads it; `auto` when left out. */
  readonly step?: string | undefined;
}

const USUAL_WINDOW = '24h';

/** Reads what is asked for at a moment. Throws `bad_request`. */
export function readSeries(request: AskedSeries, now: number): SeriesQuestion {
  const { id, zone = 'UTC', step = 'auto', window, from, to, period } = request;
  const wrongZone = zoneFault(zone);
  if (wrongZone !== undefined) throw new AppError('bad_request', `zone: ${wrongZone}`);
  const usual = (window ?? from ?? to ?? period) === undefined ? USUAL_WINDOW : undefined;
  const time = parseRange({ window: window ?? usual, from, to, period }, now, zone);
  if ('fault' in time) throw new AppError('bad_request', time.fault);
  const length = parseStep(step);
  if ('fault' in length) throw new AppError('bad_request', `step: ${length.fault}`);
  return { id, zone, range: time.range, step: length.step, now };
}
