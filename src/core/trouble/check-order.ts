/** What recording a result asks of the scheduler. */
export interface CheckOrder {
  readonly monitor: string;
  /** A check to be run outside the schedule, to confirm; `null` for none, which also takes back one that waits. */
  readonly recheck: {
    /** When, ms since the epoch; the slot of its result. */
    readonly at: number;
    /** From 2 up: which look in a row this is. */
    readonly attempt: number;
    /** Where not to look from if there is another place: where the failure was seen. */
    readonly avoid: string | null;
  } | null;
  /** Whether the monitor is down now, for `interval_down`. */
  readonly down: boolean;
}
