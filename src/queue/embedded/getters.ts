import { ErrorCode, type JobType } from 'bullmq';
import { JobOperationError } from './job-errors.ts';
import type { QueueState } from './state/queue-state.ts';
import type { StoredJob } from './state/stored-job.ts';

/** How many jobs there are in each of these states; `dueBefore` (ms since the epoch) restricts the delayed ones. */
export function counts(queue: QueueState, types: readonly string[], dueBefore: number | undefined): number[] {
  return types.map((type) => {
    if (type === 'delayed' && dueBefore !== undefined) {
      return queue.delayed.toSortedArray().filter((job) => job.dueAt < dueBefore).length;
    }
    return placeOf(queue, type)?.size ?? 0;
  });
}

/** How many jobs wait with each of these priorities; 0 is for those without one. */
export function countsPerPriority(queue: QueueState, priorities: readonly number[]): number[] {
  const found = new Map<number, number>([[0, queue.wait.size]]);
  for (const { priority } of queue.prioritized.toSortedArray()) found.set(priority, (found.get(priority) ?? 0) + 1);
  return priorities.map((priority) => found.get(priority) ?? 0);
}

/**
 * The ids from `start` to `end` (negative: from the end) in each state. Newest first, or oldest first with
 * `ascending`; as in Redis, ascending ids of waiting and active jobs come back to front, and BullMQ turns them.
 */
export function ranges(
  queue: QueueState,
  types: readonly JobType[],
  range: { readonly start: number; readonly end: number },
  ascending: boolean,
): string[][] {
  const { start, end } = range;
  return types.map((type) => {
    const ids = idsOldestFirst(queue, type);
    if (!ascending) return slice(ids.toReversed(), start, end);
    return isListed(type) ? slice(ids, start, end).toReversed() : slice(ids, start, end);
  });
}

export function getState(queue: QueueState, jobId: string): Exclude<JobType, 'wait' | 'repeat'> | 'unknown' {
  const place = queue.jobs.get(jobId)?.place;
  if (place === undefined) return 'unknown';
  return place === 'wait' ? 'waiting' : place;
}

export function isInState(queue: QueueState, state: string, jobId: string): boolean {
  const place = queue.jobs.get(jobId)?.place;
  switch (state) {
    case 'waiting':
    case 'wait':
      return place === 'wait';
    case 'active':
    case 'prioritized':
    case 'completed':
    case 'failed':
    case 'delayed':
      return place === state;
    case 'paused':
    case 'waiting-children':
      return false;
    default:
      throw new Error(`Unknown job state: ${state}`);
  }
}

/** -1: no such job, 0: not finished, 1: completed, 2: failed; with the value or reason if asked. */
export function isFinished(queue: QueueState, jobId: string, withValue: boolean): number | [number, string] {
  const job = queue.jobs.get(jobId);
  if (job === undefined) {
    const key = `${queue.qualifiedName}:${jobId}`;
    return withValue ? [-1, `Missing key for job ${key}. isFinished`] : -1;
  }
  const [status, value] = finishedStatus(job);
  if (!withValue) return status;
  // BullMQ's type wants a pair; for a job that is not finished Redis gives the status alone.
  return (value === undefined ? [status] : [status, value]) as [number, string];
}

export function addLog(queue: QueueState, jobId: string, row: string, keep: number | undefined): number {
  const job = existing(queue, jobId, 'addLog');
  job.logs ??= [];
  const count = job.logs.push(row);
  if (keep === undefined || keep === 0) return count;
  trimLogs(job, keep);
  return Math.min(keep, count);
}

export function clearLogs(queue: QueueState, jobId: string, keep: number | undefined): void {
  const job = queue.jobs.get(jobId);
  if (job !== undefined) trimLogs(job, keep ?? 0);
}

export function jobLogs(
  queue: QueueState,
  jobId: string,
  range: { readonly start: number; readonly end: number },
  ascending: boolean,
): { logs: string[]; count: number } {
  const logs = queue.jobs.get(jobId)?.logs ?? [];
  const ordered = ascending ? logs : logs.toReversed();
  return { logs: slice(ordered, range.start, range.end), count: logs.length };
}

/** @throws JobOperationError when there is no such job */
export function existing(queue: QueueState, jobId: string, command: string): StoredJob {
  const job = queue.jobs.get(jobId);
  if (job === undefined) throw new JobOperationError(ErrorCode.JobNotExist, { jobId, command });
  return job;
}

function finishedStatus(job: StoredJob): [number, string | undefined] {
  if (job.place === 'completed') return [1, job.returnvalue];
  if (job.place === 'failed') return [2, job.failedReason];
  return [0, undefined];
}

function trimLogs(job: StoredJob, keep: number): void {
  if (job.logs !== undefined) job.logs = keep > 0 ? job.logs.slice(-keep) : undefined;
}

function placeOf(queue: QueueState, type: string): { readonly size: number } | undefined {
  switch (type) {
    case 'waiting':
    case 'wait':
      return queue.wait;
    case 'active':
    case 'completed':
    case 'delayed':
    case 'failed':
    case 'prioritized':
      return queue[type];
    default:
      return undefined;
  }
}

function isListed(type: JobType): boolean {
  return type === 'waiting' || type === 'wait' || type === 'active';
}

function idsOldestFirst(queue: QueueState, type: JobType): string[] {
  switch (type) {
    case 'waiting':
    case 'wait':
      return idsOf(queue.wait.toArray()).toReversed();
    case 'active':
      return idsOf(queue.active.toArray()).toReversed();
    case 'completed':
    case 'failed':
      return idsOf(queue[type].toArray());
    case 'delayed':
    case 'prioritized':
      return idsOf(queue[type].toSortedArray());
    case 'repeat':
    case 'waiting-children':
      return [];
  }
}

function idsOf(jobs: readonly StoredJob[]): string[] {
  return jobs.map(({ id }) => id);
}

/** From `start` to `end`, both included, negative ones counted from the end: a range as Redis means it. */
function slice<Item>(items: readonly Item[], start: number, end: number): Item[] {
  const last = end < 0 ? items.length + end : end;
  return items.slice(start, Math.max(last + 1, 0));
}
