import type { Milliseconds } from '../duration.ts';
import type { Reason } from '../reasons.ts';

/** How grave trouble is. `critical`: a target is down. `warning`: degraded, flapping, or we were blind. `info`: the rest. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * What the outbox tells of. `up`: an incident ended, by recovery or by hand. `flapping` and `calm`: a monitor began or ceased
 * to change its status all the time. `blind` and `sighted`: this monitor itself was cut off from the network, and is back.
 * `maintenance_ended`: a target is still down after its maintenance. `parent_recovered`: it still is after what it depends on
 * came back. `channel_failing` and `channel_working`: a channel of ours does not take messages, and does again.
 */
export const EVENT_KINDS = [
  'down',
  'degraded',
  'up',
  'flapping',
  'calm',
  'blind',
  'sighted',
  'maintenance_ended',
  'parent_recovered',
  'channel_failing',
  'channel_working',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** One expectation that was not met. */
export interface UnmetExpectation {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** What is known of why, as of the result that brought the event; without secrets. */
export interface EventCause {
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly statusCode: number | null;
  readonly durationMs: Milliseconds | null;
  /** At most five. */
  readonly unmet: readonly UnmetExpectation[];
}

/** Which results and which rule made it: `3 failures in a row, 12:00:05 to 12:00:15`. */
export interface EventProof {
  /** The rule by its key in the file: `retries`, `recover_after`, `degraded.after`, `flapping`; or `by_hand`, `removed`. */
  readonly rule: string;
  /** How many results spoke for it. */
  readonly count: number;
  /** Slots of the first and the last of them, ms. */
  readonly first: number;
  readonly last: number;
}
