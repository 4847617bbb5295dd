import type { CheckResult } from '../core/outcome.ts';
import type { MonitorVersion } from '../core/monitor/monitor.ts';

/** The queues, and the prefix of their keys: the braces keep all keys of one queue on one node of a Redis Cluster. */
export const CHECKS_QUEUE = 'checks';
export const RESULTS_QUEUE = 'results';
export const NOTIFICATIONS_QUEUE = 'notifications';
export const KEY_PREFIX = '{longwatch}';

/**
 * One check to be run. It names the monitor and the version of its definition, and nothing that could be probed: who
 * can write to Redis cannot make a worker call an address of his choice.
 */
export interface CheckJob {
  readonly monitor: string;
  /** When the check is due, whole ms since the epoch. */
  readonly slot: number;
  readonly version: MonitorVersion;
  /** ms; a check older than this is not run any more. */
  readonly interval: number;
  /** The trace id that its request carries, the same however often it is tried; left out when it carries none. */
  readonly trace?: string;
  /** From 2 up for a check that is run again to confirm; left out for the first look. */
  readonly attempt?: number;
  /** The location that should leave this check to another one, if there is one; left out where any will do. */
  readonly avoid?: string;
  /** How often a location left it to another one; left out for never. */
  readonly passed?: number;
}

/** Outcomes on their way to the recorder, in batches. */
export interface ResultsJob {
  readonly results: readonly CheckResult[];
}

/** The id of a check's job: the same slot of the same monitor is never queued twice. Ids hold no `:` (BullMQ's own separator). */
export function checkJobId(job: CheckJob): string {
  return `${job.monitor}-${job.slot}`;
}

/**
 * One attempt to send a message. It names the row of the message, and nothing of it: who can read Redis learns nothing of
 * what is told, and who can write to it cannot make anybody be told something.
 */
export interface NotificationJob {
  /** The key of its row. */
  readonly notification: number;
  /** From 1 up. */
  readonly attempt: number;
}

/** The id of the job of an attempt: the same attempt is never queued twice. */
export function notificationJobId(job: NotificationJob): string {
  return `${job.notification}-${job.attempt}`;
}
