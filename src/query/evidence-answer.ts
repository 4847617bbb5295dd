import type { Certificate, Evidence } from '../core/evidence.ts';
import type { Reason } from '../core/reasons.ts';
import { formatMoment } from '../core/time-window.ts';
import { toMicrosecond } from './units.ts';

/** What one expectation came to. */
export interface FindingAnswer {
  /** The key of the expectation: `status`, `headers.content-type`. */
  readonly what: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly got: string;
  /** Why the check is not plainly good when this one is not met, and what the target is then. */
  readonly reason: Reason;
  readonly severity: 'down' | 'degraded';
}

/** One address that was tried. */
export interface AttemptAnswer {
  readonly address: string;
  /** Why it was given up; `null` when the connection was made. */
  readonly reason: Reason | null;
  readonly ms: number | null;
}

/** One certificate the target showed. */
export interface CertificateAnswer {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  /** RFC 3339; `null` when it cannot be read. */
  readonly valid_from: string | null;
  readonly expires_at: string | null;
  /** Whole days from now until then; below zero when it has expired. */
  readonly days_left: number | null;
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
}

/** What a check saw beyond its figures. */
export interface SightAnswer {
  readonly findings: FindingAnswer[];
  readonly attempts: AttemptAnswer[];
  /** The target's own first. */
  readonly certificates: CertificateAnswer[];
  readonly facts: Readonly<Record<string, string>>;
}

const DAY = 86_400_000;

/** Evidence as it is shown at `now` (ms since the epoch). */
export function sightAnswer({ findings, attempts, certificates, facts }: Evidence, now: number): SightAnswer {
  return {
    findings: [...findings],
    attempts: attempts.map(({ address, reason, ms }) => ({ address, reason, ms: toMicrosecond(ms) })),
    certificates: certificates.map((certificate) => certificateAnswer(certificate, now)),
    facts,
  };
}

function certificateAnswer(certificate: Certificate, now: number): CertificateAnswer {
  const { subject, issuer, names, validFrom, validTo, fingerprint } = certificate;
  const expiresAt = moment(validTo);
  const daysLeft = expiresAt === null ? null : Math.floor((validTo - now) / DAY);
  return {
    subject,
    issuer,
    names,
    valid_from: moment(validFrom),
    expires_at: expiresAt,
    days_left: daysLeft,
    fingerprint,
  };
}

/** A time no calendar can write is none; JSON has made `null` of what is no number. */
function moment(time: number | null): string | null {
  return time === null || Number.isNaN(new Date(time).getTime()) ? null : formatMoment(time);
}
