import { toError } from '../core/errors.ts';
import type { HttpChannelBase } from '../core/channel/base.ts';
import type { DeliveryAnswer } from '../core/notify/message.ts';
import type { SendDeps, ServiceAnswer } from './contract.ts';
import { judgeAnswer, noAnswer } from './http-answer.ts';

/** What is asked of a service, but for how it is reached. */
export interface OutgoingRequest {
  readonly url: string | URL;
  readonly method?: 'POST' | 'PUT';
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, parameters as a form, everything else as JSON. */
  readonly body: string | URLSearchParams | object;
}

/** Says what an answer means, where the service has rules of its own. */
type Judge = (answer: ServiceAnswer, now: number) => DeliveryAnswer;

/** Sends one request of a channel and says what became of it; a service that cannot be reached is no error of ours. */
export async function sendRequest(
  { tls, proxy }: HttpChannelBase,
  { url, method = 'POST', headers = {}, body }: OutgoingRequest,
  deps: SendDeps,
  judge: Judge = judgeAnswer,
): Promise<DeliveryAnswer> {
  const request = {
    url: new URL(url),
    method,
    headers: { ...contentType(body), ...headers },
    body: typeof body === 'string' || body instanceof URLSearchParams ? String(body) : JSON.stringify(body),
    tls,
    proxy,
  };
  let answer: ServiceAnswer;
  try {
    answer = await deps.post(request, deps.signal);
  } catch (thrown) {
    return noAnswer(toError(thrown).message);
  }
  return judge(answer, deps.clock.now());
}

function contentType(body: string | URLSearchParams | object): Readonly<Record<string, string>> {
  if (typeof body === 'string') return {};
  const isForm = body instanceof URLSearchParams;
  return { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8' };
}

/** The header by which HTTP Basic (RFC 7617) knows somebody. */
export function basicHeader(username: string, password: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** How a server of one's own is entered. */
interface Access {
  readonly token: string | null;
  readonly username: string | null;
  readonly password: string | null;
}

/** The header that lets a channel in, where it needs one. */
export function accessHeader({ token, username, password }: Access): Readonly<Record<string, string>> {
  if (token !== null) return { authorization: `Bearer ${token}` };
  return password === null ? {} : basicHeader(username ?? '', password);
}
