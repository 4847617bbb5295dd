import { blameOf, type Reason } from '../reasons.ts';
import type { Status } from '../status.ts';

/** What one expectation came to. All of a monitor's expectations are judged, also when the first has failed. */
export interface Finding {
  /** The key of the expectation: `status`, `headers.content-type`, `json $.total`. */
  readonly what: string;
  readonly ok: boolean;
  /** What was expected, in words that follow "expected". */
  readonly expected: string;
  /** What came, in words that follow "got"; short, without control characters. */
  readonly got: string;
  /** Why the check is not plainly good when this one is not met. */
  readonly reason: Reason;
  /** What the target is when this one is not met. */
  readonly severity: 'down' | 'degraded';
}

/** One part of a rule and whether it holds, with what was expected in words. */
export interface Held {
  readonly ok: boolean;
  readonly expected: string;
}

/** The findings of one expectation, a part of its rule each. `got`: what came, in words. */
export function findingsOf(
  { what, reason, severity }: Pick<Finding, 'what' | 'reason' | 'severity'>,
  got: string,
  held: readonly Held[],
): readonly Finding[] {
  // Key by key: to spread takes a fiftieth of a whole check.
  return held.map(({ ok, expected }) => ({ what, ok, expected, got, reason, severity }));
}

/** What all findings of one probe say together. */
export interface Judgement {
  readonly status: Exclude<Status, 'unknown'>;
  readonly reason: Reason | null;
  /** Names every expectation that is not met, the gravest first; `null` when all are. Not yet cut to a length. */
  readonly message: string | null;
}

/** Sums up findings: `down` when an expectation is not met, `degraded` when only a softer limit is passed, else `up`. */
export function judge(findings: readonly Finding[]): Judgement {
  const failed = findings.filter(({ ok }) => !ok);
  if (failed.length === 0) return { status: 'up', reason: null, message: null };
  const gravestFirst = [...failed.filter(isGrave), ...failed.filter((finding) => !isGrave(finding))];
  const status = failed.some(isGrave) ? 'down' : 'degraded';
  return { status, reason: gravestFirst[0]?.reason ?? null, message: gravestFirst.map(sentence).join('; ') };
}

/** `got 503, expected 2xx` for a status, and `headers.server: got nginx, expected to contain caddy` for all others. */
export function sentence({ what, got, expected }: Finding): string {
  const words = `got ${got}, expected ${expected}`;
  return what === 'status' ? words : `${what}: ${words}`;
}

/** The status of a probe that ended early for this reason. */
export function statusOfReason(reason: Reason): 'down' | 'unknown' {
  return blameOf(reason) === 'target' ? 'down' : 'unknown';
}

function isGrave({ severity }: Finding): boolean {
  return severity === 'down';
}

const LONGEST_QUOTE = 60;

/** Text of a target as it may stand in a sentence: one line, in quotes, cut. */
export function quoted(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
  const characters = Array.from(line.slice(0, 4 * LONGEST_QUOTE));
  return characters.length > LONGEST_QUOTE ? `"${characters.slice(0, LONGEST_QUOTE).join('')}…"` : `"${line}"`;
}
