import { type Evidence, withTexts } from './evidence.ts';
import type { Finding } from './expect/finding.ts';
import type { Outcome } from './outcome.ts';

/** What is kept of one check's evidence, as JSON: complete in itself, also when the check's row is gone. */
export interface KeptEvidence
  extends
    Evidence,
    Pick<Outcome, 'reason' | 'message' | 'statusCode' | 'address' | 'startedAt' | 'durationMs' | 'phases'> {
  readonly traced: boolean;
  /** Whether something was left out to keep it short. */
  readonly cut: boolean;
}

/** The most bytes of JSON that are kept. */
export const MOST_EVIDENCE_BYTES = 16_384;

const MOST_FINDINGS = 100;
const MOST_ATTEMPTS = 30;
const MOST_CERTIFICATES = 10;
const MOST_FACTS = 20;
const LONGEST_TEXT = 300;

/** The evidence of an outcome as the JSON of a {@link KeptEvidence}, at most 16 KiB. */
export function evidenceText(outcome: Outcome, evidence: Evidence): string {
  const { reason, message, statusCode, address, startedAt, durationMs, phases, traceId } = outcome;
  const figures = { reason, message, statusCode, address, startedAt, durationMs, phases };
  const traced = typeof traceId === 'string';
  let most = { findings: MOST_FINDINGS, attempts: MOST_ATTEMPTS, certificates: MOST_CERTIFICATES, facts: MOST_FACTS };
  for (;;) {
    const short = shortened(evidence, most);
    const text = JSON.stringify({ ...figures, traced, ...short } satisfies KeptEvidence);
    if (Buffer.byteLength(text) <= MOST_EVIDENCE_BYTES) return text;
    // Half of everything: what is longest loses most.
    most = {
      findings: Math.floor(Math.min(most.findings, short.findings.length) / 2),
      attempts: Math.floor(Math.min(most.attempts, short.attempts.length) / 2),
      certificates: Math.floor(Math.min(most.certificates, short.certificates.length) / 2),
      facts: Math.floor(Math.min(most.facts, Object.keys(short.facts).length) / 2),
    };
  }
}

type Limits = Readonly<Record<keyof Evidence, number>>;

function shortened(evidence: Evidence, most: Limits): Evidence & Pick<KeptEvidence, 'cut'> {
  const facts = Object.entries(evidence.facts);
  const { findings, attempts, certificates } = evidence;
  const kept = {
    findings: gravest(findings, most.findings),
    attempts: attempts.slice(0, most.attempts),
    certificates: certificates.slice(0, most.certificates),
    facts: Object.fromEntries(facts.slice(0, most.facts)),
  };
  const cut =
    findings.length > most.findings ||
    attempts.length > most.attempts ||
    certificates.length > most.certificates ||
    facts.length > most.facts;
  return { ...withTexts(kept, shortText), cut };
}

/** The first so many, those that were not met before the others; in the order they were judged. */
function gravest(findings: readonly Finding[], most: number): readonly Finding[] {
  if (findings.length <= most) return findings;
  const kept = new Set([...findings.filter(({ ok }) => !ok), ...findings.filter(({ ok }) => ok)].slice(0, most));
  return findings.filter((finding) => kept.has(finding));
}

function shortText(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
}
