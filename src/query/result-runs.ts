import type { Milliseconds } from '../core/duration.ts';
import type { Reason } from '../core/reasons.ts';
import { leavesGap } from '../core/spans.ts';
import type { Status } from '../core/status.ts';

/** What makes results one run: the same failure at the same location, slot after slot. */
export interface RunPart {
  readonly status: Status;
  readonly reason: Reason | null;
  readonly statusCode: number | null;
  readonly location: string | number;
  /** Its oldest and its newest slot, ms since the epoch; both the same for one result. */
  readonly firstSlot: number;
  readonly lastSlot: number;
  /** The interval of its newest result, ms. */
  readonly interval: Milliseconds;
}

/** Whether an older result, or run of them, and a newer one are one run. What is up never is. */
export function isOneRun(older: RunPart, newer: RunPart): boolean {
  return (
    older.status !== 'up' &&
    older.status === newer.status &&
    older.reason === newer.reason &&
    older.statusCode === newer.statusCode &&
    older.location === newer.location &&
    !leavesGap({ slot: older.lastSlot, interval: older.interval }, newer.firstSlot)
  );
}
