import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { rateLimitedErrorLog } from './error-log.ts';
import { KEY_PREFIX } from './payloads.ts';
import { commandConnection, connectSuitableRedis, workerConnection } from './redis-connection.ts';
import {
  LOSS_DETECTION,
  type JobHandler,
  type JobQueue,
  type JobWorker,
  type Transport,
  type TransportQueueOptions,
  type TransportWorkerOptions,
} from './transport.ts';

/** How long a start waits for Redis before it gives up, ms. */
const START_PATIENCE_MS = 10_000;

export interface RedisTransport extends Transport {
  readonly kind: 'redis';
  /** The connection for commands that must answer soon. */
  readonly redis: Redis;
}

/**
 * Runs the queues on Redis or Valkey.
 *
 * @throws AppError `redis_unreachable`, `redis_unsuitable`
 */
export async function openRedisTransport(url: string, deps: { logger: Logger; clock: Clock }): Promise<RedisTransport> {
  const { logger, clock } = deps;
  const logError = rateLimitedErrorLog(logger, clock);
  const commands = commandConnection(url);
  const working = workerConnection(url);
  try {
    for (const remark of await connectSuitableRedis(commands, url, START_PATIENCE_MS)) logger.warn(remark);
    await working.connect();
  } catch (thrown) {
    commands.disconnect();
    working.disconnect();
    throw thrown;
  }
  commands.on('error', (error) => logError('redis', error));
  working.on('error', (error) => logError('redis worker connection', error));
  return {
    kind: 'redis',
    redis: commands,
    queue<Data>(name: string, options: TransportQueueOptions): JobQueue<Data> {
      const queue = new Queue(name, { ...options, connection: commands, prefix: KEY_PREFIX });
      queue.on('error', (error) => logError(`queue ${name}`, error));
      return queue;
    },
    worker<Data>(name: string, handler: JobHandler<Data>, options: TransportWorkerOptions): JobWorker {
      const worker = new Worker(name, handler, {
        ...LOSS_DETECTION,
        ...options,
        connection: working,
        prefix: KEY_PREFIX,
      });
      worker.on('error', (error) => logError(`worker ${name}`, error));
      return worker;
    },
    async ping() {
      const started = clock.monotonic();
      await commands.ping();
      return clock.monotonic() - started;
    },
    onReturn(listener) {
      commands.on('ready', listener);
    },
    close() {
      commands.disconnect();
      working.disconnect();
      return Promise.resolve();
    },
  };
}
