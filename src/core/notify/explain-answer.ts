import type { MaintenanceWindow } from '../maintenance/plan.ts';
import type { Severity } from '../trouble/event.ts';
import type { Mismatch } from './claims.ts';
import type { MessageKind } from './message.ts';
import type { Policy } from './policy.ts';
import type { DropReason, IncidentFacts, ParentFacts, WaitReason } from './situation.ts';

/** The events that are explained, as if each happened now. */
export const SAMPLE_KINDS = ['down', 'degraded', 'up', 'flapping'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** A wait of a message, and when it ends, ms since the epoch. */
export interface ExplainedWait {
  readonly why: WaitReason;
  readonly until: number;
}

/** One message that would be sent to a channel, or why it would not. */
export interface ExplainedMessage {
  readonly channel: string;
  readonly policy: string | null;
  readonly kind: MessageKind;
  readonly step: number;
  /** When it would be sent, ms since the epoch; `null` when it would not. */
  readonly at: number | null;
  /** Why it would not; `null` when it would. */
  readonly dropped: DropReason | null;
  /** What it waits for, one after the other. */
  readonly waits: readonly ExplainedWait[];
}

/** What a policy says of an event. */
export interface ExplainedPolicy {
  readonly policy: string;
  /** Why it says nothing; `null` when it says something. */
  readonly mismatch: Mismatch | null;
}

/** What would happen if an event came now. */
export interface ExplainedEvent {
  readonly kind: SampleKind;
  readonly severity: Severity;
  readonly policies: readonly ExplainedPolicy[];
  /** Each channel that a policy names, then the first three reminders to each, then escalations. */
  readonly messages: readonly ExplainedMessage[];
}

/** Who would be told what of a monitor and when, and why not, if the trouble went on and nobody acknowledged it. */
export interface ExplainAnswer {
  /** The id of the monitor; `null` for Longwatch itself. */
  readonly monitor: string | null;
  /** For when it is explained, ms since the epoch. */
  readonly at: number;
  readonly dependsOn: readonly string[];
  readonly parent: ParentFacts;
  /** The maintenance of now, and the one that comes next. */
  readonly maintenance: { readonly now: MaintenanceWindow | null; readonly next: MaintenanceWindow | null };
  /** The incident that is open; what is explained then counts as part of it. */
  readonly incident: IncidentFacts | null;
  readonly events: readonly ExplainedEvent[];
  /** What else holds for messages of the policies that say something of any of the events. */
  readonly limits: readonly ExplainedLimits[];
}

/** What cannot be foreseen, because it depends on what else happens. */
export type ExplainedLimits = Pick<Policy, 'id' | 'repeat' | 'storm' | 'maxRate'>;
