import { delayFrom, enqueue, type QueueState } from './state/queue-state.ts';
import { type JobSeed, StoredJob } from './state/stored-job.ts';

/** Stores a job and puts it where its options say. Does not wake anyone when it can run at once. */
export function store(queue: QueueState, seed: JobSeed): StoredJob {
  const job = new StoredJob(seed);
  queue.jobs.set(job.id, job);
  queue.events.append(['event', 'added', 'jobId', job.id, 'name', job.name]);
  if (job.delay > 0) {
    const due = delayFrom(queue, job, job.timestamp, job.delay);
    queue.events.append(['event', 'delayed', 'jobId', job.id, 'delay', String(due)]);
    queue.waiters.dueChanged();
  } else {
    enqueue(queue, job, seed.opts.values.lifo === true);
    queue.events.append(['event', 'waiting', 'jobId', job.id]);
  }
  return job;
}
