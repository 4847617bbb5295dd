import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../../src/core/evidence.ts';
import type { CertificateRule } from '../../../src/core/expect/certificate-rule.ts';
import { sentence } from '../../../src/core/expect/finding.ts';
import { judgeCertificates } from '../../../src/core/expect/judge-certificate.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const HOUR = 3_600_000;
const FINGERPRINT = 'AB:CD:EF:01:'.repeat(8).slice(0, -1);
const DIGITS = FINGERPRINT.replaceAll(':', '');

function certificate(overrides: Partial<Certificate> = {}): Certificate {
  return {
    subject: 'shop.example',
    issuer: 'Example CA',
    names: 'DNS:shop.example',
    validFrom: NOW - 30 * DAY,
    validTo: NOW + 60 * DAY,
    fingerprint: FINGERPRINT,
    ...overrides,
  };
}

const endingIn = (left: number): Certificate => certificate({ validTo: NOW + left });

type Row = readonly [title: string, rule: CertificateRule, chain: readonly Certificate[], said: string | null];

/** What is said of the one part of each rule; `null` when it is met. */
const RULES: readonly Row[] = [
  ['stays valid long enough', { expires_in: 7 * DAY }, [endingIn(7 * DAY)], null],
  [
    'ends too soon',
    { expires_in: 7 * DAY },
    [endingIn(5.5 * DAY)],
    'certificate.expires_in: got 5d, expected at least 7d',
  ],
  [
    'ends a moment too soon',
    { expires_in: 7 * DAY },
    [endingIn(7 * DAY - 1)],
    'certificate.expires_in: got 6d, expected at least 7d',
  ],
  [
    'ends within hours',
    { expires_in: 2 * DAY },
    [endingIn(26.2 * HOUR)],
    'certificate.expires_in: got 1d2h, expected at least 2d',
  ],
  [
    'ends within minutes',
    { expires_in: HOUR },
    [endingIn(90_500)],
    'certificate.expires_in: got 1m, expected at least 1h',
  ],
  [
    'ends within seconds',
    { expires_in: HOUR },
    [endingIn(30_500)],
    'certificate.expires_in: got 30s, expected at least 1h',
  ],
  [
    'has ended',
    { expires_in: HOUR },
    [endingIn(-3 * DAY)],
    'certificate.expires_in: got expired 3d ago, expected at least 1h',
  ],
  [
    'has an end that nobody can read',
    { expires_in: HOUR },
    [endingIn(Number.NaN)],
    'certificate.expires_in: got an unreadable date, expected at least 1h',
  ],
  [
    'is signed by one that ends too soon',
    { warn_in: 30 * DAY },
    [endingIn(60 * DAY), certificate({ subject: 'Example R1', validTo: NOW + 10 * DAY })],
    'certificate.warn_in: got 10d of "Example R1", expected at least 30d',
  ],
  ['has the issuer', { issuer: { contains: ['Example'] } }, [certificate()], null],
  [
    'has another issuer',
    { issuer: { contains: ['Other'] } },
    [certificate()],
    'certificate.issuer: got "Example CA", expected to contain "Other"',
  ],
  [
    'has an issuer further up only',
    { issuer: { contains: ['Root'] } },
    [certificate(), certificate({ issuer: 'Root' })],
    'certificate.issuer: got "Example CA", expected to contain "Root"',
  ],
  ['has the subject', { subject: { equals: 'shop.example' } }, [certificate()], null],
  [
    'has another subject',
    { subject: { equals: 'a.example' } },
    [certificate()],
    'certificate.subject: got "shop.example", expected "a.example"',
  ],
  ['has an allowed fingerprint', { fingerprint: ['00'.repeat(32), DIGITS] }, [certificate()], null],
  [
    'has another fingerprint',
    { fingerprint: ['00'.repeat(32)] },
    [certificate()],
    'certificate.fingerprint: got ABCDEF01ABCDEF01…, expected 0000000000000000…',
  ],
  ['is absent', { expires_in: DAY }, [], 'certificate.expires_in: got no certificate, expected at least 1d'],
  [
    'is absent and must not be named so',
    { subject: { not_contains: ['x'] } },
    [],
    'certificate.subject: got no certificate, expected not to contain "x"',
  ],
  [
    'is absent and has no fingerprint',
    { fingerprint: [DIGITS] },
    [],
    'certificate.fingerprint: got no certificate, expected ABCDEF01ABCDEF01…',
  ],
];

describe('judging a certificate', () => {
  it.each(RULES)('one that %s', (_title, rule, chain, said) => {
    const [finding, ...others] = judgeCertificates(rule, chain, NOW);
    expect(others).toEqual([]);
    expect(finding === undefined || finding.ok ? null : sentence(finding)).toBe(said);
  });

  it('says down for expires_in and degraded for warn_in', () => {
    const findings = judgeCertificates({ expires_in: 7 * DAY, warn_in: 30 * DAY }, [endingIn(5 * DAY)], NOW);
    expect(findings.map(({ severity, reason }) => [severity, reason])).toEqual([
      ['down', 'certificate_expiring'],
      ['degraded', 'certificate_expiring'],
    ]);
  });

  it('judges every part of a rule, met or not', () => {
    const rule = { expires_in: DAY, warn_in: DAY, issuer: { equals: 'x' }, subject: {}, fingerprint: [DIGITS] };
    const findings = judgeCertificates(rule, [certificate()], NOW);
    expect(findings.map(({ ok }) => ok)).toEqual([true, true, false, true, true]);
    expect(judgeCertificates(rule, [], NOW).some(({ ok }) => ok)).toBe(false);
  });

  it('expects nothing without a rule', () => {
    expect(judgeCertificates({}, [], NOW)).toEqual([]);
  });

  it('is met exactly when the first certificate to end lasts long enough', () => {
    const spans = array(integer({ min: -100 * DAY, max: 100 * DAY }), { minLength: 1, maxLength: 5 });
    assert(
      property(spans, integer({ min: 1, max: 50 * DAY }), (left, least) => {
        const [finding] = judgeCertificates({ expires_in: least }, left.map(endingIn), NOW);
        expect(finding?.ok).toBe(Math.min(...left) >= least);
      }),
    );
  });
});
