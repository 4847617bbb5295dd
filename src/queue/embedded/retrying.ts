import { ErrorCode } from 'bullmq';
import type { Milliseconds } from '../../core/duration.ts';
import { type Fetch, type FetchedJob, moveToActive } from './fetching.ts';
import { type JobFields, leaveActive } from './finishing.ts';
import { JobOperationError, type JobOperation } from './job-errors.ts';
import { delayFrom, enqueue, enqueueFirst, jobIn, promoteDue, type QueueState, wake } from './state/queue-state.ts';
import type { StoredJob } from './state/stored-job.ts';

export interface Delay {
  readonly jobId: string;
  /** Wall clock, ms since the epoch. */
  readonly from: Milliseconds;
  readonly delay: Milliseconds;
  /** Whether the attempt that ends with this does not count. */
  readonly skipAttempt: boolean;
  readonly wantsNext: boolean;
  readonly fields: JobFields | undefined;
}

/** Puts an active job among the delayed ones, and gives its worker the next one if it wants it. */
export function moveToDelayed(queue: QueueState, delay: Delay, fetch: Fetch): FetchedJob | [] {
  const operation = { jobId: delay.jobId, command: 'moveToDelayed', state: 'active' };
  const job = leaveActive(queue, fetch.token, operation, delay.fields);
  if (!delay.skipAttempt) job.attemptsMade += 1;
  job.delay = delay.delay;
  const due = delayFrom(queue, job, delay.from, delay.delay);
  queue.events.append(['event', 'delayed', 'jobId', job.id, 'delay', String(due)]);
  const next = delay.wantsNext ? moveToActive(queue, fetch) : undefined;
  queue.waiters.dueChanged();
  if (next?.[0]) return next;
  wakeIfConcurrencyFrees(queue);
  return [];
}

/** Puts an active job whose attempt failed back to wait at once. */
export function retryActive(
  queue: QueueState,
  jobId: string,
  retry: { readonly lifo: boolean; readonly token: string; readonly fields: JobFields | undefined },
): void {
  promoteDue(queue);
  const operation = { jobId, command: 'retryJob', state: 'active' };
  const job = leaveActive(queue, retry.token, operation, retry.fields);
  job.attemptsMade += 1;
  enqueue(queue, job, retry.lifo);
  publishWaiting(queue, job, 'active');
  wake(queue, 1);
}

/** Puts an active job back before the others; gives how long the rate limit still lasts, ms. */
export function returnActive(queue: QueueState, jobId: string, token: string): Milliseconds {
  const operation = { jobId, command: 'moveJobFromActiveToWait', state: 'active' };
  const job = leaveActive(queue, token, operation, undefined);
  enqueueFirst(queue, job);
  publishWaiting(queue, job, 'active');
  wake(queue, 1);
  return queue.rateLimit.remaining(queue.time.now());
}

export interface Again {
  readonly jobId: string;
  readonly state: 'completed' | 'failed';
  readonly lifo: boolean;
  readonly resetAttemptsMade: boolean;
  readonly resetAttemptsStarted: boolean;
}

/** Runs a finished job again. */
export function retryFinished(queue: QueueState, again: Again): void {
  const { jobId, state } = again;
  const operation: JobOperation = { jobId, command: 'reprocessJob', state };
  const job = queue.jobs.get(jobId);
  if (job === undefined) throw new JobOperationError(ErrorCode.JobNotExist, operation);
  if (job.place !== state) throw new JobOperationError(ErrorCode.JobNotInState, operation);
  queue[state].remove(job);
  unfinish(job, state);
  if (again.resetAttemptsMade) job.attemptsMade = 0;
  if (again.resetAttemptsStarted) job.attemptsStarted = 0;
  enqueue(queue, job, again.lifo);
  publishWaiting(queue, job, state);
  wake(queue, 1);
}

/**
 * Runs up to `count` jobs of this state again that finished at or before `until`, oldest first; gives whether there may
 * be more. As in Redis, priorities do not count here.
 */
export function retryAllFinished(
  queue: QueueState,
  state: 'completed' | 'failed',
  count: number,
  until: Milliseconds,
): boolean {
  const jobs = queue[state].toArray().filter((job) => (job.finishedOn ?? 0) <= until);
  const moved = jobs.slice(0, count);
  for (const job of moved) {
    queue[state].remove(job);
    unfinish(job, state);
    queue.wait.addLeft(job);
    publishWaiting(queue, job, state);
  }
  wake(queue, moved.length);
  return moved.length === count;
}

/** Lets up to `count` delayed jobs run now, in the order in which they were due; gives whether there may be more. */
export function promoteAll(queue: QueueState, count: number): boolean {
  let moved = 0;
  for (let job = queue.delayed.first; job !== undefined && moved < count; job = queue.delayed.first) {
    queue.delayed.remove(job);
    queue.wait.addLeft(job);
    publishWaiting(queue, job, 'delayed');
    moved += 1;
  }
  wake(queue, moved);
  return moved === count;
}

/** Lets one delayed job run now. */
export function promote(queue: QueueState, jobId: string): void {
  const job = jobIn(queue, jobId, 'delayed');
  if (job === undefined) {
    throw new JobOperationError(ErrorCode.JobNotInState, { jobId, command: 'promote', state: 'delayed' });
  }
  queue.delayed.remove(job);
  job.delay = 0;
  enqueue(queue, job, false);
  publishWaiting(queue, job, 'delayed');
  wake(queue, 1);
}

/** Makes a delayed job due `delay` ms from now. */
export function changeDelay(queue: QueueState, jobId: string, delay: Milliseconds): void {
  const operation = { jobId, command: 'changeDelay', state: 'delayed' };
  const job = queue.jobs.get(jobId);
  if (job === undefined) throw new JobOperationError(ErrorCode.JobNotExist, operation);
  if (job.place !== 'delayed') throw new JobOperationError(ErrorCode.JobNotInState, operation);
  queue.delayed.remove(job);
  job.delay = delay;
  const due = delayFrom(queue, job, queue.time.wall(), delay);
  queue.events.append(['event', 'delayed', 'jobId', jobId, 'delay', String(due)]);
  queue.waiters.dueChanged();
}

/** Changes a job's priority, and its place if it waits; `lifo` puts it before the others of that priority. */
export function changePriority(queue: QueueState, jobId: string, priority: number, lifo: boolean): void {
  const job = queue.jobs.get(jobId);
  if (job === undefined) throw new JobOperationError(ErrorCode.JobNotExist, { jobId, command: 'changePriority' });
  job.priority = priority;
  if (job.place !== 'wait' && job.place !== 'prioritized') return;
  queue[job.place].remove(job);
  if (lifo) enqueueFirst(queue, job);
  else enqueue(queue, job, false);
  wake(queue, 1);
}

function wakeIfConcurrencyFrees(queue: QueueState): void {
  if (queue.meta.concurrency !== undefined) wake(queue, 1);
}

function unfinish(job: StoredJob, state: 'completed' | 'failed'): void {
  job.finishedOn = undefined;
  job.processedOn = undefined;
  if (state === 'completed') job.returnvalue = undefined;
  else job.failedReason = undefined;
}

function publishWaiting(queue: QueueState, job: StoredJob, previous: string): void {
  queue.events.append(['event', 'waiting', 'jobId', job.id, 'prev', previous]);
}
