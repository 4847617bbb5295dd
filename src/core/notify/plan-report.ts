import type { ReadyNotification } from './message.ts';

/** What planning messages came to, and when there is more to do. */
export interface PlanReport {
  /** Messages to be sent now, at most 200; each is handed out once, until it is settled or five minutes have passed. */
  readonly ready: readonly ReadyNotification[];
  /** When something that waits is due, ms since the epoch; `null` when nothing waits. */
  readonly nextAt: number | null;
  /** Whether there was more than one call may take: ask again at once. */
  readonly more: boolean;
  /** Ids of monitors that should be looked at now: what others depend on, whose state is not known well enough. */
  readonly rechecks: readonly string[];
}
