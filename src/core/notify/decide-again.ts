import type { TroubleEvent } from '../trouble/event.ts';
import { stepOfBeginning } from './beginning.ts';
import { isEnd, severityOf } from './claims.ts';
import { stepOfFollowUp } from './follow-ups.ts';
import { TOPIC_OF, type Policy, type PolicyTopic } from './policy.ts';
import { held } from './quiet.ts';
import type { NextStep, Situation, WaitReason, WaitingRow } from './situation.ts';

/**
 * What is to be done now with a message that waited. Every wait ends, and is followed by another one only for another
 * reason, or because what it waited for was put off. May be asked before a message is due, when something changed: the
 * incident ended, a parent was looked at, a silence was taken back. Of one that waits to be gathered or tried again only
 * `drop` and `merge` count then.
 *
 * Beginnings of what is over are dropped (`over_before_told`), and their end need not be told either, when they waited for
 * the trouble to last; otherwise they are merged into the message of the end.
 */
export function decideAgain(row: WaitingRow, situation: Situation): NextStep {
  const { channel, event, kind } = row;
  if (!situation.channels.some(({ id }) => id === channel)) return { do: 'drop', why: 'channel_gone' };
  if (kind === 'reminder' || kind === 'escalation') return stepOfFollowUp(row, situation);
  if (event === null || event.kind !== kind) return { do: 'send' };
  const policy = situation.policies.find(({ id }) => id === row.policy);
  if (isEnd(kind)) return stepOfEnd(row, event, { policy, situation });
  if (isOver(event, situation)) return stepOfOver(row, event, { policy, situation });
  return stepOfBeginning({ event, policy, waited: row.why ?? 'gather' }, situation);
}

interface Judged {
  readonly policy: Policy | undefined;
  readonly situation: Situation;
}

function stepOfEnd(row: WaitingRow, event: TroubleEvent, { policy, situation }: Judged): NextStep {
  if (!situation.told.includes(row.channel)) return { do: 'drop', why: 'not_told' };
  const severity = severityOf(event, situation);
  return held(policy, { severity, waited: row.why ?? 'gather', urgent: false }, situation.now);
}

function isOver({ kind }: TroubleEvent, { incident }: Situation): boolean {
  if (incident === null) return false;
  return incident.resolvedAt !== null || (kind === 'flapping' && !incident.flapping);
}

/** Waits that ask whether people need to know at all. The others only ask when they are told. */
const DOUBTS: ReadonlySet<WaitReason> = new Set(['delay', 'parent_unsure', 'maintenance', 'silenced']);

function stepOfOver({ why }: WaitingRow, event: TroubleEvent, { policy, situation }: Judged): NextStep {
  // That we saw nothing for a while is told in any case, from when to when.
  if (event.kind !== 'blind' && why !== null && DOUBTS.has(why)) return { do: 'drop', why: 'over_before_told' };
  if (policy === undefined || tellsEnd(policy, TOPIC_OF[event.kind])) return { do: 'merge' };
  return held(
    policy,
    { severity: severityOf(event, situation), waited: why ?? 'gather', urgent: false },
    situation.now,
  );
}

function tellsEnd({ on }: Policy, topic: PolicyTopic): boolean {
  return on.includes('up') || (topic !== 'down' && topic !== 'degraded' && on.includes(topic));
}
