import { closest } from '../core/closest.ts';
import { AppError } from '../core/errors.ts';
import { matches, type Matchable, type MonitorMatch } from '../core/notify/match.ts';
import type { TroubleAction } from '../core/trouble/action.ts';
import { readEnd, readLength } from './silence-incident.ts';

/** Maintenance that somebody wants to begin. */
export interface MaintenanceWish {
  readonly name?: string | undefined;
  /** Which monitors; every one when nothing is named. */
  readonly for: {
    readonly monitors?: readonly string[] | undefined;
    readonly groups?: readonly string[] | undefined;
    readonly tags?: Readonly<Record<string, readonly string[]>> | undefined;
  };
  /** Now when left out. */
  readonly start?: string | undefined;
  /** One of the two: how long, or until when. */
  readonly duration?: string | undefined;
  readonly end?: string | undefined;
  readonly by: string;
}

const USUAL_NAME = 'Maintenance';

/** Begins maintenance by hand. `monitors` are those configured now. Throws `bad_request`, `monitor_not_found`, `not_found`. */
export function startMaintenanceAction(
  wish: MaintenanceWish,
  { monitors, now }: { readonly monitors: readonly Matchable[]; readonly now: number },
): TroubleAction {
  const { start: startText, duration, end: endText, by } = wish;
  const match: MonitorMatch = {
    monitors: wish.for.monitors ?? [],
    groups: wish.for.groups ?? [],
    tags: wish.for.tags ?? {},
  };
  refuseUnknown(match, monitors);
  if ((duration === undefined) === (endText === undefined)) {
    throw new AppError('bad_request', 'say how long it takes: either duration or end');
  }
  const start = startText === undefined ? Math.floor(now) : readEnd('start', startText, now);
  const end = duration === undefined ? readEnd('end', endText ?? '', now) : start + readLength('duration', duration);
  if (end <= start) throw new AppError('bad_request', 'end: must be later than start');
  return { do: 'start_maintenance', name: wish.name ?? USUAL_NAME, for: match, start, end, by };
}

function refuseUnknown(match: MonitorMatch, monitors: readonly Matchable[]): void {
  const ids = monitors.map(({ id }) => id);
  const wrongId = match.monitors.find((id) => !ids.includes(id));
  if (wrongId !== undefined) {
    throw new AppError('monitor_not_found', `there is no monitor "${wrongId}"`, meant(wrongId, ids));
  }
  const groups = monitors.flatMap(({ group }) => group ?? []);
  const wrongGroup = match.groups.find((group) => !groups.includes(group));
  if (wrongGroup !== undefined) {
    throw new AppError('not_found', `there is no group "${wrongGroup}"`, meant(wrongGroup, groups));
  }
  if (!monitors.some((monitor) => matches(match, monitor))) {
    throw new AppError('not_found', 'there is no monitor that this would be for', {
      hint: '"longwatch ls" lists the monitors and their groups.',
    });
  }
}

function meant(word: string, known: readonly string[]): { readonly hint: string } {
  const near = closest(word, known);
  const hint = near === undefined ? '"longwatch ls" lists the monitors and their groups.' : `Did you mean "${near}"?`;
  return { hint };
}
