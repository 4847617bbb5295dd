import { closest } from '../core/closest.ts';
import { AppError } from '../core/errors.ts';
import type { GroupRule, Objective } from '../core/history/objective.ts';
import type { Member } from '../core/history/status-shares.ts';
import type { TimeRange } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { GroupSettingsRow, MonitorRow } from '../db/schema.ts';
import { observedSpans } from './observed-spans.ts';

/** Monitors that are looked at as a whole. */
export interface MonitorGroup {
  /** The name of the group; `null` for monitors with a tag. */
  readonly group: string | null;
  readonly tag: string | null;
  /** What the configuration says of the group; `any_down` when it says nothing. */
  readonly rule: GroupRule;
  readonly objective: Objective | null;
  /** Those that are configured now, and those that left since `from`. */
  readonly monitors: readonly MonitorRow[];
}

/** What is said of a group of which nothing is said. */
const USUAL_RULE: GroupRule = 'any_down';

/**
 * All groups that have a monitor now, by name, with their monitors as of `from` (ms since the epoch). Within a snapshot of
 * the caller.
 */
export function allGroups(database: Database, from: number): MonitorGroup[] {
  const rows = rowsSince(database, from);
  const names = [
    ...new Set(rows.flatMap(({ removed_at, group_name }) => (removed_at === null ? (group_name ?? []) : []))),
  ];
  return names.sort().map((name) => groupOf(database, name, rows));
}

/** One group, as of {@link allGroups}. Throws `not_found` with the name that was probably meant. */
export function groupNamed(database: Database, name: string, from: number): MonitorGroup {
  const rows = rowsSince(database, from);
  const names = rows.flatMap(({ group_name }) => group_name ?? []);
  if (names.includes(name)) return groupOf(database, name, rows);
  throw notFound(`there is no group "${name}"`, closest(name, names));
}

/**
 * The monitors with a tag: `team=payments`, or `team` with any value. Throws `not_found` with what was probably meant.
 */
export function monitorsTagged(database: Database, tag: string, from: number): MonitorGroup {
  const rows = rowsSince(database, from);
  const monitors = rows.filter((row) => tagsOf(row).includes(tag));
  if (monitors.length > 0) return { group: null, tag, rule: USUAL_RULE, objective: null, monitors };
  throw notFound(`no monitor has the tag "${tag}"`, closest(tag, rows.flatMap(tagsOf)));
}

/** How the monitors of a group stood within a range. Within a snapshot of the caller. */
export function membersOf(
  database: Database,
  monitors: readonly MonitorRow[],
  range: TimeRange,
  now: number,
): Member[] {
  const observed = observedSpans(database, monitors, range, now);
  return observed.map(({ spans, until, maintenance = [] }, index) => {
    const { enabled = 1, removed_at = null } = monitors[index] ?? {};
    return { spans, until, maintenance, left: enabled === 0 || removed_at !== null };
  });
}

/** The monitors that are configured, and those that left since a moment. */
function rowsSince(database: Database, from: number): MonitorRow[] {
  return database
    .prepare<[number], MonitorRow>('SELECT * FROM monitors WHERE removed_at IS NULL OR removed_at > ? ORDER BY key')
    .all(from);
}

function groupOf(database: Database, name: string, rows: readonly MonitorRow[]): MonitorGroup {
  const settings = database
    .prepare<[string], GroupSettingsRow>('SELECT * FROM group_settings WHERE name = ?')
    .get(name);
  return {
    group: name,
    tag: null,
    rule: settings?.rule ?? USUAL_RULE,
    objective: objectiveOf(settings),
    monitors: rows.filter(({ group_name }) => group_name === name),
  };
}

/** The objective of a row of monitors or of groups. */
export function objectiveOf(row: Pick<GroupSettingsRow, 'slo_target' | 'slo_window_ms'> | undefined): Objective | null {
  if (row === undefined || row.slo_target === null || row.slo_window_ms === null) return null;
  return { target: row.slo_target, window: row.slo_window_ms };
}

/** The tags of a monitor as they can be asked for: `team`, `team=payments`. */
function tagsOf({ tags }: MonitorRow): string[] {
  const known = JSON.parse(tags) as Readonly<Record<string, string>>;
  return Object.entries(known).flatMap(([name, value]) => (value === '' ? [name] : [name, `${name}=${value}`]));
}

function notFound(message: string, meant: string | undefined): AppError {
  const hint = meant === undefined ? '"longwatch ls" lists the monitors and their groups.' : `Did you mean "${meant}"?`;
  return new AppError('not_found', message, { hint });
}
