import type { GroupRule } from '../core/history/objective.ts';
import { combineSpans, timePerRange } from '../core/history/status-shares.ts';
import type { NamedRange } from '../core/time-window.ts';
import type { PeriodUnit } from '../core/time-zone.ts';
import { UPTIME_POLICY, type UptimePolicy } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import { allGroups, groupNamed, membersOf, monitorsTagged, type MonitorGroup } from './monitor-groups.ts';
import { inSnapshot } from './snapshot.ts';
import { answersOf, windowsOf, wholeOf, type AskedWindow, type UptimeWindowAnswer } from './uptime-windows.ts';

/** How available were the monitors of a group, or with a tag, as a whole? All groups when neither is said. */
export interface AvailabilityQuestion {
  readonly group?: string | undefined;
  /** `team=payments`, or `team` with any value. */
  readonly tag?: string | undefined;
  /** Instead of what the configuration says of the group. */
  readonly rule?: GroupRule | undefined;
  readonly ranges: readonly NamedRange[];
  /** Figures also for each of these within a stretch of time. */
  readonly by?: PeriodUnit | undefined;
  /** The time zone (IANA) of `by`. */
  readonly zone: string;
  /** ms since the epoch. */
  readonly now: number;
}

/** Monitors as a whole: a status at every moment, by the rule. */
export interface GroupAvailability {
  readonly group: string | null;
  readonly tag: string | null;
  /** By which rule the whole is down; the docstring of `combined` in core/history/status-shares.ts says all. */
  readonly rule: GroupRule;
  /** The ids of the monitors, those that left within the time included. */
  readonly monitors: string[];
  readonly windows: Readonly<Record<string, UptimeWindowAnswer>>;
}

/** By group. */
export interface AvailabilityAnswer {
  /** What counted as what. */
  readonly policy: UptimePolicy;
  readonly groups: GroupAvailability[];
}

/**
 * How available were monitors as a whole? From their spans, to the moment. A monitor counts from when it was first
 * measured, and until its last result when it was switched off or left the configuration. Throws `not_found`, and
 * `bad_request` for more figures than anybody reads.
 */
export function askAvailability(database: Database, question: AvailabilityQuestion): AvailabilityAnswer {
  return inSnapshot(database, () => findAvailability(database, question));
}

function findAvailability(database: Database, question: AvailabilityQuestion): AvailabilityAnswer {
  const { ranges, by, zone } = question;
  const whole = wholeOf(windowsOf(ranges, { by: undefined, zone, subjects: 1 }));
  const groups = groupsAsked(database, question, whole.from);
  const windows = windowsOf(ranges, { by, zone, subjects: groups.length });
  return {
    policy: UPTIME_POLICY,
    groups: groups.map((group) => availabilityOf(database, group, windows, question)),
  };
}

function groupsAsked(database: Database, { group, tag }: AvailabilityQuestion, from: number): MonitorGroup[] {
  if (group !== undefined) return [groupNamed(database, group, from)];
  return tag === undefined ? allGroups(database, from) : [monitorsTagged(database, tag, from)];
}

function availabilityOf(
  database: Database,
  { group, tag, monitors, ...settings }: MonitorGroup,
  windows: readonly AskedWindow[],
  { rule = settings.rule, now }: AvailabilityQuestion,
): GroupAvailability {
  const shares = combineSpans(membersOf(database, monitors, wholeOf(windows), now), rule);
  return {
    group,
    tag,
    rule,
    monitors: monitors.map(({ id }) => id),
    windows: answersOf(windows, (ranges) => timePerRange(shares, ranges)),
  };
}
