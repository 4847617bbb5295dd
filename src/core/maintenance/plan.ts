import type { Milliseconds } from '../duration.ts';
import type { MonitorMatch } from '../notify/match.ts';

/** When maintenance happens. Moments are ms since the epoch; `zone` is an IANA name. */
export type MaintenanceTimes =
  | { readonly kind: 'once'; readonly start: number; readonly end: number }
  | { readonly kind: 'cron'; readonly cron: string; readonly duration: Milliseconds; readonly zone: string }
  | {
      readonly kind: 'weekly';
      /** 1 for Monday to 7 for Sunday, sorted. */
      readonly days: readonly number[];
      /** Minutes since midnight in the zone. */
      readonly at: number;
      readonly duration: Milliseconds;
      readonly zone: string;
    };

/** Maintenance as the file plans it, or as it was begun by hand. */
export interface MaintenancePlan {
  readonly id: string;
  readonly name: string;
  readonly for: MonitorMatch;
  readonly times: MaintenanceTimes;
}

/** One stretch of maintenance, ms since the epoch: `start` inclusive, `end` exclusive. */
export interface MaintenanceWindow {
  readonly plan: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}
