import type { JobJson } from 'bullmq';
import type { Milliseconds } from '../../core/duration.ts';
import { isPausedOrMaxed, promoteDue, type QueueState } from './state/queue-state.ts';
import { type StoredJob, toJobJson } from './state/stored-job.ts';

/** Who takes a job and how. */
export interface Fetch {
  /** Holds the job's lock; `'0'` takes none. */
  readonly token: string;
  /** The worker's name, kept with the job. */
  readonly workerName: string | undefined;
  /** How long the lock lasts unless extended, ms. */
  readonly lockDuration: Milliseconds;
  /** The worker's own rate limit; the queue's goes before it. */
  readonly limiter: { readonly max: number; readonly duration: Milliseconds } | undefined;
}

/**
 * A job and its id, or none (null and 0) with how long the rate limit still lasts (ms) and when the next delayed job
 * is due (ms since the epoch); 0 where that does not apply.
 */
export type FetchedJob = [JobJson | null, string | 0, Milliseconds, Milliseconds];

/** Makes the next job active: waiting ones before prioritized ones, and delayed ones that are due behind either. */
export function moveToActive(queue: QueueState, fetch: Fetch): FetchedJob {
  promoteDue(queue);
  const max = queue.meta.rateMax ?? fetch.limiter?.max;
  const limited = max === undefined ? 0 : queue.rateLimit.waitFor(queue.time.now(), max);
  if (limited > 0) return [null, 0, limited, 0];
  if (isPausedOrMaxed(queue)) return [null, 0, 0, 0];
  const job = queue.wait.takeRight() ?? queue.prioritized.takeFirst();
  if (job !== undefined) return start(queue, job, fetch);
  const due = queue.delayed.first?.rank;
  return [null, 0, 0, due === undefined ? 0 : queue.time.wallAt(due)];
}

/** What BullMQ expects when a finished job's worker asked for the next one: `[]` when there is nothing to say. */
export function fetchNext(queue: QueueState, fetch: Fetch): FetchedJob | [] {
  const [job, id, limited, due] = moveToActive(queue, fetch);
  const isIdle = job === null && limited === 0 && due === 0 && !isPausedOrMaxed(queue);
  return isIdle ? [] : [job, id, limited, due];
}

function start(queue: QueueState, job: StoredJob, fetch: Fetch): FetchedJob {
  const now = queue.time.now();
  queue.active.addLeft(job);
  countAgainstRateLimit(queue, job, fetch, now);
  if (fetch.token !== '0') {
    job.lockToken = fetch.token;
    job.lockedUntil = now + fetch.lockDuration;
  }
  if (fetch.workerName !== undefined) job.processedBy = fetch.workerName;
  queue.events.append(['event', 'active', 'jobId', job.id, 'prev', 'waiting']);
  job.processedOn = queue.time.wall();
  job.attemptsStarted += 1;
  return [toJobJson(job), job.id, 0, 0];
}

/** A job that is only fetched to be failed does not count. */
function countAgainstRateLimit(queue: QueueState, job: StoredJob, { limiter }: Fetch, now: Milliseconds): void {
  const isLimited = queue.meta.rateMax !== undefined || limiter !== undefined;
  if (!isLimited || job.deferredFailure !== undefined) return;
  queue.rateLimit.count(now, limiter?.duration ?? queue.meta.rateDuration ?? 0);
}
