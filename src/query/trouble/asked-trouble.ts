import { AppError } from '../../core/errors.ts';
import { parseMoment } from '../../core/time-window.ts';
import type { IncidentsQuestion } from './incidents.ts';
import type { NotificationsQuestion } from './notifications.ts';
import type { StormsQuestion } from './storms.ts';

/** Which incidents to list; times as people write them: a duration ago (`1h`), a date, or RFC 3339. */
export interface IncidentsRequest extends Omit<IncidentsQuestion, 'since' | 'until' | 'now'> {
  /** Only those that were not over before this. */
  readonly since?: string | undefined;
  /** Only those that began before this. */
  readonly until?: string | undefined;
}

/** Storms of which time; of the last seven days when nothing is said. */
export interface StormsRequest {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Which messages to list. */
export type NotificationsRequest = Omit<NotificationsQuestion, 'now'>;

const USUAL_STORMS = '7d';

/** Reads which incidents are asked for at a moment. Throws `bad_request`. */
export function readIncidents({ since, until, ...rest }: IncidentsRequest, now: number): IncidentsQuestion {
  return { ...rest, since: readMoment('since', since, now), until: readMoment('until', until, now), now };
}

/** Reads which storms are asked for at a moment. Throws `bad_request`. */
export function readStorms({ since = USUAL_STORMS, until }: StormsRequest, now: number): StormsQuestion {
  const from = readMoment('since', since, now) ?? now;
  const to = readMoment('until', until, now) ?? now;
  if (from < to) return { since: from, until: to, now };
  throw new AppError('bad_request', 'since must be earlier than until');
}

function readMoment(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const read = parseMoment(text, now, 'UTC');
  if (read !== undefined) return read;
  throw new AppError(
    'bad_request',
    `${name}: "${text}" is neither a duration such as 1h nor a date nor an RFC 3339 time`,
  );
}
