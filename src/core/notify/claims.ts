import type { EventKind, Severity, TroubleEvent } from '../trouble/event.ts';
import { isWithin } from './hours.ts';
import { matches, type MonitorMatch } from './match.ts';
import { TOPIC_OF, type Policy, type PolicyTopic } from './policy.ts';
import type { Situation } from './situation.ts';

/** Why a policy says nothing of an event. */
export const MISMATCHES = ['topic', 'monitor', 'severity', 'hours'] as const;
export type Mismatch = (typeof MISMATCHES)[number];

/** A channel that a policy tells of an event. Each channel is claimed once, by the first policy that does. */
export interface Claim {
  /** `undefined` when the file no longer names the channel in any policy. */
  readonly policy: Policy | undefined;
  readonly channel: string;
  /** Outside the hours of every policy that would tell it. */
  readonly outside: boolean;
}

/** What policies are asked about an event that ends something: to be about its beginning, and about its end. */
const ENDS: Readonly<Partial<Record<EventKind, { began: readonly PolicyTopic[]; ended: readonly PolicyTopic[] }>>> = {
  up: { began: ['down', 'degraded', 'flapping'], ended: ['up'] },
  calm: { began: ['down', 'degraded', 'flapping'], ended: ['flapping', 'up'] },
  sighted: { began: ['blind'], ended: ['blind'] },
  channel_working: { began: ['channel'], ended: ['channel'] },
};

/** Whether an event tells that something is over. */
export function isEnd(kind: EventKind): boolean {
  return ENDS[kind] !== undefined;
}

/** How grave what an event tells of is; an end is as grave as what it ends. */
export function severityOf({ kind, severity }: TroubleEvent, { incident }: Situation): Severity {
  return isEnd(kind) ? (incident?.severity ?? severity) : severity;
}

/** Why a policy says nothing of an event now; `undefined` when it does. Hours do not matter to an end. */
export function mismatchOf(policy: Policy, event: TroubleEvent, situation: Situation): Mismatch | undefined {
  if (!isAbout(policy, event.kind, situation)) return 'topic';
  if (!isFor(policy, event.kind, situation)) return 'monitor';
  if (!policy.severity.includes(severityOf(event, situation))) return 'severity';
  if (isEnd(event.kind) || policy.hours === null || isWithin(policy.hours, situation.now)) return undefined;
  return 'hours';
}

function isAbout({ on }: Policy, kind: EventKind, { incident }: Situation): boolean {
  const end = ENDS[kind];
  if (end === undefined) return on.includes(TOPIC_OF[kind]);
  const wasFlapping = incident?.kind === 'flapping' || incident?.flapping === true;
  // A monitor that is removed while it flaps does not become calm.
  const ended = kind === 'up' && wasFlapping ? [...end.ended, 'flapping' as const] : end.ended;
  return [end.began, ended].every((topics) => topics.some((topic) => on.includes(topic)));
}

/**
 * Whether a policy is for what an event is about. What is about no monitor concerns the policies for every monitor; if
 * none of them is about it, those for some, because somebody must be told.
 */
function isFor(policy: Policy, kind: EventKind, situation: Situation): boolean {
  const { monitor, policies } = situation;
  if (monitor !== null) return matches(policy.for, monitor);
  return isForEvery(policy.for) || !policies.some((other) => isAbout(other, kind, situation) && isForEvery(other.for));
}

function isForEvery({ monitors, groups, tags }: MonitorMatch): boolean {
  return monitors.length === 0 && groups.length === 0 && Object.keys(tags).length === 0;
}

/** The policies that say something of an event now, in the order of the file. */
export function speaking(event: TroubleEvent, situation: Situation): Policy[] {
  return situation.policies.filter((policy) => mismatchOf(policy, event, situation) === undefined);
}

/** Who is to be told that something began: policies within whose hours we are come first, then the others. */
export function claimsOfBeginning(event: TroubleEvent, situation: Situation): Claim[] {
  const within = speaking(event, situation);
  const outside = situation.policies.filter((policy) => mismatchOf(policy, event, situation) === 'hours');
  const claims = new Map<string, Claim>();
  for (const policy of [...within, ...outside]) {
    for (const channel of policy.tell) {
      if (!claims.has(channel)) claims.set(channel, { policy, channel, outside: outside.includes(policy) });
    }
  }
  return [...claims.values()];
}

/**
 * Who is to be told that something ended: who was told that it began, whatever the hours or how grave it is now; but not
 * those of policies that are about beginnings only.
 */
export function claimsOfEnd(event: TroubleEvent, situation: Situation): Claim[] {
  const claims: Claim[] = [];
  for (const channel of new Set(situation.told)) {
    const naming = situation.policies.filter((policy) => names(policy, channel));
    const began = naming.filter((policy) => isFor(policy, event.kind, situation) && toldBeginning(policy, event.kind));
    const wanting = began.filter((policy) => isAbout(policy, event.kind, situation));
    if (began.length > 0 && wanting.length === 0) continue;
    const fitting = wanting.find((policy) => mismatchOf(policy, event, situation) === undefined);
    claims.push({ policy: fitting ?? wanting[0] ?? naming[0], channel, outside: false });
  }
  return claims;
}

function names({ tell, escalate }: Policy, channel: string): boolean {
  return tell.includes(channel) || escalate.some((step) => step.tell.includes(channel));
}

function toldBeginning({ on }: Policy, kind: EventKind): boolean {
  return ENDS[kind]?.began.some((topic) => on.includes(topic)) ?? false;
}
