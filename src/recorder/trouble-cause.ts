import type { Finding } from '../core/expect/finding.ts';
import type { KeptEvidence } from '../core/kept-evidence.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { EventCause, UnmetExpectation } from '../core/trouble/event.ts';
import type { EvidenceRow } from '../db/schema.ts';
import type { SeenRow } from './journal-table.ts';

const MOST_UNMET = 5;

/** Why, as a result tells it. Workers send evidence only when it is news: for a result without any, `kept` may speak. */
export function causeOfResult(result: CheckResult, kept: EvidenceRow | undefined): EventCause {
  const { reason, message, statusCode, durationMs, evidence } = result;
  const unmet = evidence === null ? unmetIn(kept, reason) : unmetOf(evidence.findings);
  return { reason, message, statusCode, durationMs, unmet };
}

/** Why, as a row of the journal tells it. */
export function causeOfRow(row: SeenRow, kept: EvidenceRow | undefined): EventCause {
  const { reason, message, status_code, duration_us } = row;
  const durationMs = duration_us === null ? null : duration_us / 1000;
  return { reason, message, statusCode: status_code, durationMs, unmet: unmetIn(kept, reason) };
}

/** Evidence for another reason says nothing of this one. */
function unmetIn(kept: EvidenceRow | undefined, reason: EventCause['reason']): readonly UnmetExpectation[] {
  if (kept === undefined) return [];
  const evidence = JSON.parse(kept.data) as KeptEvidence;
  return evidence.reason === reason ? unmetOf(evidence.findings) : [];
}

function unmetOf(findings: readonly Finding[]): readonly UnmetExpectation[] {
  return findings
    .filter(({ ok }) => !ok)
    .slice(0, MOST_UNMET)
    .map(({ what, expected, got }) => ({ what, expected, got }));
}
