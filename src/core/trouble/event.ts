import type { Milliseconds } from '../duration.ts';
import type { Reason } from '../reasons.ts';
import type { Status } from '../status.ts';

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

/** One row of the outbox: written in the transaction of the transition, so that neither can be without the other. */
export interface TroubleEvent {
  /** Grows by each event; never used twice. */
  readonly seq: number;
  readonly kind: EventKind;
  /** When it was recorded, ms since the epoch. */
  readonly at: number;
  /** The id of the monitor; `null` for `blind`, `sighted` and events about channels. */
  readonly monitor: string | null;
  /** The number of the incident; `null` for events about channels. */
  readonly incident: number | null;
  readonly severity: Severity;
  readonly data: EventData;
}

/** The part of an event that is kept as JSON. */
export interface EventData {
  readonly from: Status | null;
  readonly to: Status | null;
  /** When the trouble began (the slot of the first failure), ms. */
  readonly since: number;
  /** When it ended (the slot of the first success); `null` while it lasts. */
  readonly until: number | null;
  readonly cause: EventCause | null;
  readonly proof: EventProof | null;
  /** Where we were blind; `null` for the rest. */
  readonly location: string | null;
  /** The channel that events about channels are about. */
  readonly channel: string | null;
}
