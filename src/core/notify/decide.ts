import type { TroubleEvent } from '../trouble/event.ts';
import { needless, stepOfBeginning } from './beginning.ts';
import { claimsOfBeginning, claimsOfEnd, isEnd, severityOf, speaking, type Claim } from './claims.ts';
import { followUps } from './follow-ups.ts';
import { held } from './quiet.ts';
import type { Decision, DropReason, NextStep, Situation } from './situation.ts';

const DAY_MS = 86_400_000;

/**
 * Who is told of an event, and when: one decision for each channel that a policy names, and those reminders and
 * escalations that can be foreseen. A channel is told once, by the first policy that claims it. What need not be told is
 * decided too, as `dropped`. One that waits is decided again when it is due (`decideAgain`).
 *
 * A reminder or escalation that is there already for the same incident, policy, channel and step stays as it is, unless it
 * was dropped.
 */
export function decideEvent(event: TroubleEvent, situation: Situation): Decision[] {
  return isEnd(event.kind) ? decideEnd(event, situation) : decideBeginning(event, situation);
}

function decideBeginning(event: TroubleEvent, situation: Situation): Decision[] {
  const old = isTooOld(event, situation) ? 'too_old' : undefined;
  const decisions: Decision[] = [];
  for (const claim of claimsOfBeginning(event, situation)) {
    const { policy, channel, outside } = claim;
    const drop = unfit(claim, event, situation) ?? old ?? (outside ? 'outside_hours' : undefined);
    const step: NextStep =
      drop === undefined ? stepOfBeginning({ event, policy, waited: null }, situation) : { do: 'drop', why: drop };
    decisions.push(decided({ event, policy: policy?.id ?? null, channel }, step, situation.now));
  }
  if (old !== undefined) return decisions;
  const lasting = speaking(event, situation).filter((policy) => needless(event, policy, situation) === undefined);
  return [...decisions, ...followUps(event, lasting, { decisions, situation })];
}

function decideEnd(event: TroubleEvent, situation: Situation): Decision[] {
  const claims = claimsOfEnd(event, situation);
  const decisions = claims.map((claim) => {
    const { policy, channel } = claim;
    const drop = unfit(claim, event, situation);
    const severity = severityOf(event, situation);
    const step: NextStep =
      drop === undefined
        ? held(policy, { severity, waited: null, urgent: false }, situation.now)
        : { do: 'drop', why: drop };
    return decided({ event, policy: policy?.id ?? null, channel }, step, situation.now);
  });
  const told = new Set(situation.told);
  for (const { policy, channel } of claimsOfBeginning(event, situation)) {
    if (told.has(channel)) continue;
    const step: NextStep = { do: 'drop', why: 'not_told' };
    decisions.push(decided({ event, policy: policy?.id ?? null, channel }, step, situation.now));
  }
  return decisions;
}

/** Why a channel is not told of an event, whatever the policy says. */
function unfit(
  { channel }: Claim,
  { kind, data }: TroubleEvent,
  { channels, toldDown }: Situation,
): DropReason | undefined {
  if (!channels.some(({ id }) => id === channel)) return 'channel_gone';
  if (kind === 'channel_failing' && data.channel === channel) return 'about_itself';
  const stillIs = kind === 'parent_recovered' || kind === 'maintenance_ended';
  return stillIs && toldDown.includes(channel) ? 'told_already' : undefined;
}

/** Trouble of days ago that is over is no news; one that goes on is, however late. */
function isTooOld({ at }: TroubleEvent, { incident, now }: Situation): boolean {
  return now - at > DAY_MS && (incident === null || incident.resolvedAt !== null);
}

function decided(
  { event, policy, channel }: { event: TroubleEvent; policy: string | null; channel: string },
  step: NextStep,
  now: number,
): Decision {
  const row = { channel, policy, kind: event.kind, step: 0 };
  if (step.do === 'drop') return { ...row, state: 'dropped', dueAt: now, why: step.why };
  if (step.do === 'wait') return { ...row, state: 'waiting', dueAt: step.until, why: step.why };
  return { ...row, state: 'waiting', dueAt: now, why: null };
}
