import { ConnectionClosedError, type KeepJobs, QueueKeys, type StreamReadRaw, type WorkerOptions } from 'bullmq';
import type { Milliseconds } from '../../core/duration.ts';
import type { Fetch } from './fetching.ts';
import { hasJobToGive, type QueueState } from './state/queue-state.ts';
import { UncarriedOperations } from './uncarried.ts';

const READY = Promise.resolve();
const JOB_MARKER = { member: '0', score: 0 } as const;
/** A worker that gets this takes no job and, unless it is stopping, waits again. */
const NO_MARKER = { member: '', score: Infinity } as const;

/** What a backend is made from. */
export interface BackendParts {
  /** The queue's name, without prefix. */
  readonly name: string;
  /** Of the `Queue`, `Worker` or `QueueEvents` it is for. */
  readonly opts: Partial<WorkerOptions>;
  readonly isWorker: boolean;
  readonly queueOf: (qualifiedName: string) => QueueState;
  /** The names of all open backends that have one. */
  readonly clientNames: () => string[];
  readonly onClosed: () => void;
}

/** The part of a backend that stands for a connection: names, opening and closing, and the operations that wait. */
export abstract class EmbeddedConnection extends UncarriedOperations {
  readonly qualifiedName: string;
  readonly keys: Record<string, string>;
  /** The shortest wait that makes sense, s. */
  readonly minimumBlockTimeout = 0.001;
  /** The longest wait, s: long, because a wait ends by itself when a delayed job is due. */
  readonly maximumBlockTimeout = 3600;
  /** As `Queue.getWorkers` and `Queue.getQueueEvents` look for it. */
  connectionName: string | undefined;
  closing: Promise<void> | undefined;
  protected readonly parts: BackendParts;
  readonly #prefix: string;
  readonly #state: QueueState;
  #isOpen = true;

  constructor(parts: BackendParts) {
    super();
    const { name, opts, isWorker, queueOf } = parts;
    this.parts = parts;
    this.#prefix = opts.prefix ?? 'bull';
    this.qualifiedName = `${this.#prefix}:${name}`;
    this.keys = new QueueKeys(this.#prefix).getKeys(name);
    this.#state = queueOf(this.qualifiedName);
    if (isWorker) this.connectionName = this.clientName(opts.name === undefined ? '' : `:w:${opts.name}`);
  }

  waitUntilReady(): Promise<void> {
    return READY;
  }

  /** Nothing is ever under way in memory, so graceful and forced are the same. */
  close(): Promise<void> {
    this.closing ??= this.disconnect();
    return this.closing;
  }

  disconnect(): Promise<void> {
    if (!this.#isOpen) return READY;
    this.#isOpen = false;
    this.parts.onClosed();
    this.#state.waiters.interrupt(this);
    this.#state.events.interruptReaders();
    this.emit('close');
    return READY;
  }

  setName(name: string): Promise<void> {
    this.connectionName = name;
    return READY;
  }

  toKey(type: string): string {
    return `${this.qualifiedName}:${type}`;
  }

  parseNodeKey(key: string): { prefix: string; queueName: string; id: string } {
    const [id = '', queueName = '', ...prefix] = key.split(':').toReversed();
    return { prefix: prefix.toReversed().join(':'), queueName, id };
  }

  clientName(suffix = ''): string {
    return `${this.#prefix}:${Buffer.from(this.parts.name).toString('base64')}${suffix}`;
  }

  /** In the form of Redis' CLIENT LIST, as far as BullMQ reads it. */
  getClientList(): Promise<string[]> {
    return Promise.resolve([this.parts.clientNames().join('\n').replaceAll(/^/gm, 'addr=embedded name=')]);
  }

  /** Waits at most `blockTimeout` s, for a job that can be had at once or a delayed one that comes due. */
  async waitForJob(blockTimeout: number): Promise<{ member: string; score: number } | null> {
    if (hasJobToGive(this.queue)) return JOB_MARKER;
    const end = await this.queue.waiters.wait(this, blockTimeout * 1000);
    if (end === 'timeout') return null;
    return end === 'job' ? JOB_MARKER : NO_MARKER;
  }

  disconnectBlocking(): Promise<void> {
    this.#state.waiters.interrupt(this);
    return READY;
  }

  reconnectBlocking(): Promise<void> {
    return READY;
  }

  /** Gives the events after `id` (`$`: after now), waiting at most `blockTimeout` ms for one; 0 waits for ever. */
  async readEvents(id: string, blockTimeout: Milliseconds): Promise<StreamReadRaw> {
    const { events } = this.queue;
    const after = id === '$' ? events.lastId : id;
    const known = events.readAfter(after);
    if (known !== null) return known;
    await new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const withdraw = events.onceAppended(() => {
        clearTimeout(timer);
        resolve();
      });
      if (blockTimeout <= 0) return;
      timer = setTimeout(() => {
        withdraw();
        resolve();
      }, blockTimeout);
    });
    return events.readAfter(after);
  }

  /** The queue, as long as this door to it is open. */
  protected get queue(): QueueState {
    if (!this.#isOpen) throw new ConnectionClosedError();
    return this.#state;
  }

  protected get prefix(): string {
    return this.#prefix;
  }

  /** How this backend's worker takes jobs. */
  protected fetchWith(token: string, workerName: string | undefined): Fetch {
    const { limiter, lockDuration = 30_000 } = this.parts.opts;
    return { token, workerName, lockDuration, limiter };
  }

  /** What to keep of a finished job: its own wish, else the worker's, else all. */
  protected keepFor(wish: boolean | number | KeepJobs | undefined, workers: KeepJobs | undefined): KeepJobs {
    if (wish === undefined) return workers ?? { count: -1 };
    if (typeof wish === 'object') return wish;
    if (typeof wish === 'number') return { count: wish };
    return { count: wish ? 0 : -1 };
  }
}
