import { Queue, Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { embeddedBackend, EmbeddedStore } from './embedded/index.ts';
import { rateLimitedErrorLog } from './error-log.ts';
import { KEY_PREFIX } from './payloads.ts';
import {
  LOSS_DETECTION,
  type JobHandler,
  type JobQueue,
  type JobWorker,
  type Transport,
  type TransportQueueOptions,
  type TransportWorkerOptions,
} from './transport.ts';

/** Runs the queues inside this process: nothing to install, and nothing that outlives it (SQLite is the truth). */
export function openEmbeddedTransport(deps: { logger: Logger; clock: Clock }): Transport {
  const store = new EmbeddedStore(deps.clock);
  const backend = embeddedBackend(store);
  const logError = rateLimitedErrorLog(deps.logger, deps.clock);
  return {
    kind: 'embedded',
    queue<Data>(name: string, options: TransportQueueOptions): JobQueue<Data> {
      const queue = new Queue(name, { ...options, connection: {}, prefix: KEY_PREFIX }, backend);
      queue.on('error', (error) => logError(`queue ${name}`, error));
      return queue;
    },
    worker<Data>(name: string, handler: JobHandler<Data>, options: TransportWorkerOptions): JobWorker {
      const worker = new Worker(
        name,
        handler,
        { ...LOSS_DETECTION, ...options, connection: {}, prefix: KEY_PREFIX },
        backend,
      );
      worker.on('error', (error) => logError(`worker ${name}`, error));
      return worker;
    },
    ping: () => Promise.resolve(0),
    onReturn: () => undefined,
    close: () => store.close(),
  };
}
