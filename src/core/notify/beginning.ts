import type { Milliseconds } from '../duration.ts';
import type { TroubleEvent } from '../trouble/event.ts';
import { severityOf } from './claims.ts';
import { wasSetBack } from './clock-back.ts';
import { TOPIC_OF, type Policy } from './policy.ts';
import { held } from './quiet.ts';
import type { DropReason, NextStep, Situation, WaitReason } from './situation.ts';

/** For so long it may be unsure whether what a monitor depends on is down. */
const UNSURE_MS: Milliseconds = 30_000;
/** People are told of our own blindness together with its end, if that comes so soon. */
const BLIND_DELAY_MS: Milliseconds = 60_000;

/** That something began, as one policy tells it. */
export interface Beginning {
  readonly event: TroubleEvent;
  readonly policy: Policy | undefined;
  /** Why it waited until now; `null` when it is decided for the first time. */
  readonly waited: WaitReason | null;
}

/** What is to be done now with a message that something began and goes on. */
export function stepOfBeginning(beginning: Beginning, situation: Situation): NextStep {
  const { event, policy, waited } = beginning;
  const { incident, now } = situation;
  const drop = needless(event, policy, situation);
  if (drop !== undefined) return { do: 'drop', why: drop };
  const silenced = incident?.silencedUntil ?? null;
  if (silenced !== null && now < silenced) return { do: 'wait', until: silenced, why: 'silenced' };
  const unsure = unsureUntil(beginning, situation);
  if (now < unsure) return { do: 'wait', until: unsure, why: 'parent_unsure' };
  const delayed = delayedUntil(event, policy, situation);
  const isMeasured = hasWaited(waited) && wasSetBack(event.at, now);
  if (now < delayed && !isMeasured) return { do: 'wait', until: delayed, why: 'delay' };
  return held(policy, { severity: severityOf(event, situation), waited, urgent: false }, now);
}

/** Waits that come before the delay of a policy. */
const BEFORE_DELAY: ReadonlySet<WaitReason | null> = new Set([null, 'silenced', 'parent_unsure', 'maintenance']);

/** Whether the delay was waited for, of which moments say nothing any more once the clock was set back. */
function hasWaited(waited: WaitReason | null): boolean {
  return !BEFORE_DELAY.has(waited);
}

/** Why nobody needs to be told of trouble that goes on; `undefined` when somebody does. */
export function needless(
  { kind, data }: TroubleEvent,
  policy: Policy | undefined,
  { incident, maintenance, parent }: Situation,
): DropReason | undefined {
  if (maintenance !== null) return 'maintenance';
  if (TOPIC_OF[kind] === 'down' && parent.state === 'down') return 'parent_down';
  const topics = policy?.on ?? [];
  const isChange = kind === 'down' || kind === 'degraded';
  if (isChange && incident?.flapping === true && topics.includes('flapping')) return 'flapping';
  const isBetter = kind === 'degraded' && data.from === 'down';
  const isWorse = kind === 'degraded' && incident?.kind === 'down' && !isBetter;
  return isWorse && topics.includes('down') ? 'worse_now' : undefined;
}

/** Until when it is waited for what is known of the parents; the wait is bounded, whatever the parents do. */
function unsureUntil({ event, waited }: Beginning, { now, parent }: Situation): number {
  if (TOPIC_OF[event.kind] !== 'down' || parent.state !== 'unsure') return 0;
  if (waited === null) return Math.min(parent.until, now + UNSURE_MS);
  return waited === 'parent_unsure' && !wasSetBack(event.at, now) ? Math.min(parent.until, event.at + UNSURE_MS) : 0;
}

/** When a policy tells of trouble at the earliest, if it lasts until then. */
export function delayedUntil(
  { kind, at: recorded }: TroubleEvent,
  policy: Policy | undefined,
  { incident, now }: Pick<Situation, 'incident' | 'now'>,
): number {
  const delay = policy?.delay ?? 0;
  const at = Math.min(recorded, now);
  if (kind === 'channel_failing') return at;
  if (kind === 'blind') return at + Math.max(BLIND_DELAY_MS, delay);
  // These tell of trouble that was confirmed before.
  const isOlder = kind === 'maintenance_ended' || kind === 'parent_recovered';
  return isOlder ? Math.max(at, Math.min(incident?.openedAt ?? at, now) + delay) : at + delay;
}
