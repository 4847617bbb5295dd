import { AppError } from '../core/errors.ts';
import type { Reason } from '../core/reasons.ts';
import type { Status } from '../core/status.ts';
import { parseMoment } from '../core/time-window.ts';
import type { ResultsQuestion } from './results.ts';

/** Which results to list; times as people write them. */
export interface ResultsRequest {
  readonly id: string;
  /** No result of a slot before this: a duration ago (`1h`), a date, or RFC 3339. */
  readonly since?: string | undefined;
  /** No result of this slot or a later one, as `since`. */
  readonly until?: string | undefined;
  /** 1 to 10,000; 100 when left out. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the answer before. */
  readonly cursor?: string | undefined;
  /** Only results of these; all when left out. */
  readonly status?: readonly Status[] | undefined;
  /** Only results with one of these reasons. */
  readonly reason?: readonly Reason[] | undefined;
  /** Only results from these locations. */
  readonly location?: readonly string[] | undefined;
  /** Whether a run of the same failure is one entry, with `count`, `first_slot` and `last_slot`. */
  readonly group?: boolean | undefined;
}

/** Reads which results are asked for at a moment. Throws `bad_request`. */
export function readResults({ since, until, ...rest }: ResultsRequest, now: number): ResultsQuestion {
  return { ...rest, since: readMoment('since', since, now), until: readMoment('until', until, now) };
}

function readMoment(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const read = parseMoment(text, now);
  if (read !== undefined) return read;
  throw new AppError('bad_request', `${name}: "${text}" is neither a duration such as 1h nor an RFC 3339 time`);
}
