import { Redis } from 'ioredis';
import { AppError, errorCode, toError } from '../core/errors.ts';

/** Quick to come back: BullMQ's own strategy waits up to 20 s, in which nothing is checked. */
const retryStrategy = (attempt: number): number => Math.min(1000, 100 * attempt);

/** For everything a person or the scheduler waits for: fails within two seconds rather than hanging on a hung Redis. */
const COMMAND_OPTIONS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 2000,
  connectTimeout: 5000,
  retryStrategy,
  lazyConnect: true,
};

/** For BullMQ's workers, whose blocking commands must wait as long as it takes. */
const WORKER_OPTIONS = {
  maxRetriesPerRequest: null,
  connectTimeout: 5000,
  retryStrategy,
  lazyConnect: true,
};

export function commandConnection(url: string): Redis {
  return new Redis(url, COMMAND_OPTIONS);
}

export function workerConnection(url: string): Redis {
  return new Redis(url, WORKER_OPTIONS);
}

/** The URL as it may be shown: without user, password and query. */
export function redactRedisUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'the configured Redis';
  }
}

/**
 * Connects and makes sure that this Redis is fit: it answers, it is 6.2 or newer, and it never evicts keys.
 *
 * @param timeoutMs how long to keep trying, in ms
 * @returns remarks that are not errors
 * @throws AppError `redis_unreachable` or `redis_unsuitable`
 */
export async function connectSuitableRedis(redis: Redis, url: string, timeoutMs: number): Promise<string[]> {
  const info = parseInfo(await firstAnswer(redis, url, timeoutMs));
  const shown = redactRedisUrl(url);
  const version = info.get('redis_version') ?? '0';
  if (Number.parseFloat(version) < 6.2) {
    throw new AppError('redis_unsuitable', `Redis at ${shown} is version ${version}; 6.2 or newer is needed`);
  }
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return [];
  const hint = 'Set maxmemory-policy to noeviction, or queued checks can vanish.';
  if (info.get('maxmemory') !== '0') {
    throw new AppError('redis_unsuitable', `Redis at ${shown} may evict keys (maxmemory-policy is ${policy})`, {
      hint,
    });
  }
  return [`Redis at ${shown} has maxmemory-policy ${policy}. ${hint}`];
}

async function firstAnswer(redis: Redis, url: string, timeoutMs: number): Promise<string> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  const remember = (error: unknown): void => {
    last = error;
  };
  redis.on('error', remember);
  try {
    for (;;) {
      try {
        if (redis.status === 'wait') await redis.connect();
        return await redis.info();
      } catch (thrown) {
        last = refusal(thrown) ?? last ?? thrown;
        if (refusal(thrown) !== undefined || performance.now() > deadline) break;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  } finally {
    redis.off('error', remember);
  }
  throw new AppError(
    'redis_unreachable',
    `Redis at ${redactRedisUrl(url)} cannot be used: ${errorCode(last) ?? toError(last).message}`,
    { hint: 'Start it, or correct redis.url; without redis.url the queue runs inside Longwatch.', cause: last },
  );
}

/** An answer that trying again will not change: a wrong password, a missing permission. */
function refusal(thrown: unknown): Error | undefined {
  const error = toError(thrown);
  return /^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH)/.test(error.message) ? error : undefined;
}

function parseInfo(text: string): Map<string, string> {
  const entries = text.split('\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, Math.max(colon, 0)), line.slice(colon + 1).trim()];
  });
  return new Map(entries);
}
