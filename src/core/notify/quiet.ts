import type { Milliseconds } from '../duration.ts';
import type { Severity } from '../trouble/event.ts';
import { endOf, isWithin } from './hours.ts';
import type { Policy } from './policy.ts';
import type { NextStep, WaitReason } from './situation.ts';

/** So long a message waits for others, to be told in one with them if it is a storm. */
export const GATHER_MS: Milliseconds = 400;

/** What a policy may hold back. */
interface Held {
  readonly severity: Severity;
  /** Why it waited until now; `null` when it did not. */
  readonly waited: WaitReason | null;
  /** An escalation: somebody has waited long enough, so it is not gathered into a digest. */
  readonly urgent: boolean;
}

/** After these a message was gathered with others already. */
const GATHERED: ReadonlySet<WaitReason> = new Set(['gather', 'quiet', 'digest', 'rate', 'retry']);

/** When quiet hours of a policy that hold a message end, ms since the epoch; `null` when it is not held. */
export function quietUntil({ quiet }: Policy, severity: Severity, moment: number): number | null {
  if (quiet === null || quiet.except.includes(severity) || !isWithin(quiet, moment)) return null;
  return endOf(quiet, moment);
}

/** How a policy holds back a message that may be told now: quiet hours, then its digest, then a moment for a storm. */
export function held(policy: Policy | undefined, { severity, waited, urgent }: Held, now: number): NextStep {
  if (policy === undefined) return { do: 'send' };
  const quiet = quietUntil(policy, severity, now);
  if (quiet !== null) return { do: 'wait', until: quiet, why: 'quiet' };
  if (waited !== null && GATHERED.has(waited)) return { do: 'send' };
  if (policy.digest !== null && !urgent) return { do: 'wait', until: now + policy.digest, why: 'digest' };
  if (policy.storm !== null) return { do: 'wait', until: now + GATHER_MS, why: 'gather' };
  return { do: 'send' };
}
