import type { Milliseconds } from '../duration.ts';

/** What it takes for results of a monitor to change its status. */
export interface TroubleRules {
  /** So many failures must follow the first one, without a success between, before the status is `down`; 0 to 20. */
  readonly retries: number;
  /** From a failure to the check that is run again. */
  readonly retryInterval: Milliseconds;
  /** So many successes in a row end `down`; 1 to 100. */
  readonly recoverAfter: number;
  /** How often the target is checked while it is down; `null` for as often as always. */
  readonly intervalDown: Milliseconds | null;
  /** So many degraded results in a row make the status `degraded`; 1 to 100. */
  readonly degradedAfter: number;
  /** So many changes of status within the window are flapping, until none came for as long; `null` never calls it so. */
  readonly flapping: { readonly changes: number; readonly window: Milliseconds } | null;
}

/** Takes every result at its word. */
export const AT_ONCE: TroubleRules = {
  retries: 0,
  retryInterval: 0,
  recoverAfter: 1,
  intervalDown: null,
  degradedAfter: 1,
  flapping: null,
};

/** The rules of a monitor that sets none. */
export const USUAL_RULES: TroubleRules = {
  retries: 2,
  retryInterval: 5000,
  recoverAfter: 1,
  intervalDown: null,
  degradedAfter: 2,
  flapping: { changes: 6, window: 1_800_000 },
};
