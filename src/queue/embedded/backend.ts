import type {
  FinishedStatus,
  IQueueBackend,
  JobJson,
  JobProgress,
  JobState,
  JobType,
  KeepJobs,
  MinimalJob,
  MoveToDelayedOpts,
  RetryJobOpts,
  RetryOptions,
} from 'bullmq';
import type { Milliseconds } from '../../core/duration.ts';
import { addJobs, type JobToAdd } from './adding.ts';
import { keyHolder } from './deduplication.ts';
import { type FetchedJob, moveToActive } from './fetching.ts';
import { type Ending, type Finish, type Finished, moveToFinished } from './finishing.ts';
import * as getters from './getters.ts';
import { extendLock, recoverStalled } from './locks.ts';
import { readMetrics } from './metrics.ts';
import { clean, drain, obliterate, remove } from './removing.ts';
import * as retrying from './retrying.ts';
import { EmbeddedSettings } from './settings.ts';
import { hasJobToGive, isMaxed, wakeForRoom } from './state/queue-state.ts';
import { toJobJson } from './state/stored-job.ts';

type Finishing = Pick<Finish, 'keep' | 'wantsNext' | 'fields'> & { readonly token: string };

/**
 * BullMQ's store interface on one queue in memory. Every operation runs to its end at once, so each is atomic; what it
 * does is in the file it delegates to. Fails like the Redis backend, with the same words and codes.
 */
export class EmbeddedBackend extends EmbeddedSettings implements IQueueBackend {
  forQueue(name: string, prefix: string = this.prefix): EmbeddedBackend {
    const onClosed = (): void => undefined;
    return new EmbeddedBackend({
      ...this.parts,
      name,
      isWorker: false,
      onClosed,
      opts: { ...this.parts.opts, prefix },
    });
  }

  async addJob(job: JobJson, jobId: string): Promise<string> {
    const [id = ''] = addJobs(this.queue, [{ job, jobId }]);
    return id;
  }

  async addJobs(entries: JobToAdd[]): Promise<string[]> {
    return addJobs(this.queue, entries);
  }

  async moveToActive(token: string, workerName?: string): Promise<FetchedJob> {
    return moveToActive(this.queue, this.fetchWith(token, workerName));
  }

  // The signatures with five and six parameters are BullMQ's.
  // oxlint-disable-next-line max-params
  async moveToCompleted<T, R, N extends string>(
    job: MinimalJob<T, R, N>,
    value: R,
    keep: boolean | number | KeepJobs,
    token: string,
    wantsNext: boolean,
  ): Promise<Finished> {
    const ending: Ending = { state: 'completed', text: JSON.stringify(value) ?? 'null' };
    const kept = this.keepFor(keep, this.parts.opts.removeOnComplete);
    return this.#finish(job, ending, { token, keep: kept, wantsNext, fields: undefined });
  }

