import type { z } from 'zod';
import { type Milliseconds, formatDuration } from '../duration.ts';
import { durationField } from './fields.ts';

const DEFAULT_INTERVAL = '60s';
const DEFAULT_TIMEOUT: Milliseconds = 10_000;
const DEFAULT_RETRY_INTERVAL: Milliseconds = 5000;
const DAY: Milliseconds = 86_400_000;

export const interval = durationField(1000, DAY).meta({
  description: 'How often the target is checked, from 1s to 1d.',
});
export const timeout = durationField(1, 60_000).meta({
  description:
    'How long one check may take in all, from 1ms to 60s; not longer than the interval. 10s, or the interval when that is shorter.',
});
export const retryInterval = durationField(1000, 300_000).meta({
  description:
    'How long after a failure the target is checked again, from 1s to 5m; not longer than the interval. 5s, or the interval when that is shorter.',
});
export const intervalDown = durationField(1000, DAY).nullable().meta({
  description:
    'How often the target is checked while it is down, from 1s to the interval, not shorter than the timeout; as often as always when left out.',
});

/** The keys of a monitor that is checked again and again which say when. */
export const timingFields = {
  interval: interval.prefault(DEFAULT_INTERVAL),
  timeout: timeout.optional(),
  retry_interval: retryInterval.optional(),
  interval_down: intervalDown.default(null),
};

/** The timeout of a monitor that sets none. */
export function usualTimeout(interval: Milliseconds): Milliseconds {
  return Math.min(DEFAULT_TIMEOUT, interval);
}

/** The `retry_interval` of a monitor that sets none. */
export function usualRetryInterval(interval: Milliseconds): Milliseconds {
  return Math.min(DEFAULT_RETRY_INTERVAL, interval);
}

/** Times as far as they are set; `defaults` may set some alone. */
export interface Times {
  readonly interval?: Milliseconds | undefined;
  readonly timeout?: Milliseconds | undefined;
  readonly retry_interval?: Milliseconds | undefined;
  readonly interval_down?: Milliseconds | null | undefined;
}

interface TimeRule {
  readonly key: keyof Times;
  /** What is wrong, worded to follow the name of the key, or nothing. */
  readonly fault: (times: Times) => string | undefined;
}

const TIME_RULES: readonly TimeRule[] = [
  { key: 'timeout', fault: ({ interval, timeout }) => longerThanInterval(timeout, interval) },
  { key: 'retry_interval', fault: ({ interval, retry_interval }) => longerThanInterval(retry_interval, interval) },
  { key: 'interval_down', fault: intervalDownFault },
];

/** A check must be over before the next one is due, and trouble must not make checks rarer. */
function longerThanInterval(time: Milliseconds | undefined, interval: Milliseconds | undefined): string | undefined {
  if (time === undefined || interval === undefined || time <= interval) return undefined;
  return `(${formatDuration(time)}) must not be longer than the interval (${formatDuration(interval)})`;
}

function intervalDownFault({ interval, timeout, interval_down: down }: Times): string | undefined {
  if (down === undefined || down === null || interval === undefined) return undefined;
  const longest = timeout ?? usualTimeout(interval);
  if (down > interval) return longerThanInterval(down, interval);
  return down < longest && longest <= interval
    ? `(${formatDuration(down)}) must not be shorter than the timeout (${formatDuration(longest)})`
    : undefined;
}

/** Refuses times that do not fit each other; what else is wrong is told together with it. */
export function withTimeRules<F extends z.ZodObject>(fields: F): F {
  let checked = fields;
  for (const { key, fault } of TIME_RULES) {
    checked = checked.refine((read) => fault(read as Times) === undefined, {
      path: [key],
      error: ({ input }) => fault(input as Times),
      when: ({ value, issues }) =>
        typeof value === 'object' &&
        value !== null &&
        !issues.some(({ path }) => path?.[0] === 'interval' || path?.[0] === 'timeout' || path?.[0] === key),
    });
  }
  return checked;
}
