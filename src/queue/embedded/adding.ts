import type { JobJson } from 'bullmq';
import { deduplicate } from './deduplication.ts';
import { refuse } from './refusals.ts';
import { type QueueState, wake } from './state/queue-state.ts';
import { type JobSeed, ownOptions } from './state/stored-job.ts';
import { store } from './storing.ts';

/** A job to add, as BullMQ hands it over; without an id it gets the next number. */
export interface JobToAdd {
  readonly job: JobJson;
  readonly jobId: string | undefined;
}

/**
 * Adds jobs in this order and gives their ids. A job whose id is taken is not added: its id is given and a `duplicated`
 * event is published.
 *
 * @throws AppError `queue_unsupported` when one belongs to a flow or a job scheduler; none is added then.
 */
export function addJobs(queue: QueueState, entries: readonly JobToAdd[]): string[] {
  for (const { job } of entries) refuseUncarried(job);
  let ready = 0;
  const ids = entries.map(({ job, jobId }) => {
    queue.lastId += 1;
    const id = jobId === undefined || jobId === '' ? String(queue.lastId) : jobId;
    if (queue.jobs.has(id)) {
      queue.events.append(['event', 'duplicated', 'jobId', id]);
      return id;
    }
    const { name, data, timestamp } = job;
    const seed: JobSeed = { id, name, data, opts: ownOptions(job.opts), timestamp };
    const holder = deduplicate(queue, seed);
    if (holder !== undefined) return holder;
    if (store(queue, seed).place !== 'delayed') ready += 1;
    return id;
  });
  if (ready > 0) wake(queue, ready);
  return ids;
}

function refuseUncarried(job: JobJson): void {
  if (job.parentKey !== undefined || job.parent !== undefined) refuse('flow', 'adding a job with a parent');
  if (job.repeatJobKey !== undefined) refuse('schedule', 'adding a job of a job scheduler');
}
