import type { JobJson, JobsOptions } from 'bullmq';

/** Where a job is. A job is in exactly one of the queue's lists or heaps, or gone. */
export type JobPlace = 'wait' | 'prioritized' | 'delayed' | 'active' | 'completed' | 'failed';

/** What is needed to store a job. `data` is JSON; `opts` is the store's own copy. */
export interface JobSeed {
  readonly id: string;
  readonly name: string;
  readonly data: string;
  readonly opts: OwnOptions;
  readonly timestamp: number;
}

/** Options copied from whoever added the job: nobody else holds a reference into them. */
export interface OwnOptions {
  readonly values: JobsOptions;
  /** Whether a value is an object or array, which must be copied again before it is handed out. */
  readonly nested: boolean;
}

/** One job as the store keeps it. Never leaves this room: what is handed out is a copy made by {@link toJobJson}. */
export class StoredJob {
  readonly id: string;
  readonly name: string;
  readonly opts: OwnOptions;
  readonly timestamp: number;
  readonly deduplicationId: string | undefined;
  data: string;
  place: JobPlace = 'wait';
  delay: number;
  priority: number;
  attemptsMade = 0;
  attemptsStarted = 0;
  stalledCounter = 0;
  /** JSON. */
  progress = '0';
  processedOn: number | undefined = undefined;
  finishedOn: number | undefined = undefined;
  failedReason: string | undefined = undefined;
  /** Why the next worker that takes the job must fail it instead of running it. */
  deferredFailure: string | undefined = undefined;
  /** JSON. */
  stacktrace: string | undefined = undefined;
  /** JSON. */
  returnvalue: string | undefined = undefined;
  processedBy: string | undefined = undefined;
  logs: string[] | undefined = undefined;

  lockToken: string | undefined = undefined;
  /** Monotonic ms at which the lock ends. */
  lockedUntil = 0;
  /** Set by a stalled check: still active and unlocked at the next one means the worker is gone. */
  suspect = false;

  /** Links of the {@link JobList} the job is in. */
  left: StoredJob | undefined = undefined;
  right: StoredJob | undefined = undefined;

  /** When a delayed job is due, wall clock. */
  dueAt = 0;

  /** Rank in the {@link JobHeap} the job is in, its tie break, and its index there. */
  rank = 0;
  tieBreak = 0;
  heapIndex = -1;

  constructor(seed: JobSeed) {
    const { values } = seed.opts;
    this.id = seed.id;
    this.name = seed.name;
    this.data = seed.data;
    this.opts = seed.opts;
    this.timestamp = seed.timestamp;
    this.delay = values.delay ?? 0;
    this.priority = values.priority ?? 0;
    this.deduplicationId = values.deduplication?.id;
  }
}

/** Copies options so that later changes by their owner are not seen here. Leaves out what JSON would leave out. */
export function ownOptions(options: JobsOptions): OwnOptions {
  const values: Record<string, unknown> = {};
  let nested = false;
  for (const [key, value] of Object.entries(options as Record<string, unknown>)) {
    if (value === undefined || typeof value === 'function') continue;
    if (typeof value === 'object' && value !== null) {
      nested = true;
      values[key] = copyOfJson(value);
    } else {
      values[key] = value;
    }
  }
  return { values, nested };
}

/** The job as BullMQ reads it, sharing nothing with the store. */
export function toJobJson(job: StoredJob): JobJson {
  const { opts, deduplicationId } = job;
  const json: Record<keyof JobJson, unknown> = {
    id: job.id,
    name: job.name,
    data: job.data,
    opts: opts.nested ? ownOptions(opts.values).values : { ...opts.values },
    progress: job.progress === '0' ? 0 : JSON.parse(job.progress),
    delay: job.delay,
    priority: job.priority,
    timestamp: job.timestamp,
    attemptsStarted: job.attemptsStarted,
    attemptsMade: job.attemptsMade,
    stalledCounter: job.stalledCounter,
    finishedOn: job.finishedOn,
    processedOn: job.processedOn,
    repeatJobKey: undefined,
    debounceId: deduplicationId,
    deduplicationId,
    failedReason: job.failedReason,
    deferredFailure: job.deferredFailure,
    stacktrace: job.stacktrace,
    returnvalue: job.returnvalue,
    parentKey: undefined,
    parent: undefined,
    processedBy: job.processedBy,
  };
  // BullMQ's own type leaves out that most of these are absent until they happen.
  return json as unknown as JobJson;
}

function copyOfJson(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
