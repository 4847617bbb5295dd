import { type Finding, findingsOf } from '../../../core/expect/finding.ts';
import type { HttpMonitor } from '../../../core/monitor/http.ts';
import type { Failure } from '../../../net/failure.ts';
import { textOf } from './body-text.ts';
import type { ContentJudge } from './content-judge.ts';
import type { Answer } from './judge-answer.ts';

/** Judges the body of a whole answer: whether it is what its encoding says, and whether it is as expected. */
export async function judgeBody(
  { expect, max_body }: HttpMonitor,
  { result, head }: Answer,
  contents: ContentJudge,
): Promise<readonly Finding[] | Failure> {
  const { headers, cut } = result;
  let bytes: Buffer = Buffer.concat(result.body);
  let isCut = cut;
  // What answers a HEAD has the headers of a body, and none.
  if (headers.has('content-encoding') && !head) {
    const { decode, encodingsOf } = await import('./decode.ts');
    const encodings = encodingsOf(headers.get('content-encoding'));
    const decoded = await decode({ chunks: result.body, cut }, encodings, max_body);
    if ('fault' in decoded) {
      const expectation = { what: 'body', reason: 'decode_error', severity: 'down' } as const;
      return findingsOf(expectation, decoded.fault, [{ ok: false, expected: encodings.slice(0, 2).join(', ') }]);
    }
    bytes = decoded.bytes;
    isCut = decoded.cut;
  }
  if (expect.body === null && expect.json.length === 0) return [];
  const text = textOf(bytes, headers.get('content-type')?.toString() ?? '');
  return contents.judge({ text, cut: isCut, body: expect.body, json: expect.json });
}
