import { withTexts } from './evidence.ts';
import type { Outcome } from './outcome.ts';

/** An outcome with every text of it redacted: what targets send back may hold what was sent to them. */
export function redactOutcome<O extends Outcome>(outcome: O, redact: (text: string) => string): O {
  const { message, evidence, finalUrl } = outcome;
  if (message === null && evidence === null && finalUrl === null) return outcome;
  return {
    ...outcome,
    message: message === null ? null : redact(message),
    finalUrl: finalUrl === null ? null : redact(finalUrl),
    evidence: evidence === null ? null : withTexts(evidence, redact),
  };
}
