import type { Clock } from '../../../core/clock.ts';
import type { Milliseconds } from '../../../core/duration.ts';
import { EventStream } from './event-stream.ts';
import { JobHeap } from './job-heap.ts';
import { JobList } from './job-list.ts';
import { QueueMeta } from './queue-meta.ts';
import { RateLimit } from './rate-limit.ts';
import { SteadyTime } from './steady-time.ts';
import type { JobPlace, JobSeed, OwnOptions, StoredJob } from './stored-job.ts';
import { Waiters } from './waiters.ts';

/** Which job holds a deduplication id, and until when (monotonic ms; undefined: until it finishes). */
export interface DeduplicationKey {
  readonly jobId: string;
  readonly until: Milliseconds | undefined;
}

/** The job to add when the active one with the same deduplication id finishes. */
export interface DeduplicatedNext extends Pick<JobSeed, 'name' | 'data'> {
  readonly id: string;
  readonly opts: OwnOptions;
}

/** Finished jobs a minute, newest first, as BullMQ's `getMetrics` gives them. */
export interface FinishedMetrics {
  count: number;
  previousTimestamp: number | undefined;
  previousCount: number;
  perMinute: number[];
}

/** Everything one queue holds. The files beside this folder say what may happen to it. */
export class QueueState {
  readonly qualifiedName: string;
  readonly time: SteadyTime;
  readonly events: EventStream;
  readonly meta = new QueueMeta();
  readonly rateLimit = new RateLimit();
  readonly waiters: Waiters;

  readonly jobs = new Map<string, StoredJob>();
  readonly wait = new JobList('wait');
  readonly active = new JobList('active');
  readonly completed = new JobList('completed');
  readonly failed = new JobList('failed');
  readonly delayed = new JobHeap('delayed');
  readonly prioritized = new JobHeap('prioritized');

  readonly deduplication = new Map<string, DeduplicationKey>();
  readonly deduplicatedNext = new Map<string, DeduplicatedNext>();
  readonly metrics = new Map<'completed' | 'failed', FinishedMetrics>();

  /** The last number given to a job without an id of its own. */
  lastId = 0;
  /** Keeps the order of jobs that are due at the same ms or have the same priority. */
  lastSequence = 0;
  /** Monotonic ms before which no other worker looks for stalled jobs. */
  nextStalledCheck = 0;

  constructor(qualifiedName: string, clock: Clock) {
    this.qualifiedName = qualifiedName;
    this.time = new SteadyTime(clock);
    this.events = new EventStream(`${qualifiedName}:events`, clock);
    this.waiters = new Waiters({
      now: () => this.time.steady(),
      nextDue: () => (isPausedOrMaxed(this) ? undefined : this.delayed.first?.rank),
      promoteDue: () => promoteDue(this),
    });
  }
}

/** Whether no job may be started: the queue is paused, or has as many active jobs as it may have. */
export function isPausedOrMaxed(queue: QueueState): boolean {
  return queue.meta.paused || isMaxed(queue);
}

/** Whether the queue has as many active jobs as its global concurrency allows. */
export function isMaxed(queue: QueueState): boolean {
  const { concurrency } = queue.meta;
  return concurrency !== undefined && queue.active.size >= concurrency;
}

/** Takes a job out of the list or heap it is in; it is then nowhere until it is put somewhere. */
export function takeOut(queue: QueueState, job: StoredJob): void {
  queue[job.place].remove(job);
}

/** Forgets a job that is in no list or heap any more. */
export function forget(queue: QueueState, job: StoredJob): void {
  queue.jobs.delete(job.id);
}

/** Puts a job behind those waiting, or before them with `lifo`; prioritized jobs go by their priority instead. */
export function enqueue(queue: QueueState, job: StoredJob, lifo: boolean): void {
  if (job.priority > 0) {
    queue.lastSequence += 1;
    queue.prioritized.add(job, job.priority, queue.lastSequence);
  } else if (lifo) {
    queue.wait.addRight(job);
  } else {
    queue.wait.addLeft(job);
  }
}

/** Puts a job at the head of those with its priority. */
export function enqueueFirst(queue: QueueState, job: StoredJob): void {
  if (job.priority === 0) {
    queue.wait.addRight(job);
    return;
  }
  queue.lastSequence += 1;
  queue.prioritized.add(job, job.priority, -queue.lastSequence);
}

/** Puts a job among the delayed ones, due at `from + delay` (wall clock); gives that time. */
export function delayFrom(queue: QueueState, job: StoredJob, from: Milliseconds, delay: Milliseconds): Milliseconds {
  const due = delay > 0 ? from + delay : from;
  queue.lastSequence += 1;
  job.dueAt = due;
  queue.delayed.add(job, queue.time.steadyAt(due), queue.lastSequence);
  return due;
}

/** Moves all delayed jobs whose time has come to the waiting ones; gives how many. */
export function promoteDue(queue: QueueState): number {
  let first = queue.delayed.first;
  if (first === undefined) return 0;
  const now = queue.time.steady();
  let promoted = 0;
  while (first !== undefined && first.rank <= now) {
    queue.delayed.remove(first);
    first.delay = 0;
    enqueue(queue, first, false);
    queue.events.append(['event', 'waiting', 'jobId', first.id, 'prev', 'delayed']);
    promoted += 1;
    first = queue.delayed.first;
  }
  return promoted;
}

/** Wakes workers that wait, when there are jobs they may have. `jobs` is how many have just come. */
export function wake(queue: QueueState, jobs: number): void {
  if (queue.waiters.size > 0 && !isPausedOrMaxed(queue)) queue.waiters.wake(jobs);
}

/** Wakes workers after an active job made room, or a limit was lifted. */
export function wakeForRoom(queue: QueueState): void {
  if (queue.waiters.size === 0) return;
  wake(queue, queue.wait.size + queue.prioritized.size);
  queue.waiters.dueChanged();
}

/** Whether a worker that asks now may find a job. */
export function hasJobToGive(queue: QueueState): boolean {
  if (isPausedOrMaxed(queue)) return false;
  if (queue.wait.size + queue.prioritized.size > 0) return true;
  const first = queue.delayed.first;
  return first !== undefined && first.rank <= queue.time.steady();
}

/** The job if it is in this place, else undefined. */
export function jobIn(queue: QueueState, jobId: string, place: JobPlace): StoredJob | undefined {
  const job = queue.jobs.get(jobId);
  return job?.place === place ? job : undefined;
}
