import type { MaintenancePlan } from '../maintenance/plan.ts';
import type { MonitorMatch } from './match.ts';
import type { Policy } from './policy.ts';

/** A summary that is sent by plan. */
export interface ReportPlan {
  readonly id: string;
  readonly for: MonitorMatch;
  /** The period it tells of: the one that ended last. Weeks begin on Monday. */
  readonly every: 'day' | 'week' | 'month';
  /** When it is sent on the day after the period, minutes since midnight in the zone. */
  readonly at: number;
  readonly zone: string;
  /** Ids of channels. */
  readonly tell: readonly string[];
}

/** A channel as far as deciding needs it. */
export interface KnownChannel {
  readonly id: string;
  readonly type: string;
}

/** What the file says of telling people, without secrets: kept in the database, so that each process decides alike. */
export interface NotifySettings {
  /** Those that are enabled. */
  readonly channels: readonly KnownChannel[];
  readonly policies: readonly Policy[];
  readonly maintenance: readonly MaintenancePlan[];
  readonly reports: readonly ReportPlan[];
}

/** Of a file that tells nobody. */
export const NO_NOTIFY: NotifySettings = { channels: [], policies: [], maintenance: [], reports: [] };
