import { AppError } from '../core/errors.ts';
import { readRanges, type RangesRequest } from './asked-ranges.ts';
import type { InsightsQuestion } from './insights.ts';

/** What is worth a look over which stretch of time: the last 7 days when nothing is said. */
export interface InsightsRequest extends Omit<RangesRequest, 'by'> {
  /** So many of each, 1 to 1000; 10 when left out. */
  readonly limit?: number | undefined;
}

const USUAL_WINDOW = '7d';
const USUAL_LIMIT = 10;
const HIGHEST_LIMIT = 1000;

/** What a request means at a moment. Throws `bad_request`. */
export function readInsights({ limit = USUAL_LIMIT, ...words }: InsightsRequest, now: number): InsightsQuestion {
  if (!Number.isInteger(limit) || limit < 1 || limit > HIGHEST_LIMIT) {
    throw new AppError('bad_request', `limit: must be a whole number from 1 to ${HIGHEST_LIMIT}`);
  }
  const { ranges } = readRanges(words, USUAL_WINDOW, now);
  const [named, another] = ranges;
  if (named === undefined || another !== undefined) throw new AppError('bad_request', 'window: only one is possible');
  return { ...named, limit, now };
}
