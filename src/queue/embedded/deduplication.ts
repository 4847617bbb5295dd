import type { DeduplicationOptions } from 'bullmq';
import { delayFrom, forget, type QueueState, wake } from './state/queue-state.ts';
import type { JobSeed, StoredJob } from './state/stored-job.ts';
import { store } from './storing.ts';

/**
 * Whether a new job must give way to one with the same deduplication id: gives the id of that one, or undefined when
 * the new job is to be stored (and now holds the deduplication id, if it has one).
 */
export function deduplicate(queue: QueueState, seed: JobSeed): string | undefined {
  const options = seed.opts.values.deduplication;
  if (options === undefined) return undefined;
  const holder = keyHolder(queue, options.id);
  if (holder === undefined || isStale(queue, options.id, holder)) {
    hold(queue, options, seed.id);
    return undefined;
  }
  if (options.replace === true) return replaceDelayed(queue, options, holder, seed);
  if (!keepForLater(queue, options, holder, seed)) {
    if (options.extend === true && hasTtl(options)) hold(queue, options, holder);
    publish(queue, options.id, holder, seed.id);
  }
  if (options.reschedule === true) reschedule(queue, holder, seed);
  return holder;
}

/** The id of the job that holds this deduplication id now, if any. */
export function keyHolder(queue: QueueState, deduplicationId: string): string | undefined {
  const key = queue.deduplication.get(deduplicationId);
  if (key === undefined) return undefined;
  if (key.until === undefined || queue.time.now() < key.until) return key.jobId;
  queue.deduplication.delete(deduplicationId);
  return undefined;
}

/** Gives the deduplication id free if this job holds it and the job is going away; gives whether it did. */
export function releaseOnRemoval(queue: QueueState, deduplicationId: string | undefined, jobId: string): boolean {
  if (deduplicationId === undefined || keyHolder(queue, deduplicationId) !== jobId) return false;
  queue.deduplication.delete(deduplicationId);
  queue.deduplicatedNext.delete(deduplicationId);
  return true;
}

/** A job finishes: frees its deduplication id unless it is held for a time, and adds the job kept for later. */
export function releaseOnFinish(queue: QueueState, job: StoredJob): void {
  const { deduplicationId } = job;
  if (deduplicationId === undefined) return;
  const key = queue.deduplication.get(deduplicationId);
  if (key !== undefined && key.until === undefined && key.jobId === job.id) queue.deduplication.delete(deduplicationId);
  const next = queue.deduplicatedNext.get(deduplicationId);
  if (next === undefined) return;
  queue.deduplicatedNext.delete(deduplicationId);
  if (queue.jobs.has(next.id)) return;
  const options = next.opts.values.deduplication;
  if (options !== undefined) hold(queue, options, next.id);
  queue.lastId += 1;
  if (store(queue, { ...next, timestamp: queue.time.wall() }).place !== 'delayed') wake(queue, 1);
}

function hold(queue: QueueState, options: DeduplicationOptions, jobId: string): void {
  const forever = options.keepLastIfActive === true || !hasTtl(options);
  queue.deduplication.set(options.id, { jobId, until: forever ? undefined : queue.time.now() + (options.ttl ?? 0) });
}

function hasTtl(options: DeduplicationOptions): boolean {
  return options.ttl !== undefined && options.ttl > 0;
}

/** A key without an end whose job is gone would block its id for ever. */
function isStale(queue: QueueState, deduplicationId: string, holder: string): boolean {
  if (queue.deduplication.get(deduplicationId)?.until !== undefined || queue.jobs.has(holder)) return false;
  queue.deduplicatedNext.delete(deduplicationId);
  return true;
}

/** Puts the new job in the place of a delayed one; one that is not delayed any more stays and wins. */
function replaceDelayed(
  queue: QueueState,
  options: DeduplicationOptions,
  holder: string,
  seed: JobSeed,
): string | undefined {
  const replaced = queue.jobs.get(holder);
  if (replaced?.place !== 'delayed') {
    keepForLater(queue, options, holder, seed);
    return holder;
  }
  queue.delayed.remove(replaced);
  forget(queue, replaced);
  queue.deduplicatedNext.delete(options.id);
  queue.events.append(['event', 'removed', 'jobId', holder, 'prev', 'delayed']);
  publish(queue, options.id, seed.id, holder);
  const until = queue.deduplication.get(options.id)?.until;
  if (options.extend !== true && hasTtl(options) && options.keepLastIfActive !== true) {
    queue.deduplication.set(options.id, { jobId: seed.id, until });
  } else {
    hold(queue, options, seed.id);
  }
  return undefined;
}

/** With `keepLastIfActive`, the newest job added while the holder runs is kept until the holder finishes. */
function keepForLater(queue: QueueState, options: DeduplicationOptions, holder: string, seed: JobSeed): boolean {
  if (options.keepLastIfActive !== true || queue.jobs.get(holder)?.place !== 'active') return false;
  const { id, name, data, opts } = seed;
  queue.deduplicatedNext.set(options.id, { id, name, data, opts });
  queue.deduplication.set(options.id, { jobId: holder, until: undefined });
  publish(queue, options.id, holder, id);
  return true;
}

function reschedule(queue: QueueState, holder: string, seed: JobSeed): void {
  const job = queue.jobs.get(holder);
  if (job?.place !== 'delayed') return;
  queue.delayed.remove(job);
  job.delay = seed.opts.values.delay ?? 0;
  const due = delayFrom(queue, job, seed.timestamp, job.delay);
  queue.events.append(['event', 'delayed', 'jobId', holder, 'delay', String(due)]);
  queue.waiters.dueChanged();
}

function publish(queue: QueueState, deduplicationId: string, jobId: string, deduplicatedJobId: string): void {
  const fields = ['event', 'deduplicated', 'jobId', jobId];
  fields.push('deduplicationId', deduplicationId, 'deduplicatedJobId', deduplicatedJobId);
  queue.events.append(fields);
}
