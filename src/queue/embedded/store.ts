import type { BackendFactory, QueueBaseOptions, WorkerOptions } from 'bullmq';
import type { Clock } from '../../core/clock.ts';
import { EmbeddedBackend } from './backend.ts';
import { QueueState } from './state/queue-state.ts';

/**
 * Holds the queues of one process, in memory. Queues of the same prefix and name are one queue, whichever `Queue`,
 * `Worker` or `QueueEvents` asks. Delays, locks, limits and stalled checks run on the monotonic clock.
 */
export class EmbeddedStore {
  readonly #clock: Clock;
  readonly #queues = new Map<string, QueueState>();
  readonly #backends = new Set<EmbeddedBackend>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a door to one queue; closed with the `Queue` or `Worker` it is for, at the latest with the store. */
  open(name: string, opts: Partial<WorkerOptions>, isWorker: boolean): EmbeddedBackend {
    const backend: EmbeddedBackend = new EmbeddedBackend({
      name,
      opts,
      isWorker,
      queueOf: (qualifiedName) => this.#queue(qualifiedName),
      clientNames: () => [...this.#backends].flatMap(({ connectionName }) => connectionName ?? []),
      onClosed: () => this.#backends.delete(backend),
    });
    this.#backends.add(backend);
    return backend;
  }

  /**
   * Ends all waits and refuses what comes after with BullMQ's `ConnectionClosedError`. Close workers first: one that is
   * not closed keeps asking. Leaves no timer behind.
   */
  async close(): Promise<void> {
    await Promise.all([...this.#backends].map((backend) => backend.close()));
    this.#queues.clear();
  }

  #queue(qualifiedName: string): QueueState {
    const known = this.#queues.get(qualifiedName);
    if (known !== undefined) return known;
    const queue = new QueueState(qualifiedName, this.#clock);
    this.#queues.set(qualifiedName, queue);
    return queue;
  }
}

/**
 * What `Queue`, `Worker` and `QueueEvents` take as last argument to run on this store instead of Redis. They insist on a
 * `connection` option: give them `{}`, it is never looked at, and ioredis is never loaded.
 *
 * @example new Queue('checks', { connection: {} }, embeddedBackend(store))
 */
export function embeddedBackend(store: EmbeddedStore): BackendFactory {
  return (name: string, opts: QueueBaseOptions, options) =>
    store.open(name, opts, options?.withBlockingConnection === true);
}
