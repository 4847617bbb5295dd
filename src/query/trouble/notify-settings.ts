import type { MaintenancePlan } from '../../core/maintenance/plan.ts';
import { matches, type Matchable, type MonitorMatch } from '../../core/notify/match.ts';
import { NO_NOTIFY, type NotifySettings } from '../../core/notify/settings.ts';
import type { MaintenanceWindow } from '../../core/maintenance/plan.ts';
import { windowAt } from '../../core/maintenance/windows.ts';
import { readMeta } from '../../db/meta-values.ts';
import type { Database } from '../../db/native.ts';
import type { MaintenanceRow } from '../../db/trouble-schema.ts';

/** What the server's file says of telling people, as it was last read there. */
export function notifySettingsOf(database: Database): NotifySettings {
  const text = readMeta(database, 'notify');
  return text === undefined ? NO_NOTIFY : { ...NO_NOTIFY, ...(JSON.parse(text) as Partial<NotifySettings>) };
}

/** Maintenance of the file, or begun by hand: then with its row. */
export interface KnownPlan {
  readonly plan: MaintenancePlan;
  readonly byHand: MaintenanceRow | null;
}

/** All plans that can still have a window at `now` (ms since the epoch) or later. */
export function knownPlans(database: Database, now: number): KnownPlan[] {
  const rows = database
    .prepare<[number], MaintenanceRow>(
      'SELECT * FROM maintenance WHERE ended_at IS NULL AND "end" > ? ORDER BY start, id',
    )
    .all(now);
  return [
    ...notifySettingsOf(database).maintenance.map((plan) => ({ plan, byHand: null })),
    ...rows.map((row) => ({ plan: planOf(row), byHand: row })),
  ];
}

function planOf({ id, name, for: match, start, end }: MaintenanceRow): MaintenancePlan {
  return { id, name, for: JSON.parse(match) as MonitorMatch, times: { kind: 'once', start, end } };
}

/** The maintenance that any monitor may be in at a moment. */
export interface OngoingMaintenance {
  readonly for: MonitorMatch;
  readonly window: MaintenanceWindow;
}

/** The windows that hold `now` (ms since the epoch), those that end last first. */
export function ongoingMaintenance(database: Database, now: number): OngoingMaintenance[] {
  return knownPlans(database, now)
    .flatMap(({ plan }) => {
      const window = windowAt(plan, now);
      return window === undefined ? [] : [{ for: plan.for, window }];
    })
    .sort((one, other) => other.window.end - one.window.end);
}

/** The maintenance that a monitor is in: of several the one that ends last. */
export function maintenanceOf(
  monitor: Matchable,
  ongoing: readonly OngoingMaintenance[],
): MaintenanceWindow | undefined {
  return ongoing.find((each) => matches(each.for, monitor))?.window;
}
