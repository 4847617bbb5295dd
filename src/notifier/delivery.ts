import type { Channel } from '../core/channel/channel.ts';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import type {
  DeliveryAnswer,
  DeliveryReport,
  Message,
  MessageLinks,
  ReadyNotification,
  Sending,
} from '../core/notify/message.ts';

/** What one attempt may take in all, ms. */
export const ATTEMPT_WITHIN_MS = 15_000;
/** A message that comes later than that says so, ms. */
const LATE_AFTER_MS = 60_000;
const LONGEST_DETAIL = 300;

/** Puts a message into the form of a channel's service and sends it. `signal` ends the attempt. */
export type Send = (
  channel: Channel,
  message: Message,
  sending: Sending,
  signal: AbortSignal,
) => Promise<DeliveryAnswer>;

/** What an attempt needs. */
export interface DeliveryDeps {
  readonly clock: Clock;
  readonly send: Send;
  readonly links: (message: Message) => MessageLinks;
  /** ms; 15 s when left out. */
  readonly attemptWithin?: Milliseconds | undefined;
  /** Aborted when this process ends. */
  readonly stop: AbortSignal;
}

/**
 * Makes one attempt, and says what became of it; never rejects. `null` when it was broken off because this process ends:
 * nobody knows then whether the message arrived, and it is sent again under the same id.
 */
export async function deliver(
  ready: ReadyNotification,
  channel: Channel,
  deps: DeliveryDeps,
): Promise<DeliveryReport | null> {
  const { clock, stop } = deps;
  if (stop.aborted) return null;
  const at = clock.now();
  const began = clock.monotonic();
  const late = at - ready.dueAt;
  const sending: Sending = {
    attempt: ready.attempt,
    lateBy: late > LATE_AFTER_MS ? Math.round(late) : null,
    links: deps.links(ready.message),
  };
  const answer = await answerWithin(deps, (signal) => deps.send(channel, ready.message, sending, signal));
  if (answer === null) return null;
  const tookMs = Math.round(clock.monotonic() - began);
  const detail = answer.detail.slice(0, LONGEST_DETAIL);
  return { ...answer, detail, notification: ready.key, attempt: ready.attempt, at: Math.round(at), tookMs };
}

/** Not every service client ends when it is told to, so the time is up here whatever becomes of the attempt. */
async function answerWithin(
  { attemptWithin = ATTEMPT_WITHIN_MS, stop }: DeliveryDeps,
  send: (signal: AbortSignal) => Promise<DeliveryAnswer>,
): Promise<DeliveryAnswer | null> {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const brokenOff = new Promise<DeliveryAnswer | null>((resolve) => {
    timer = setTimeout(() => {
      resolve(failed(`no answer within ${Math.round(attemptWithin / 1000)} s`));
      end.abort();
    }, attemptWithin);
    end.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const onStop = (): void => end.abort();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([brokenOff, attempt(() => send(end.signal))]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}

async function attempt(send: () => Promise<DeliveryAnswer>): Promise<DeliveryAnswer> {
  try {
    return await send();
  } catch (thrown) {
    return failed(toError(thrown).message);
  }
}

function failed(detail: string): DeliveryAnswer {
  return { outcome: 'failed', detail, statusCode: null, retryAfter: null };
}
