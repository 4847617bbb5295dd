import type { CheckResult } from '../core/outcome.ts';
import type { PushWrite } from '../core/push-report.ts';
import type { Reason } from '../core/reasons.ts';
import type { Status } from '../core/status.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';

/** A change of status at the newest end of a monitor's history. Late results that fill a gap are none. */
export interface Transition {
  readonly monitor: string;
  /** The slot of the result that brought it, ms since the epoch. */
  readonly at: number;
  readonly from: Status;
  readonly to: Status;
  readonly reason: Reason | null;
}

/** What became of the results of one call to `record`. The four add up to the results given, and reports that were lost. */
export interface RecordReceipt {
  /** Now in the database. */
  readonly recorded: number;
  /** Were there already: same monitor, slot and location. */
  readonly duplicates: number;
  /** Of a monitor the database was never told of, or not a result at all. */
  readonly ignored: number;
  /** Dropped, because the database could not be written for so long that the buffer overflowed, or until the end. */
  readonly lost: number;
}

/** Results to be written in one transaction, in the groups in which they were given. */
export interface FlushRequest {
  readonly batches: readonly (readonly CheckResult[])[];
  /** What came with some of them from the watch over jobs that report by themselves, in their order. */
  readonly pushes?: readonly PushWrite[];
  /** Wall-clock time, ms. */
  readonly now: number;
}

/** What one transaction did. */
export interface FlushReport {
  /** One a batch, in their order. */
  readonly receipts: readonly RecordReceipt[];
  readonly transitions: readonly Transition[];
  /** What it asks of the scheduler, at most one a monitor. */
  readonly orders: readonly CheckOrder[];
  /** How many rows it added to the outbox. */
  readonly events: number;
  /** How long the transaction took in the writer thread, ms. */
  readonly tookMs: number;
}
