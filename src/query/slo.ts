import { formatDuration, type Milliseconds } from '../core/duration.ts';
import { AppError } from '../core/errors.ts';
import { errorBudget, LONGEST_BURN_WINDOW, type BurnWindow } from '../core/history/error-budget.ts';
import type { GroupRule, Objective } from '../core/history/objective.ts';
import { combineSpans, type StatusShares } from '../core/history/status-shares.ts';
import { formatMoment } from '../core/time-window.ts';
import { uptimeFigures, UPTIME_POLICY, type TimeRange, type UptimePolicy } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { knownMonitors } from './known-monitors.ts';
import { allGroups, groupNamed, membersOf, objectiveOf, type MonitorGroup } from './monitor-groups.ts';
import { inSnapshot } from './snapshot.ts';

const MINUTE_MS = 60_000;
/** An objective has no longer window. */
const LONGEST_WINDOW: Milliseconds = 366 * 86_400_000;
/** What a share that is worked out may be off by. */
const ROUNDING = 1e-12;

/** How does which objective stand: of a monitor, of a group, or of all that have one when neither is said? */
export interface SloQuestion {
  readonly id?: string | undefined;
  readonly group?: string | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

/** How a service level objective stands. Budget and burn rates as core/history/error-budget.ts defines them. */
export interface ObjectiveAnswer {
  /** The monitor it is of; `null` for that of a group. */
  readonly id: string | null;
  readonly group: string | null;
  /** By which rule the group is down as a whole; `null` for a monitor. */
  readonly rule: GroupRule | null;
  /** Percent of the observed time. */
  readonly target: number;
  /** `30d`: it ends now. */
  readonly window: string;
  readonly from: string;
  readonly to: string;
  /** Time up or degraded over time observed, 0 to 1; `null` when nothing was observed. */
  readonly attained: number | null;
  /** Whether that is at least the target. */
  readonly met: boolean | null;
  /** Time observed outside of maintenance over the whole window, 0 to 1; the rest takes nothing from the budget. */
  readonly observed: number;
  /** Time in maintenance over the whole window, 0 to 1. */
  readonly maintenance: number;
  /** How long the target may be down in the window. */
  readonly budget_minutes: number;
  /** Below zero when more was used. */
  readonly budget_left_minutes: number;
  /** How fast the budget is used: 1 uses exactly all of it within the window. */
  readonly burn_rates: Readonly<Record<BurnWindow, number | null>>;
  /** When nothing is left if things go on as in the last 24 h; `null` when that never happens or nothing is left already. */
  readonly budget_ends_at: string | null;
}

/** How objectives stand: those of groups after those of monitors. */
export interface SloAnswer {
  /** What counted as what. */
  readonly policy: UptimePolicy;
  readonly objectives: ObjectiveAnswer[];
}

/**
 * How do objectives stand now? From spans, to the moment. Throws `monitor_not_found`, and `not_found` for a group that is
 * not there or a monitor or group without an objective.
 */
export function askSlo(database: Database, question: SloQuestion): SloAnswer {
  return inSnapshot(database, () => ({ policy: UPTIME_POLICY, objectives: findObjectives(database, question) }));
}

function findObjectives(database: Database, { id, group, now }: SloQuestion): ObjectiveAnswer[] {
  if (id !== undefined) {
    const ofOne = ofMonitors(database, knownMonitors(database, id), now);
    return ofOne.length > 0 ? ofOne : refuse(`the monitor "${id}" has no objective`);
  }
  const to = Math.floor(now);
  if (group !== undefined) {
    const ofOne = ofGroups(database, [groupNamed(database, group, to - LONGEST_WINDOW)], now);
    return ofOne.length > 0 ? ofOne : refuse(`the group "${group}" has no objective`);
  }
  return [
    ...ofMonitors(database, knownMonitors(database, undefined), now),
    ...ofGroups(database, allGroups(database, to - LONGEST_WINDOW), now),
  ];
}

function ofMonitors(database: Database, rows: readonly MonitorRow[], now: number): ObjectiveAnswer[] {
  const aiming = rows.flatMap((row) => {
    const objective = objectiveOf(row);
    return objective === null ? [] : [{ row, objective }];
  });
  const longest = Math.max(0, ...aiming.map(({ objective }) => objective.window));
  const range = rangeOf(longest, now);
  const members = membersOf(
    database,
    aiming.map(({ row }) => row),
    range,
    now,
  );
  return members.flatMap((member, index) => {
    const { row, objective } = aiming[index] ?? {};
    if (row === undefined || objective === undefined) return [];
    const figures = answerOf(combineSpans([member], 'any_down'), objective, range.to);
    return [{ id: row.id, group: null, rule: null, ...figures }];
  });
}

function ofGroups(database: Database, groups: readonly MonitorGroup[], now: number): ObjectiveAnswer[] {
  return groups.flatMap(({ group, objective, rule, monitors }) => {
    if (objective === null) return [];
    const range = rangeOf(objective.window, now);
    const present = monitors.filter(({ removed_at }) => (removed_at ?? Infinity) > range.from);
    const shares = combineSpans(membersOf(database, present, range, now), rule);
    return [{ id: null, group, rule, ...answerOf(shares, objective, range.to) }];
  });
}

function refuse(message: string): never {
  const hint = 'Give it one in the configuration, such as slo: { target: 99.9, window: 30d }.';
  throw new AppError('not_found', message, { hint });
}

function rangeOf(window: Milliseconds, now: number): TimeRange {
  const to = Math.floor(now);
  return { from: to - Math.max(window, LONGEST_BURN_WINDOW), to };
}

function answerOf(
  shares: readonly StatusShares[],
  objective: Objective,
  now: number,
): Omit<ObjectiveAnswer, 'id' | 'group' | 'rule'> {
  const { time, attained, total, left, burnRates, endsAt } = errorBudget(shares, objective, now);
  const { observed, maintenance } = uptimeFigures(time);
  return {
    target: objective.target,
    window: formatDuration(objective.window),
    from: formatMoment(now - objective.window),
    to: formatMoment(now),
    attained,
    met: attained === null ? null : attained >= objective.target / 100 - ROUNDING,
    observed,
    maintenance,
    budget_minutes: total / MINUTE_MS,
    budget_left_minutes: left / MINUTE_MS,
    burn_rates: burnRates,
    budget_ends_at: endsAt === null ? null : formatMoment(endsAt),
  };
}
