import { type Finding, findingsOf, quoted } from '../../../core/expect/finding.ts';
import { judgeCertificates } from '../../../core/expect/judge-certificate.ts';
import { judgeText } from '../../../core/expect/text-rule.ts';
import { publicTarget } from '../../../core/monitor/public-target.ts';
import type { HttpMonitor } from '../../../core/monitor/http.ts';
import type { ResponseHeaders } from '../../../net/response-headers.ts';
import type { Answer } from './judge-answer.ts';

/** Judges what came before the body: the version of HTTP, headers, the final address, the certificate. `now`: wall clock, ms. */
export function judgeHead({ expect }: HttpMonitor, { url, result }: Answer, now: number): readonly Finding[] {
  const findings: Finding[] = [];
  if (expect.http_version.length > 0) {
    const version = result.details.httpVersion ?? null;
    const expectation = { what: 'http_version', reason: 'http_version_unexpected', severity: 'down' } as const;
    const ok = version !== null && expect.http_version.includes(version);
    const expected = expect.http_version.join(' or ');
    findings.push(...findingsOf(expectation, version ?? 'none', [{ ok, expected }]));
  }
  for (const [name, rule] of Object.entries(expect.headers)) {
    const value = headerValue(result.headers, name);
    const expectation = { what: `headers.${name}`, reason: 'header_unexpected', severity: 'down' } as const;
    const got = value === null ? 'no such header' : quoted(value);
    findings.push(...findingsOf(expectation, got, judgeText(rule, value)));
  }
  if (expect.final_url !== null) {
    const expectation = { what: 'final_url', reason: 'final_url_unexpected', severity: 'down' } as const;
    findings.push(...findingsOf(expectation, quoted(publicTarget(url)), judgeText(expect.final_url, url)));
  }
  if (expect.certificate !== null) findings.push(...judgeCertificates(expect.certificate, result.certificates, now));
  return findings;
}

/** Several values of one header are one list (RFC 9110 section 5.3). */
function headerValue(headers: ResponseHeaders, name: string): string | null {
  const value = headers.get(name);
  if (value === undefined) return null;
  return typeof value === 'string' ? value : value.join(', ');
}
