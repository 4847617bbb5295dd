import { formatDuration } from '../../core/duration.ts';
import type { MaintenancePlan, MaintenanceTimes } from '../../core/maintenance/plan.ts';
import { windowAt, windowsWithin } from '../../core/maintenance/windows.ts';
import { matches, type MonitorMatch } from '../../core/notify/match.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { Database } from '../../db/native.ts';
import { configuredMatchables } from './matchables.ts';
import { inSnapshot } from '../snapshot.ts';
import { knownPlans, type KnownPlan } from './notify-settings.ts';

/** One stretch of maintenance, RFC 3339. */
export interface WindowAnswer {
  readonly start: string;
  readonly end: string;
}

/** Which monitors it is for: a monitor or its group is named, or none is, and it has every tag. */
export interface MatchAnswer {
  readonly monitors: string[];
  readonly groups: string[];
  readonly tags: Record<string, string[]>;
}

/** Maintenance, of the file or begun by hand. */
export interface MaintenancePlanAnswer {
  readonly id: string;
  readonly name: string;
  /** Whether it was begun by hand, and can be ended by hand. */
  readonly by_hand: boolean;
  readonly for: MatchAnswer;
  /** When it happens, in words. */
  readonly schedule: string;
  /** How many of the monitors that are configured now it is for. */
  readonly monitors: number;
  /** The window that is now; `null` when none is. */
  readonly now: WindowAnswer | null;
  /** The windows that come, at most three. */
  readonly next: WindowAnswer[];
  /** Who began it and when; `null` for that of the file. */
  readonly created: { readonly at: string; readonly by: string } | null;
}

/** Maintenance that is now or comes, what is now first. */
export interface MaintenanceAnswer {
  readonly maintenance: MaintenancePlanAnswer[];
}

const NEXT_WINDOWS = 3;
/** How far ahead the next windows are looked for, ms. */
const AHEAD = 400 * 86_400_000;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Which maintenance is there? `now`: ms since the epoch. */
export function askMaintenance(database: Database, { now }: { readonly now: number }): MaintenanceAnswer {
  return inSnapshot(database, () => {
    const monitors = configuredMatchables(database);
    const plans = knownPlans(database, now).map((known) => {
      const count = monitors.filter((monitor) => matches(known.plan.for, monitor)).length;
      return planAnswer(known, count, now);
    });
    return { maintenance: plans.sort((one, other) => beginning(one).localeCompare(beginning(other))) };
  });
}

function planAnswer({ plan, byHand }: KnownPlan, monitors: number, now: number): MaintenancePlanAnswer {
  const current = windowAt(plan, now);
  const next = windowsWithin(plan, { from: now, to: now + AHEAD }, NEXT_WINDOWS + 1).filter(({ start }) => start > now);
  return {
    id: plan.id,
    name: plan.name,
    by_hand: byHand !== null,
    for: matchAnswer(plan.for),
    schedule: scheduleWords(plan),
    monitors,
    now: current === undefined ? null : windowAnswer(current),
    next: next.slice(0, NEXT_WINDOWS).map(windowAnswer),
    created: byHand === null ? null : { at: formatMoment(byHand.created_at), by: byHand.created_by },
  };
}

function matchAnswer({ monitors, groups, tags }: MonitorMatch): MatchAnswer {
  const values = Object.entries(tags).map(([name, each]): [string, string[]] => [name, [...each]]);
  return { monitors: [...monitors], groups: [...groups], tags: Object.fromEntries(values) };
}

function windowAnswer({ start, end }: { readonly start: number; readonly end: number }): WindowAnswer {
  return { start: formatMoment(start), end: formatMoment(end) };
}

/** When it begins, for sorting; what never comes is last. */
function beginning({ now, next }: MaintenancePlanAnswer): string {
  return (now ?? next[0])?.start ?? '~';
}

function scheduleWords({ times }: MaintenancePlan): string {
  if (times.kind === 'once') return `once, for ${formatDuration(times.end - times.start)}`;
  const length = `for ${formatDuration(times.duration)} (${times.zone})`;
  return times.kind === 'cron' ? `cron ${times.cron}, ${length}` : `${weekWords(times)}, ${length}`;
}

function weekWords({ days, at }: Extract<MaintenanceTimes, { kind: 'weekly' }>): string {
  const names = days.map((day) => WEEKDAYS[day - 1] ?? '?').join(', ');
  const time = [Math.floor(at / 60), at % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return `${days.length === 7 ? 'every day' : names} at ${time}`;
}
