import type { Milliseconds } from '../../core/duration.ts';
import { releaseOnRemoval } from './deduplication.ts';
import { isLocked } from './locks.ts';
import { forget, type QueueState, takeOut, wakeForRoom } from './state/queue-state.ts';
import type { StoredJob } from './state/stored-job.ts';

/** Removes a job wherever it is; gives false, and leaves it, when a worker holds its lock. */
export function remove(queue: QueueState, jobId: string): boolean {
  const job = queue.jobs.get(jobId);
  if (job === undefined) return true;
  if (isLocked(queue, job)) return false;
  const previous = job.place;
  discard(queue, job);
  queue.events.append(['event', 'removed', 'jobId', jobId, 'prev', previous]);
  if (previous === 'active') wakeForRoom(queue);
  return true;
}

/** Removes all waiting and prioritized jobs, and the delayed ones if asked. */
export function drain(queue: QueueState, delayed: boolean): void {
  const jobs = [...queue.wait.toArray(), ...queue.prioritized.toSortedArray()];
  if (delayed) jobs.push(...queue.delayed.toSortedArray());
  for (const job of jobs) discard(queue, job);
}

/**
 * Removes up to `limit` (0: all) of the jobs in this state that are not newer than `until` (ms since the epoch), and
 * gives their ids. Active jobs go only when nobody holds their lock.
 */
export function clean(queue: QueueState, state: string, until: Milliseconds, limit: number): string[] {
  const removed: string[] = [];
  for (const job of cleanable(queue, state, limit)) {
    if (limit > 0 && removed.length >= limit) break;
    if (state === 'active' && isLocked(queue, job)) continue;
    if (ageMark(job, state) > until) continue;
    discard(queue, job);
    removed.push(job.id);
  }
  queue.events.append(['event', 'cleaned', 'count', String(removed.length)]);
  if (state === 'active' && removed.length > 0) wakeForRoom(queue);
  return removed;
}

/** Destroys the queue and all it holds. It must be paused and, unless `force`, have no active jobs. */
export function obliterate(queue: QueueState, force: boolean): void {
  if (!queue.meta.paused) throw new Error('Cannot obliterate non-paused queue');
  if (queue.active.size > 0 && !force) throw new Error('Cannot obliterate queue with active jobs');
  for (const job of queue.jobs.values()) discard(queue, job);
  queue.events.clear();
  queue.meta.clear();
  queue.metrics.clear();
  queue.lastId = 0;
  queue.nextStalledCheck = 0;
}

function discard(queue: QueueState, job: StoredJob): void {
  takeOut(queue, job);
  releaseOnRemoval(queue, job.deduplicationId, job.id);
  forget(queue, job);
}

/** Lists are looked at from the oldest `limit` jobs on, newest of those first; the others from the lowest rank up. */
function cleanable(queue: QueueState, state: string, limit: number): StoredJob[] {
  switch (state) {
    case 'wait':
    case 'active': {
      const jobs = queue[state].toArray();
      return limit > 0 ? jobs.slice(-limit) : jobs;
    }
    case 'delayed':
    case 'prioritized':
      return queue[state].toSortedArray();
    case 'completed':
    case 'failed':
      return queue[state].toArray();
    default:
      return [];
  }
}

function ageMark(job: StoredJob, state: string): Milliseconds {
  switch (state) {
    case 'delayed':
      return job.processedOn ?? job.timestamp;
    case 'prioritized':
      return job.timestamp;
    default:
      return job.finishedOn ?? job.processedOn ?? job.timestamp;
  }
}
