import type { Job, JobsOptions, QueueOptions, WorkerOptions } from 'bullmq';

/**
 * What the queues run on: Redis, or this process. Everything else in this room speaks to BullMQ's `Queue` and `Worker`
 * and does not know which one it is.
 */
export interface Transport {
  readonly kind: 'embedded' | 'redis';
  queue<Data>(name: string, options: TransportQueueOptions): JobQueue<Data>;
  worker<Data>(name: string, handler: JobHandler<Data>, options: TransportWorkerOptions): JobWorker;
  /** Resolves with the round trip in ms; rejects within about 2 s when the queues cannot be reached. */
  ping(): Promise<number>;
  /** Calls back each time the queues can be reached again after they could not. */
  onReturn(listener: () => void): void;
  close(): Promise<void>;
}

/** What we use of BullMQ's `Queue`. */
export interface JobQueue<Data> {
  add(name: string, data: Data): Promise<unknown>;
  addBulk(jobs: { name: string; data: Data; opts?: JobsOptions }[]): Promise<unknown>;
  getJobCounts(...states: ('waiting' | 'active' | 'delayed')[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** What we use of BullMQ's `Worker`. */
export interface JobWorker {
  /** Takes no new jobs from now on; those under way go on. */
  pause(doNotWaitActive: true): Promise<void>;
  close(force: boolean): Promise<void>;
  concurrency: number;
}

export type JobHandler<Data> = (job: Pick<Job<Data>, 'data'>) => Promise<void>;
export type TransportQueueOptions = Omit<QueueOptions, 'connection' | 'prefix'>;
export type TransportWorkerOptions = Omit<WorkerOptions, 'connection' | 'prefix' | keyof typeof LOSS_DETECTION>;

/**
 * How soon the loss of a worker shows (BullMQ's defaults take 62 s): its lock ends after 10 s, which must exceed the
 * longest block of the event loop, and is looked for every 5 s. A job that took its process down twice is given up.
 */
export const LOSS_DETECTION = {
  lockDuration: 10_000,
  stalledInterval: 5000,
  maxStalledCount: 2,
  maxStartedAttempts: 2,
  runRetryDelay: 1000,
} as const;
