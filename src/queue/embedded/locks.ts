import { ErrorCode } from 'bullmq';
import type { Milliseconds } from '../../core/duration.ts';
import { JobOperationError, type JobOperation } from './job-errors.ts';
import { type QueueState, wake } from './state/queue-state.ts';
import type { StoredJob } from './state/stored-job.ts';

/** Timers may fire a fraction of a millisecond early; a worker's next check must not be refused for that. */
const TIMER_GRACE_MS = 2;

export function isLocked(queue: QueueState, job: StoredJob): boolean {
  return job.lockToken !== undefined && queue.time.now() < job.lockedUntil;
}

/** Takes the lock off an active job, if this token holds it; `'0'` always may. */
export function releaseLock(queue: QueueState, job: StoredJob, token: string, operation: JobOperation): void {
  if (token === '0') return;
  if (!isLocked(queue, job)) throw new JobOperationError(ErrorCode.JobLockNotExist, operation);
  if (job.lockToken !== token) throw new JobOperationError(ErrorCode.JobLockMismatch, operation);
  job.lockToken = undefined;
  job.suspect = false;
}

/** Gives whether the lock was extended: only its holder may, and only while it lasts. */
export function extendLock(queue: QueueState, jobId: string, token: string, duration: Milliseconds): boolean {
  const job = queue.jobs.get(jobId);
  if (job === undefined || job.lockToken !== token || !isLocked(queue, job)) return false;
  job.lockedUntil = queue.time.now() + duration;
  job.suspect = false;
  return true;
}

/**
 * Puts active jobs whose worker has gone back to wait, before all others, and gives their ids. A job is stalled when it
 * was active at the check before and has no lock now. One that stalled more than `maxStalledCount` times is marked, and
 * failed by the next worker that takes it. At most one check is made each `interval` ms, whoever asks.
 */
export function recoverStalled(queue: QueueState, maxStalledCount: number, interval: Milliseconds): string[] {
  const now = queue.time.now();
  if (now < queue.nextStalledCheck) return [];
  queue.nextStalledCheck = now + interval - TIMER_GRACE_MS;
  const stalled: string[] = [];
  for (const job of queue.active.toArray()) {
    if (!job.suspect || isLocked(queue, job)) {
      job.suspect = true;
      continue;
    }
    queue.active.remove(job);
    job.suspect = false;
    job.lockToken = undefined;
    job.stalledCounter += 1;
    if (job.stalledCounter > maxStalledCount) job.deferredFailure = 'job stalled more than allowable limit';
    queue.wait.addRight(job);
    queue.events.append(['event', 'waiting', 'jobId', job.id, 'prev', 'active']);
    queue.events.append(['event', 'stalled', 'jobId', job.id]);
    stalled.push(job.id);
  }
  if (stalled.length > 0) wake(queue, stalled.length);
  return stalled;
}
