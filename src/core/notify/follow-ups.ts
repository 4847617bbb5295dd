import type { TroubleEvent } from '../trouble/event.ts';
import { delayedUntil } from './beginning.ts';
import { severityOf } from './claims.ts';
import { beginOf, isWithin } from './hours.ts';
import type { Policy } from './policy.ts';
import { held, quietUntil } from './quiet.ts';
import type { Decision, NextStep, Situation, WaitingRow } from './situation.ts';

/** Where follow-ups start from: who is told that it began. */
interface Told {
  readonly decisions: readonly Decision[];
  readonly situation: Situation;
}

/** The escalations of policies, and the first reminder to each channel that is told that something began. */
export function followUps(event: TroubleEvent, policies: readonly Policy[], told: Told): Decision[] {
  const { decisions, situation } = told;
  if (situation.incident === null) return [];
  return [
    ...decisions.flatMap((decision) => firstReminder(event, decision, { policies, situation })),
    ...escalations(event, policies, situation),
  ];
}

function firstReminder(
  event: TroubleEvent,
  { channel, policy: id, state, why }: Decision,
  { policies, situation }: { policies: readonly Policy[]; situation: Situation },
): Decision[] {
  const policy = policies.find((other) => other.id === id);
  if (policy === undefined || policy.repeat === null) return [];
  if (state === 'dropped' && why !== 'told_already') return [];
  const from = Math.max(situation.now, delayedUntil(event, policy, situation));
  const told = quietUntil(policy, severityOf(event, situation), from) ?? from;
  return [
    { channel, policy: id, kind: 'reminder', step: 1, state: 'waiting', dueAt: told + policy.repeat, why: 'repeat' },
  ];
}

/** Each step to each of its channels; a channel that two policies escalate to at the same moment gets one. */
function escalations(event: TroubleEvent, policies: readonly Policy[], { channels }: Situation): Decision[] {
  const decisions = new Map<string, Decision>();
  for (const policy of policies) {
    for (const [index, { after, tell }] of policy.escalate.entries()) {
      const dueAt = event.at + Math.max(after, policy.delay);
      for (const channel of tell) {
        const key = JSON.stringify([channel, dueAt]);
        if (decisions.has(key)) continue;
        const row = { channel, policy: policy.id, kind: 'escalation', step: index + 1 } as const;
        const isThere = channels.some(({ id }) => id === channel);
        decisions.set(
          key,
          isThere
            ? { ...row, state: 'waiting', dueAt, why: 'escalation' }
            : { ...row, state: 'dropped', dueAt, why: 'channel_gone' },
        );
      }
    }
  }
  return [...decisions.values()];
}

/**
 * The reminder after one that was sent or dropped now; `null` when none follows: the incident is over or acknowledged, or
 * the policy does not repeat. It is not due before maintenance, silence and the time outside the policy's hours end.
 */
export function nextReminder(row: WaitingRow, situation: Situation): Decision | null {
  const { incident, maintenance, now } = situation;
  const policy = situation.policies.find(({ id }) => id === row.policy);
  if (policy === undefined || policy.repeat === null || incident === null) return null;
  if (incident.resolvedAt !== null || incident.acknowledgedAt !== null) return null;
  if (!situation.channels.some(({ id }) => id === row.channel)) return null;
  const earliest = Math.max(now + policy.repeat, maintenance?.end ?? 0, incident.silencedUntil ?? 0);
  const dueAt = policy.hours === null ? earliest : beginOf(policy.hours, earliest);
  if (dueAt === null) return null;
  const { channel } = row;
  return { channel, policy: policy.id, kind: 'reminder', step: row.step + 1, state: 'waiting', dueAt, why: 'repeat' };
}

/** What is to be done with a reminder or an escalation whose time has come. */
export function stepOfFollowUp(row: WaitingRow, situation: Situation): NextStep {
  const { incident, now, parent } = situation;
  if (incident === null || incident.resolvedAt !== null) return { do: 'drop', why: 'resolved' };
  if (incident.acknowledgedAt !== null) return { do: 'drop', why: 'acknowledged' };
  if (incident.kind === 'down' && parent.state === 'down') return { do: 'drop', why: 'parent_down' };
  const policy = situation.policies.find(({ id }) => id === row.policy);
  const bar = barred(row, policy, situation);
  // Another reminder follows, but an escalation comes only once.
  if (bar !== undefined && row.kind === 'reminder') return { do: 'drop', why: bar.why };
  if (bar !== undefined) return { do: 'wait', ...bar };
  const urgent = row.kind === 'escalation';
  return held(policy, { severity: incident.severity, waited: row.why, urgent }, now);
}

interface Bar {
  readonly until: number;
  readonly why: 'maintenance' | 'silenced' | 'outside_hours';
}

function barred(row: WaitingRow, policy: Policy | undefined, situation: Situation): Bar | undefined {
  const { incident, maintenance, now } = situation;
  if (maintenance !== null) return { until: maintenance.end, why: 'maintenance' };
  const silenced = incident?.silencedUntil ?? null;
  if (silenced !== null && now < silenced) return { until: silenced, why: 'silenced' };
  // Hours that lie within quiet hours would never let it through: to be held once is enough.
  if (policy === undefined || policy.hours === null || row.why === 'quiet') return undefined;
  if (isWithin(policy.hours, now)) return undefined;
  const until = beginOf(policy.hours, now);
  return until === null ? undefined : { until, why: 'outside_hours' };
}
