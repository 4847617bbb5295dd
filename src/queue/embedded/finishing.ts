import { ErrorCode, type KeepJobs } from 'bullmq';
import type { Milliseconds } from '../../core/duration.ts';
import { releaseOnFinish } from './deduplication.ts';
import { type Fetch, fetchNext, type FetchedJob } from './fetching.ts';
import { JobOperationError, type JobOperation } from './job-errors.ts';
import { releaseLock } from './locks.ts';
import { collectMetrics } from './metrics.ts';
import { forget, type QueueState, wakeForRoom } from './state/queue-state.ts';
import type { StoredJob } from './state/stored-job.ts';

/** BullMQ's own bound on how many aged jobs one finish removes. */
const AGED_REMOVED_AT_ONCE = 1000;

/** How a job ended: with its value as JSON, or with the reason of its failure. */
export interface Ending {
  readonly state: 'completed' | 'failed';
  readonly text: string;
}

export interface Finish {
  readonly jobId: string;
  readonly ending: Ending;
  readonly keep: KeepJobs;
  /** How often the job may be tried in all. */
  readonly attempts: number;
  /** How many minutes of metrics the worker wants kept; 0: none are collected. */
  readonly metricsMinutes: number;
  /** Whether the worker takes the next job at once. */
  readonly wantsNext: boolean;
  readonly fields: JobFields | undefined;
}

/** When the job finished (ms since the epoch), and what its worker does next. */
export interface Finished {
  readonly result: FetchedJob | [];
  readonly finishedOn: Milliseconds;
}

/** What a failed attempt leaves on its job. */
export interface JobFields {
  readonly failedReason?: string | undefined;
  /** JSON. */
  readonly stacktrace?: string | undefined;
}

/** Ends an active job, keeps or removes it as told, and gives its worker the next one. */
export function moveToFinished(queue: QueueState, finish: Finish, fetch: Fetch): Finished {
  const { ending, jobId, keep } = finish;
  const operation: JobOperation = { jobId, command: 'moveToFinished', state: 'active' };
  const job = leaveActive(queue, fetch.token, operation, finish.fields);
  const finishedOn = queue.time.wall();
  releaseOnFinish(queue, job);
  job.attemptsMade += 1;
  if (keep.count === 0) forget(queue, job);
  else keepFinished(queue, job, finish, finishedOn);
  publishEnding(queue, job, finish);
  if (finish.metricsMinutes > 0) collectMetrics(queue, ending.state, finish.metricsMinutes, finishedOn);
  const next: FetchedJob | [] = finish.wantsNext ? fetchNext(queue, fetch) : [];
  if (next.length === 0 && queue.wait.size + queue.active.size + queue.prioritized.size === 0) {
    queue.events.append(['event', 'drained']);
  }
  if (queue.meta.concurrency !== undefined) wakeForRoom(queue);
  return { result: next, finishedOn };
}

/**
 * Takes a job out of the active ones with its lock, checking that it exists, that this token holds it, and that it is
 * active, in this order.
 */
export function leaveActive(
  queue: QueueState,
  token: string,
  operation: JobOperation,
  fields: JobFields | undefined,
): StoredJob {
  const job = queue.jobs.get(operation.jobId);
  if (job === undefined) throw new JobOperationError(ErrorCode.JobNotExist, operation);
  releaseLock(queue, job, token, operation);
  if (fields?.failedReason !== undefined) job.failedReason = fields.failedReason;
  if (fields?.stacktrace !== undefined) job.stacktrace = fields.stacktrace;
  if (job.place !== 'active') throw new JobOperationError(ErrorCode.JobNotInState, operation);
  queue.active.remove(job);
  return job;
}

function keepFinished(queue: QueueState, job: StoredJob, { ending, keep }: Finish, finishedOn: Milliseconds): void {
  job.finishedOn = finishedOn;
  if (ending.state === 'completed') {
    job.returnvalue = ending.text;
  } else {
    job.failedReason = ending.text;
    job.deferredFailure = undefined;
  }
  const finished = queue[ending.state];
  finished.addRight(job);
  if ('age' in keep) {
    const tooOld = finishedOn - keep.age * 1000;
    for (let left = keep.limit ?? AGED_REMOVED_AT_ONCE; left > 0; left -= 1) {
      const oldest = finished.leftmost;
      if (oldest?.finishedOn === undefined || oldest.finishedOn > tooOld) break;
      finished.remove(oldest);
      forget(queue, oldest);
    }
  }
  if (keep.count === undefined || keep.count < 0) return;
  while (finished.size > keep.count) {
    const oldest = finished.leftmost;
    if (oldest === undefined) break;
    finished.remove(oldest);
    forget(queue, oldest);
  }
}

function publishEnding(queue: QueueState, job: StoredJob, { ending, attempts }: Finish): void {
  const { state, text } = ending;
  const field = state === 'completed' ? 'returnvalue' : 'failedReason';
  queue.events.append(['event', state, 'jobId', job.id, field, text, 'prev', 'active']);
  if (state === 'failed' && job.attemptsMade >= attempts) {
    const made = String(job.attemptsMade);
    queue.events.append(['event', 'retries-exhausted', 'jobId', job.id, 'attemptsMade', made]);
  }
}
