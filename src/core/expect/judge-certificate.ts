import { type Milliseconds, formatDuration } from '../duration.ts';
import type { Certificate } from '../evidence.ts';
import { type CertificateRule, digits } from './certificate-rule.ts';
import { type Finding, type Held, findingsOf, quoted } from './finding.ts';
import { type TextRule, judgeText } from './text-rule.ts';

const NO_CERTIFICATE = 'no certificate';

/**
 * Judges the chain a target showed, its own certificate first, by a rule. What ends first of the whole chain decides how
 * long it stays valid; issuer, subject and fingerprint are those of the first. An empty chain meets nothing. `now`: wall
 * clock, ms.
 */
export function judgeCertificates(
  rule: CertificateRule,
  chain: readonly Certificate[],
  now: number,
): readonly Finding[] {
  const own = chain[0] ?? null;
  return [
    ...judgeExpiry('expires_in', rule.expires_in, chain, now),
    ...judgeExpiry('warn_in', rule.warn_in, chain, now),
    ...judgeName('issuer', rule.issuer, own),
    ...judgeName('subject', rule.subject, own),
    ...judgeFingerprint(rule.fingerprint, own),
  ];
}

function judgeExpiry(
  key: 'expires_in' | 'warn_in',
  least: Milliseconds | undefined,
  chain: readonly Certificate[],
  now: number,
): readonly Finding[] {
  if (least === undefined) return [];
  const severity = key === 'expires_in' ? 'down' : 'degraded';
  const expectation = { what: `certificate.${key}`, reason: 'certificate_expiring', severity } as const;
  const first = firstToEnd(chain);
  const held = [{ ok: first !== null && first.validTo - now >= least, expected: `at least ${formatDuration(least)}` }];
  return findingsOf(expectation, first === null ? NO_CERTIFICATE : timeLeft(first, chain, now), held);
}

/** The certificate that ends first; one whose end cannot be read counts as ended. */
function firstToEnd(chain: readonly Certificate[]): Certificate | null {
  const ends = ({ validTo }: Certificate): number => (Number.isNaN(validTo) ? -Infinity : validTo);
  return chain.reduce<Certificate | null>((first, next) => (first && ends(first) <= ends(next) ? first : next), null);
}

function timeLeft(certificate: Certificate, chain: readonly Certificate[], now: number): string {
  const left = certificate.validTo - now;
  const words = Number.isNaN(left) ? 'an unreadable date' : left > 0 ? roughly(left) : `expired ${roughly(-left)} ago`;
  return certificate === chain[0] ? words : `${words} of ${quoted(certificate.subject)}`;
}

const HOUR: Milliseconds = 3_600_000;
const DAY: Milliseconds = 24 * HOUR;

/** A span in the units in which people count it, cut and not rounded, so that too short a one never seems long enough. */
function roughly(span: Milliseconds): string {
  const unit = span >= 2 * DAY ? DAY : span >= 2 * HOUR ? HOUR : 60_000;
  if (span < unit) return formatDuration(Math.floor(span / 1000) * 1000);
  return formatDuration(Math.floor(span / unit) * unit);
}

function judgeName(key: 'issuer' | 'subject', rule: TextRule | undefined, own: Certificate | null): readonly Finding[] {
  if (rule === undefined) return [];
  const held = judgeText(rule, own?.[key] ?? null);
  return unexpected(key, own, own === null ? '' : quoted(own[key]), held);
}

function judgeFingerprint(allowed: readonly string[] | undefined, own: Certificate | null): readonly Finding[] {
  if (allowed === undefined) return [];
  const got = digits(own?.fingerprint ?? '');
  return unexpected('fingerprint', own, abridged(got), [
    { ok: allowed.includes(got), expected: allowed.map(abridged).join(' or ') },
  ]);
}

function unexpected(key: string, own: Certificate | null, got: string, held: readonly Held[]): readonly Finding[] {
  const expectation = { what: `certificate.${key}`, reason: 'certificate_unexpected', severity: 'down' } as const;
  if (own !== null) return findingsOf(expectation, got, held);
  // Nothing was shown that could be judged, so also what a rule does not want is not met.
  const unmet = held.map(({ expected }) => ({ ok: false, expected }));
  return findingsOf(expectation, NO_CERTIFICATE, unmet);
}

/** Enough of a fingerprint to tell it from others at a glance; all of it is in the evidence. */
function abridged(fingerprint: string): string {
  return `${fingerprint.slice(0, 16)}…`;
}
