import { type Finding, findingsOf } from '../../../core/expect/finding.ts';
import { formatStatusRange, type StatusRange } from '../../../core/expect/status-range.ts';
import type { HttpMonitor } from '../../../core/monitor/http.ts';
import type { ExchangeResult } from '../../../net/exchange.ts';
import type { ProbeContext, Seen } from '../probe.ts';

/** The last answer of a check, and where it came from. */
export interface Answer {
  readonly url: string;
  /** How many redirects led there. */
  readonly followed: number;
  readonly result: ExchangeResult;
  /** Whether only the head was asked for. */
  readonly head: boolean;
}

/**
 * Judges a whole answer by everything the monitor expects. The status is judged here; what needs more than that is loaded
 * when a monitor first asks for it, so that the check of a plain address loads none of it.
 */
export function judgeAnswer(
  monitor: HttpMonitor,
  answer: Answer,
  context: ProbeContext,
): Pick<Seen, 'findings' | 'laterFindings'> {
  const { expect } = monitor;
  const { headers, statusCode } = answer.result;
  const findings = judgeStatus(statusCode ?? 0, expect.status, context);
  const looksAtHead =
    expect.http_version.length > 0 ||
    expect.final_url !== null ||
    expect.certificate !== null ||
    Object.keys(expect.headers).length > 0;
  const looksAtBody = expect.body !== null || expect.json.length > 0 || headers.has('content-encoding');
  if (!looksAtHead && !looksAtBody) return { findings };
  const later = async (): Promise<readonly Finding[]> => {
    const { judgeHead } = await import('./judge-head.ts');
    return looksAtHead ? judgeHead(monitor, answer, context.clock.now()) : [];
  };
  if (!looksAtBody) return { findings, laterFindings: later };
  return {
    findings,
    laterFindings: async () => {
      const { judgeBody } = await import('./judge-body.ts');
      const [head, body] = await Promise.all([later(), judgeBody(monitor, answer, context.contents)]);
      return 'reason' in body ? body : [...head, ...body];
    },
  };
}

function judgeStatus(
  statusCode: number,
  expected: readonly StatusRange[],
  { evidence }: ProbeContext,
): readonly Finding[] {
  const ok = expected.some(([from, to]) => statusCode >= from && statusCode <= to);
  // Words for what is as expected are for evidence alone.
  if (ok && !evidence) return [];
  const expectation = { what: 'status', reason: 'status_unexpected', severity: 'down' } as const;
  return findingsOf(expectation, String(statusCode), [{ ok, expected: expected.map(formatStatusRange).join(', ') }]);
}
