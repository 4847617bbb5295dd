import type { Finding } from './expect/finding.ts';
import type { Reason } from './reasons.ts';

/** One address that was tried. */
export interface Attempt {
  /** `192.0.2.1:443` or `[2001:db8::1]:443`. */
  readonly address: string;
  /** Why it was given up; `null` when the connection was made. */
  readonly reason: Reason | null;
  /** How long it took until then, ms. */
  readonly ms: number;
}

/** What there is to say of a certificate, also of a bad one. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** The names and addresses it is for, as `DNS:a.example, IP Address:192.0.2.1`. */
  readonly names: string;
  /** Wall-clock times, ms since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
}

/**
 * What a probe saw beyond its figures: enough to understand a failure without repeating it. Kept of the newest check of
 * each status, not of every check.
 */
export interface Evidence {
  /** Every address that was tried, in order. */
  readonly attempts: readonly Attempt[];
  /** The chain the target showed, its own certificate first; empty when it showed none. */
  readonly certificates: readonly Certificate[];
  /** What every expectation came to; empty when the probe ended before it could judge. */
  readonly findings: readonly Finding[];
  /** Further facts by name, for people: `http version`, `tls version`, `packets lost`, `answers`. Short. */
  readonly facts: Readonly<Record<string, string>>;
}

export const NO_EVIDENCE: Evidence = { attempts: [], certificates: [], findings: [], facts: {} };

/** Evidence with every text of it changed, but for fingerprints. */
export function withTexts(evidence: Evidence, change: (text: string) => string): Evidence {
  const { attempts, certificates, findings, facts } = evidence;
  return {
    attempts: attempts.map(({ address, reason, ms }) => ({ address: change(address), reason, ms })),
    certificates: certificates.map(({ subject, issuer, names, validFrom, validTo, fingerprint }) => {
      return {
        subject: change(subject),
        issuer: change(issuer),
        names: change(names),
        validFrom,
        validTo,
        fingerprint,
      };
    }),
    findings: findings.map(({ what, ok, expected, got, reason, severity }) => {
      return { what: change(what), ok, expected: change(expected), got: change(got), reason, severity };
    }),
    facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [change(name), change(value)])),
  };
}
