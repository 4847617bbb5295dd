import type { ExchangeResult } from '../../../net/exchange.ts';
import { shortMessage } from '../../../net/failure.ts';

/** What is worth knowing of an answer beside its figures, by name, for people. */
export function factsOf(result: ExchangeResult, followed: number): Readonly<Record<string, string>> {
  const { details, headers, statusCode } = result;
  const facts: Record<string, string> = {};
  const add = (name: string, value: string | null | undefined): void => {
    if (value !== null && value !== undefined && value !== '') facts[name] = shortMessage(value);
  };
  add('http version', details.httpVersion);
  add('tls version', details.tlsVersion);
  add('tls cipher', details.tlsCipher);
  add('server', headers.get('server')?.toString());
  add('content type', headers.get('content-type')?.toString());
  if (statusCode !== null) add('body', `${result.bodyBytes} bytes${result.cut ? ', cut' : ''}`);
  if (followed > 0) add('redirects', String(followed));
  return facts;
}
