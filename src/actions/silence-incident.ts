import { parseDuration, type Milliseconds } from '../core/duration.ts';
import { AppError } from '../core/errors.ts';
import { parseMoment } from '../core/time-window.ts';
import type { TroubleAction } from '../core/trouble/action.ts';

/** How long nobody is to be told of an incident: one of the three. */
export interface SilenceWish {
  /** From now on: `1h`. */
  readonly for?: string | undefined;
  /** A date or a time. */
  readonly until?: string | undefined;
  /** Ends a silence. */
  readonly end?: boolean | undefined;
}

/** What is longer is more likely a slip than meant. */
const LONGEST: Milliseconds = 366 * 86_400_000;

/** Silences an incident, or ends its silence. Throws `bad_request` for what is no time to come. */
export function silenceAction(
  subject: { readonly incident: number; readonly by: string },
  wish: SilenceWish,
  now: number,
): TroubleAction {
  const given = [wish.for, wish.until, wish.end === true ? true : undefined].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw new AppError('bad_request', 'say for how long: one of for, until and end', {
      hint: 'Such as {"for": "1h"}; {"end": true} ends a silence.',
    });
  }
  if (wish.end === true) return { do: 'silence', ...subject, until: null };
  const until = wish.for === undefined ? readEnd('until', wish.until ?? '', now) : now + readLength('for', wish.for);
  return { do: 'silence', ...subject, until: Math.floor(until) };
}

/** Reads a length of time that is longer than none. `name` is what it is called. Throws `bad_request`. */
export function readLength(name: string, text: string): Milliseconds {
  const length = parseDuration(text);
  if (length === undefined) throw new AppError('bad_request', `${name}: "${text}" is not a duration such as 30m`);
  if (length <= 0) throw new AppError('bad_request', `${name}: must be longer than nothing`);
  if (length > LONGEST) throw new AppError('bad_request', `${name}: must not be longer than a year`);
  return length;
}

/** Reads a moment that is to come, within a year. Throws `bad_request`. */
export function readEnd(name: string, text: string, now: number): number {
  // A duration would be one ago here.
  const moment = parseDuration(text) === undefined ? parseMoment(text, now, 'UTC') : undefined;
  if (moment === undefined) {
    throw new AppError('bad_request', `${name}: "${text}" is not a time such as 2026-11-23T12:00:00Z`);
  }
  if (moment <= now) throw new AppError('bad_request', `${name}: must lie in the future`);
  if (moment - now > LONGEST) throw new AppError('bad_request', `${name}: must not be more than a year from now`);
  return moment;
}