  // oxlint-disable-next-line max-params
  async moveToFailed<T, R, N extends string>(
    job: MinimalJob<T, R, N>,
    reason: string,
    keep: boolean | number | KeepJobs,
    token: string,
    wantsNext: boolean,
    fields?: Record<string, string>,
  ): Promise<Finished> {
    const ending: Ending = { state: 'failed', text: reason ?? 'null' };
    return this.#finish(job, ending, {
      token,
      keep: this.keepFor(keep, this.parts.opts.removeOnFail),
      wantsNext,
      fields,
    });
  }

  // oxlint-disable-next-line max-params
  async moveToDelayed(
    jobId: string,
    from: Milliseconds,
    delay: Milliseconds,
    token = '0',
    opts: MoveToDelayedOpts = {},
  ): Promise<FetchedJob | []> {
    const wantsNext = opts.fetchNext === true && this.closing === undefined;
    const fields = opts.fieldsToUpdate;
    const move = { jobId, from, delay, skipAttempt: opts.skipAttempt === true, wantsNext, fields };
    return retrying.moveToDelayed(this.queue, move, this.fetchWith(token, this.parts.opts.name));
  }

  async moveJobFromActiveToWait(jobId: string, token = '0'): Promise<Milliseconds> {
    return retrying.returnActive(this.queue, jobId, token);
  }

  async retryJob(jobId: string, lifo: boolean, token = '0', opts: RetryJobOpts = {}): Promise<void> {
    retrying.retryActive(this.queue, jobId, { lifo, token, fields: opts.fieldsToUpdate });
  }

  async retryFinishedJob<T, R, N extends string>(
    job: MinimalJob<T, R, N>,
    state: FinishedStatus,
    { resetAttemptsMade = false, resetAttemptsStarted = false }: RetryOptions = {},
  ): Promise<void> {
    const lifo = job.opts.lifo === true;
    retrying.retryFinished(this.queue, { jobId: idOf(job), state, lifo, resetAttemptsMade, resetAttemptsStarted });
  }

  async retryFinishedJobs(state: FinishedStatus = 'failed', count = 1000, until?: Milliseconds): Promise<number> {
    const limit = until ?? this.queue.time.wall();
    return retrying.retryAllFinished(this.queue, state, count, limit) ? 1 : 0;
  }

  async promote(jobId: string): Promise<void> {
    retrying.promote(this.queue, jobId);
  }

  async promoteJobs(count = 1000): Promise<number> {
    return retrying.promoteAll(this.queue, count) ? 1 : 0;
  }

  async changeDelay(jobId: string, delay: Milliseconds): Promise<void> {
    retrying.changeDelay(this.queue, jobId, delay);
  }

  async changePriority(jobId: string, priority = 0, lifo = false): Promise<void> {
    retrying.changePriority(this.queue, jobId, priority, lifo);
  }

  async moveStalledJobsToWait(): Promise<string[]> {
    const { maxStalledCount = 1, stalledInterval = 30_000 } = this.parts.opts;
    return recoverStalled(this.queue, maxStalledCount, stalledInterval);
  }

  async extendLock(jobId: string, token: string, duration: Milliseconds): Promise<number> {
    return extendLock(this.queue, jobId, token, duration) ? 1 : 0;
  }

  async extendLocks(jobIds: string[], tokens: string[], duration: Milliseconds): Promise<string[]> {
    return jobIds.filter((jobId, index) => !extendLock(this.queue, jobId, tokens[index] ?? '', duration));
  }

  async pause(pause: boolean): Promise<void> {
    const { queue } = this;
    if (pause) queue.meta.set({ paused: 1 });
    else queue.meta.remove(['paused']);
    queue.events.append(['event', pause ? 'paused' : 'resumed']);
    if (hasJobToGive(queue)) wakeForRoom(queue);
  }

  async remove(jobId: string): Promise<number> {
    return remove(this.queue, jobId) ? 1 : 0;
  }

  async drain(delayed: boolean): Promise<void> {
    drain(this.queue, delayed);
  }

  async cleanJobsByState(state: string, until: Milliseconds, limit = 0): Promise<string[]> {
    return clean(this.queue, state, until, limit);
  }

  async obliterate({ force }: { force: boolean }): Promise<number> {
    obliterate(this.queue, force);
    return 0;
  }

  /** A job here is its own record: none can be orphaned. */
  async removeOrphanedJobs(): Promise<number> {
    return 0;
  }

  async updateData<T, R, N extends string>(job: MinimalJob<T, R, N>, data: T): Promise<void> {
    getters.existing(this.queue, idOf(job), 'updateData').data = JSON.stringify(data);
  }

  async updateProgress(jobId: string, progress: JobProgress): Promise<void> {
    const job = getters.existing(this.queue, jobId, 'updateProgress');
    job.progress = JSON.stringify(progress);
    this.queue.events.append(['event', 'progress', 'jobId', jobId, 'data', job.progress]);
  }

  async addLog(jobId: string, row: string, keep?: number): Promise<number> {
    return getters.addLog(this.queue, jobId, row, keep);
  }

  async clearLogs(jobId: string, keep?: number): Promise<void> {
    getters.clearLogs(this.queue, jobId, keep);
  }

  async removeDeduplicationKey(deduplicationId: string, jobId: string): Promise<number> {
    return keyHolder(this.queue, deduplicationId) === jobId ? this.deleteDeduplicationKey(deduplicationId) : 0;
  }

  async deleteDeduplicationKey(deduplicationId: string): Promise<number> {
    const isHeld = keyHolder(this.queue, deduplicationId) !== undefined;
    this.queue.deduplication.delete(deduplicationId);
    return isHeld ? 1 : 0;
  }

  async getDeduplicationJobId(deduplicationId: string): Promise<string | null> {
    return keyHolder(this.queue, deduplicationId) ?? null;
  }

  async getState(jobId: string): Promise<JobState | 'unknown'> {
    return getters.getState(this.queue, jobId);
  }

  async isFinished(jobId: string, withValue = false): Promise<number | [number, string]> {
    return getters.isFinished(this.queue, jobId, withValue);
  }

  async isMaxed(): Promise<boolean> {
    return isMaxed(this.queue);
  }

  async isJobInState(state: string, jobId: string): Promise<boolean> {
    return getters.isInState(this.queue, state, jobId);
  }

  async getJobData(jobId: string): Promise<JobJson | undefined> {
    const job = this.queue.jobs.get(jobId);
    return job === undefined ? undefined : toJobJson(job);
  }

  async getJobLogs(
    jobId: string,
    start: number,
    end: number,
    asc: boolean,
  ): Promise<{ logs: string[]; count: number }> {
    return getters.jobLogs(this.queue, jobId, { start, end }, asc);
  }

  async getCounts(types: JobType[], dueBefore?: Milliseconds): Promise<number[]> {
    return getters.counts(this.queue, types, dueBefore);
  }

  async getCountsPerPriority(priorities: number[]): Promise<number[]> {
    return getters.countsPerPriority(this.queue, priorities);
  }

  async getRanges(types: JobType[], start = 0, end = 1, asc = false): Promise<[string][]> {
    // BullMQ's type says one id a state; it means a list.
    return getters.ranges(this.queue, types, { start, end }, asc) as [string][];
  }

  async getMetrics(state: FinishedStatus, start = 0, end = -1): Promise<[string[], string[], number]> {
    return readMetrics(this.queue, state, start, end);
  }

  #finish<T, R, N extends string>(job: MinimalJob<T, R, N>, ending: Ending, how: Finishing): Finished {
    const { metrics, name } = this.parts.opts;
    const finish: Finish = {
      jobId: idOf(job),
      ending,
      keep: how.keep,
      fields: how.fields,
      attempts: job.opts.attempts ?? 0,
      metricsMinutes: metrics?.maxDataPoints ?? 0,
      wantsNext: how.wantsNext && this.closing === undefined,
    };
    return moveToFinished(this.queue, finish, this.fetchWith(how.token, name));
  }
}

function idOf(job: { readonly id?: string }): string {
  return job.id ?? '';
}
