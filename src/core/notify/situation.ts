import type { IncidentKind } from '../trouble/incident.ts';
import type { Severity, TroubleEvent } from '../trouble/event.ts';
import type { MaintenanceWindow } from '../maintenance/plan.ts';
import type { Matchable } from './match.ts';
import type { MessageKind } from './message.ts';
import type { Policy } from './policy.ts';
import type { KnownChannel } from './settings.ts';

/** The monitor that something is told of. */
export interface MonitorFacts extends Matchable {
  readonly name: string;
  /** Its address without secrets. */
  readonly target: string;
  readonly severity: Severity;
  readonly dependsOn: readonly string[];
}

/** How the incident that something is told of stands now. Moments are ms since the epoch. */
export interface IncidentFacts {
  readonly number: number;
  readonly kind: IncidentKind;
  readonly severity: Severity;
  readonly startedAt: number;
  readonly openedAt: number;
  readonly resolvedAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly silencedUntil: number | null;
  readonly flapping: boolean;
}

/** The worst that is known of anything a monitor depends on, directly or not. */
export type ParentFacts =
  | { readonly state: 'up' }
  | { readonly state: 'down'; readonly monitor: string; readonly incident: number }
  /** Nobody looked at it since the monitor failed, or it is being confirmed; so until that moment at most. */
  | { readonly state: 'unsure'; readonly monitor: string; readonly until: number };

/** Why a message waits. What each means is in `reason-sentence.ts`. */
export const WAIT_REASONS = [
  'gather',
  'delay',
  'quiet',
  'digest',
  'rate',
  'parent_unsure',
  'maintenance',
  'silenced',
  'outside_hours',
  'retry',
  'repeat',
  'escalation',
] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

/** Why a message is never sent. What each means is in `reason-sentence.ts`. */
export const DROP_REASONS = [
  'maintenance',
  'parent_down',
  'silenced',
  'acknowledged',
  'resolved',
  'over_before_told',
  'worse_now',
  'flapping',
  'outside_hours',
  'not_told',
  'told_already',
  'not_taken_yet',
  'about_itself',
  'too_old',
  'channel_gone',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** All that a decision may look at. */
export interface Situation {
  /** ms since the epoch. */
  readonly now: number;
  readonly policies: readonly Policy[];
  readonly channels: readonly KnownChannel[];
  readonly monitor: MonitorFacts | null;
  readonly incident: IncidentFacts | null;
  /** The maintenance that the monitor is in now. */
  readonly maintenance: MaintenanceWindow | null;
  readonly parent: ParentFacts;
  /**
   * Channels that were told that the incident began, or will be: rows that are ready, delivered, merged, or wait to tell it
   * first. Of an event about a channel, those that were told that this channel fails.
   */
  readonly told: readonly string[];
  /**
   * Of an event that tells that a target still is down, those of them that know: what they were told last of the incident,
   * or will be, says that it is down, and not that it is degraded.
   */
  readonly toldDown: readonly string[];
}

/** One message to one channel, as decided. */
export interface Decision {
  readonly channel: string;
  /** `null` for an end that is told to a channel which no policy names any more. */
  readonly policy: string | null;
  readonly kind: MessageKind;
  /** 0 for whom the policy tells first, then its escalations; of reminders which one it is. */
  readonly step: number;
  readonly state: 'waiting' | 'dropped';
  /** When it is to be decided again, ms since the epoch. */
  readonly dueAt: number;
  readonly why: WaitReason | DropReason | null;
}

/** A message that waits, as far as deciding it again needs it. */
export interface WaitingRow {
  readonly kind: MessageKind;
  readonly channel: string;
  /** `null`, or one that is no longer in the file: nothing of a policy holds it back. */
  readonly policy: string | null;
  readonly step: number;
  /** Why it waited until now. */
  readonly why: WaitReason | null;
  /** What it tells of; of reminders and escalations how it began. `null` for what tells of several events or of none. */
  readonly event: TroubleEvent | null;
}

/**
 * What is to be done with a message whose time has come. `merge`: it is over, and the message of its end, which waits for
 * the same channel, tells both; where no end waits it is sent.
 */
export type NextStep =
  | { readonly do: 'send' }
  | { readonly do: 'wait'; readonly until: number; readonly why: WaitReason }
  | { readonly do: 'drop'; readonly why: DropReason }
  | { readonly do: 'merge' };
