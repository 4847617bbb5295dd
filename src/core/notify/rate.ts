import type { Policy } from './policy.ts';

type RateLimit = NonNullable<Policy['maxRate']>;

/**
 * When a channel may be sent another message, ms since the epoch: now, or when the oldest of those that fill the limit has
 * grown old enough. `sent`: when messages were sent, in order; the newest `limit.messages` are enough.
 */
export function roomAt(sent: readonly number[], limit: RateLimit, now: number): number {
  const oldest = sent[sent.length - limit.messages];
  return oldest === undefined ? now : Math.max(now, oldest + limit.within);
}
