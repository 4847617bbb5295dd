import type { Clock } from '../../core/clock.ts';
import type { Monitor } from '../../core/monitor.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Network } from '../../net/network.ts';

/** What a probe needs from outside. */
export interface ProbeDeps {
  readonly clock: Clock;
  readonly network: Network;
}

/**
 * Looks at the target of one monitor, within the monitor's timeout, and says what it saw. A failing target is data:
 * a rejection means a bug of ours, which the caller turns into `internal_error`.
 */
export type Probe<M extends Monitor = Monitor> = (monitor: M, deps: ProbeDeps) => Promise<Outcome>;
