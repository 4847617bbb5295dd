import { describe, expect, it } from 'vitest';
import type { Certificate, Evidence } from '../../src/core/evidence.ts';
import type { Finding } from '../../src/core/expect/finding.ts';
import { type KeptEvidence, MOST_EVIDENCE_BYTES, evidenceText } from '../../src/core/kept-evidence.ts';
import { fc } from '../support/property.ts';
import { aResult } from '../support/results.ts';

const aFinding = (what: string, ok: boolean): Finding => {
  return { what, ok, expected: '2xx', got: '503', reason: 'status_unexpected', severity: 'down' };
};
const aCertificate = (text: string): Certificate => {
  return { subject: text, issuer: text, names: text, validFrom: 0, validTo: 1, fingerprint: 'AB' };
};
const read = (evidence: Evidence): KeptEvidence => JSON.parse(evidenceText(aResult(), evidence)) as KeptEvidence;

describe('kept evidence', () => {
  it('holds what the check came to and all it saw', () => {
    const evidence: Evidence = {
      attempts: [{ address: '192.0.2.1:443', reason: null, ms: 1 }],
      certificates: [aCertificate('a.example')],
      findings: [aFinding('status', false)],
      facts: { 'http version': '2' },
    };
    const result = aResult({
      status: 'down',
      reason: 'status_unexpected',
      message: 'got 503',
      traceId: 'ab'.repeat(16),
    });
    expect(JSON.parse(evidenceText(result, evidence))).toEqual({
      reason: 'status_unexpected',
      message: 'got 503',
      statusCode: 200,
      address: null,
      startedAt: result.startedAt,
      durationMs: 12.34,
      phases: result.phases,
      traced: true,
      ...evidence,
      cut: false,
    });
  });

  it('drops what was met before what was not, and says that something is missing', () => {
    const met = Array.from({ length: 150 }, (_, index) => aFinding(`met ${index}`, true));
    const kept = read({ attempts: [], certificates: [], findings: [...met, aFinding('unmet', false)], facts: {} });
    expect(kept.cut).toBe(true);
    expect(kept.findings).toHaveLength(100);
    expect(kept.findings.at(-1)).toMatchObject({ what: 'unmet', ok: false });
  });

  it('is never longer than it may be, however much a target sends', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 3000, size: 'max' });
    const many = fc.nat(400);
    fc.assert(
      fc.property(text, many, many, many, (words, findings, attempts, facts) => {
        const evidence: Evidence = {
          findings: Array.from({ length: findings }, (_, index) => aFinding(`${index}${words}`, index % 3 > 0)),
          attempts: Array.from({ length: attempts }, () => ({ address: words, reason: null, ms: 1 })),
          certificates: Array.from({ length: 10 }, () => aCertificate(words)),
          facts: Object.fromEntries(Array.from({ length: facts }, (_, index) => [`${index}${words}`, words])),
        };
        expect(Buffer.byteLength(evidenceText(aResult(), evidence))).toBeLessThanOrEqual(MOST_EVIDENCE_BYTES);
      }),
      { numRuns: 30 },
    );
  });
});
