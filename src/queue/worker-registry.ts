import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { systemClock, type Clock } from '../core/clock.ts';
import { KEY_PREFIX } from './payloads.ts';
import { commandConnection, connectSuitableRedis } from './redis-connection.ts';

const WORKERS_KEY = `${KEY_PREFIX}:workers`;
const BEAT_MS = 5000;
const FORGET_MS = 60_000;

/** A worker process as it last announced itself. */
export interface WorkerBeat {
  readonly host: string;
  readonly pid: number;
  readonly location: string;
  readonly concurrency: number;
  /** Wall-clock time of the announcement, ms since the epoch. */
  readonly at: number;
}

/** Announces this worker in Redis every 5 s, for the server's readiness and for `longwatch healthcheck`. */
export function announceWorker(
  redis: Redis,
  worker: { location: string; concurrency: () => number },
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): { close(): Promise<void> } {
  const field = `${hostname()}:${process.pid}`;
  const beat = async (): Promise<void> => {
    const text: WorkerBeat = {
      host: hostname(),
      pid: process.pid,
      location: worker.location,
      concurrency: worker.concurrency(),
      at: clock.now(),
    };
    await redis.hset(WORKERS_KEY, field, JSON.stringify(text));
  };
  // One that fails is no news: the connection's own error log has it, and the server sees that it does not come.
  const attempt = (): void => void beat().catch((error: Error) => logger.debug(`not announced: ${error.message}`));
  attempt();
  const timer = setInterval(attempt, BEAT_MS);
  return {
    async close() {
      clearInterval(timer);
      if (redis.status === 'ready') await redis.hdel(WORKERS_KEY, field).catch(() => 0);
    },
  };
}

/** The workers that announced themselves within the last minute. Removes older ones. */
export async function listWorkers(redis: Redis, clock: Clock): Promise<WorkerBeat[]> {
  const entries = await redis.hgetall(WORKERS_KEY);
  const alive: WorkerBeat[] = [];
  for (const [field, text] of Object.entries(entries)) {
    const beat = JSON.parse(text) as WorkerBeat;
    if (Math.abs(clock.now() - beat.at) <= FORGET_MS) alive.push(beat);
    else await redis.hdel(WORKERS_KEY, field);
  }
  return alive;
}

/** How long ago a worker on this host last announced itself, ms; `undefined` when none did. Throws like a first connection. */
export async function findOwnBeat(url: string): Promise<number | undefined> {
  const redis = commandConnection(url);
  try {
    await connectSuitableRedis(redis, url, 2000);
    const own = (await listWorkers(redis, systemClock)).filter(({ host }) => host === hostname());
    return own.length === 0 ? undefined : systemClock.now() - Math.max(...own.map(({ at }) => at));
  } finally {
    redis.disconnect();
  }
}
