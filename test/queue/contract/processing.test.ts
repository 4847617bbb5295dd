import { DelayedError, RateLimitError, UnrecoverableError, WaitingError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { type AnyJob, eventually, gate, onEachBackend, take } from './ground.ts';

onEachBackend((ground) => {
  describe('completing', () => {
    it('keeps the value, the times and the worker of a completed job', async () => {
      const queue = ground.queue();
      const before = Date.now();
      const { id = '' } = await queue.add('sum', { a: 1, b: 2 });
      ground.worker(queue, async ({ data }) => await Promise.resolve({ sum: Number(data['a']) + Number(data['b']) }), {
        name: 'adder',
      });
      await eventually(async () => expect(await queue.getJobState(id)).toBe('completed'));
      const job = await queue.getJob(id);
      expect(job).toMatchObject({ returnvalue: { sum: 3 }, attemptsMade: 1, attemptsStarted: 1, processedBy: 'adder' });
      expect(job?.processedOn).toBeGreaterThanOrEqual(before);
      expect(job?.finishedOn).toBeGreaterThanOrEqual(job?.processedOn ?? Infinity);
      expect(await job?.isCompleted()).toBe(true);
    });

    it.each([
      [undefined, null],
      [null, null],
      [0, 0],
      ['text', 'text'],
      [
        [1, { deep: true }],
        [1, { deep: true }],
      ],
    ])('carries the value %j over as %j', async (value, carried) => {
      const queue = ground.queue();
      const { id = '' } = await queue.add('a', {});
      ground.worker(queue, async () => await Promise.resolve(value));
      await eventually(async () => expect(await queue.getJobState(id)).toBe('completed'));
      expect((await queue.getJob(id))?.returnvalue).toEqual(carried);
    });

    it('gives the next job together with completing one, and nothing when there is none', async () => {
      const queue = ground.queue();
      await queue.addBulk([
        { name: 'a', data: { n: 1 } },
        { name: 'b', data: { n: 2 } },
      ]);
      const worker = ground.hand(queue);
      const first = await take(worker);
      const [data, id] = (await first.moveToCompleted('', 'token', true)) as [{ data: string }, string];
      expect([JSON.parse(data.data), id]).toEqual([{ n: 2 }, '2']);
      const second = await queue.getJob('2');
      expect(await second?.moveToCompleted('', 'token', true)).toEqual([]);
      expect(await queue.getJobCounts('active', 'completed')).toEqual({ active: 0, completed: 2 });
    });

    it('says when the next delayed job is due to a worker that has nothing else to do', async () => {
      const queue = ground.queue();
      await queue.add('now', {});
      const later = await queue.add('later', {}, { delay: 60_000 });
      const job = await take(ground.hand(queue));
      const next = (await job.moveToCompleted('', 'token', true)) as unknown[];
      expect(next.slice(0, 3)).toEqual([null, 0, 0]);
      expect(Math.abs(Number(next[3]) - (later.timestamp + 60_000))).toBeLessThanOrEqual(2);
    });

    it('runs at most as many jobs at once as the worker may', async () => {
      const queue = ground.queue();
      let running = 0;
      let most = 0;
      const { opened, open } = gate();
      ground.worker(
        queue,
        async () => {
          running += 1;
          most = Math.max(most, running);
          await opened;
          running -= 1;
        },
        { concurrency: 3 },
      );
      await queue.addBulk(Array.from({ length: 10 }, (_, n) => ({ name: 'a', data: { n } })));
      await eventually(() => expect(running).toBe(3));
      expect(await queue.getActiveCount()).toBe(3);
      open();
      await eventually(async () => expect(await queue.getCompletedCount()).toBe(10));
      expect(most).toBe(3);
    });

    it('runs every job of a large batch exactly once over several workers', async () => {
      const queue = ground.queue({ defaultJobOptions: { removeOnComplete: true } });
      const runs = new Map<string, number>();
      const processor = async ({ id = '' }: AnyJob): Promise<void> => {
        runs.set(id, (runs.get(id) ?? 0) + 1);
        return await Promise.resolve();
      };
      for (let n = 0; n < 3; n += 1) ground.worker(queue, processor, { concurrency: 7 });
      await queue.addBulk(
        Array.from({ length: 1000 }, (_, n) => ({ name: 'a', data: {}, opts: { jobId: `job-${n}` } })),
      );
      await eventually(() => expect(runs.size).toBe(1000));
      await eventually(async () => expect(await queue.getJobCountByTypes()).toBe(0));
      expect(new Set(runs.values())).toEqual(new Set([1]));
    });
  });

  describe('failing', () => {
    it('keeps the reason and the stack trace of a failed job', async () => {
      const queue = ground.queue();
      const { id = '' } = await queue.add('a', {});
      ground.worker(queue, async () => await Promise.reject(new Error('no luck')));
      await eventually(async () => expect(await queue.getJobState(id)).toBe('failed'));
      const job = await queue.getJob(id);
      expect(job).toMatchObject({ failedReason: 'no luck', attemptsMade: 1 });
      expect(job?.stacktrace?.[0]).toContain('Error: no luck');
    });

    it('does not try again after an UnrecoverableError', async () => {
      const queue = ground.queue();
      const { id = '' } = await queue.add('a', {}, { attempts: 5 });
      ground.worker(queue, async () => await Promise.reject(new UnrecoverableError('never')));
      await eventually(async () => expect(await queue.getJobState(id)).toBe('failed'));
      expect(await queue.getJob(id)).toMatchObject({ failedReason: 'never', attemptsMade: 1 });
    });

    it('tries again at once without a backoff, and stops when it works', async () => {
      const queue = ground.queue();
      const { id = '' } = await queue.add('a', {}, { attempts: 3 });
      ground.worker(queue, async ({ attemptsMade }) =>
        attemptsMade < 2 ? await Promise.reject(new Error(`try ${attemptsMade}`)) : 'done',
      );
      await eventually(async () => expect(await queue.getJobState(id)).toBe('completed'));
      const job = await queue.getJob(id);
      expect(job).toMatchObject({ attemptsMade: 3, attemptsStarted: 3, returnvalue: 'done' });
      expect(job?.stacktrace).toHaveLength(2);
    });

    it.each([
      ['fixed', { type: 'fixed', delay: 30 }, [30, 30]],
      ['exponential', { type: 'exponential', delay: 20 }, [20, 40]],
      ['custom', { type: 'custom' }, [15, 30]],
    ])('waits a %s time between attempts', async (_, backoff, gaps) => {
      const queue = ground.queue();
      const starts: number[] = [];
      const ends: number[] = [];
      ground.worker(
        queue,
        async () => {
          starts.push(Date.now());
          ends.push(Date.now());
          return await Promise.reject(new Error('again'));
        },
        { settings: { backoffStrategy: (attempts) => attempts * 15 } },
      );
      const { id = '' } = await queue.add('a', {}, { attempts: 3, backoff });
      await eventually(async () => expect(await queue.getJobState(id)).toBe('failed'));
      gaps.forEach((gap, index) =>
        expect((starts[index + 1] ?? 0) - (ends[index] ?? Infinity)).toBeGreaterThanOrEqual(gap),
      );
      expect(starts).toHaveLength(3);
    });

    it('shows a job that waits for its next attempt as delayed', async () => {
      const queue = ground.queue();
      await queue.add('a', {}, { attempts: 2, backoff: 60_000 });
      const job = await take(ground.hand(queue));
      await job.moveToFailed(new Error('later'), 'token');
      expect(await queue.getJob('1')).toMatchObject({ attemptsMade: 1, failedReason: 'later', delay: 60_000 });
      expect(await queue.getJobState('1')).toBe('delayed');
      expect(await queue.getDelayedCount(Date.now())).toBe(0);
      expect(await queue.getDelayedCount(Date.now() + 120_000)).toBe(1);
    });

    it('retries a job with a priority by its priority', async () => {
      const queue = ground.queue();
      await queue.add('again', {}, { attempts: 2, priority: 5 });
      const worker = ground.hand(queue);
      const job = await take(worker);
      await queue.add('urgent', {}, { priority: 1 });
      await job.moveToFailed(new Error('once'), 'token');
      expect((await take(worker)).name).toBe('urgent');
      expect((await take(worker, 'other')).name).toBe('again');
    });

    it('gives up a job that was started more often than the worker allows', async () => {
      const queue = ground.queue();
      const { id = '' } = await queue.add('a', {}, { attempts: 10 });
      ground.worker(queue, async () => await Promise.reject(new Error('again')), { maxStartedAttempts: 2 });
      await eventually(async () => expect(await queue.getJobState(id)).toBe('failed'));
      expect((await queue.getJob(id))?.attemptsStarted).toBe(2);
    });
  });

  describe('putting back from the processor', () => {
    it('delays a job without spending an attempt', async () => {
      const queue = ground.queue();
      const { id = '' } = await queue.add('a', {}, { attempts: 1 });
      ground.worker(queue, async (job, token) => {
        if (job.attemptsStarted > 1) return 'done';
        await job.moveToDelayed(Date.now() + 30, token);
        throw new DelayedError();
      });
      await eventually(async () => expect(await queue.getJobState(id)).toBe('completed'));
      expect(await queue.getJob(id)).toMatchObject({ attemptsMade: 1, attemptsStarted: 2 });
    });

    it('puts a job back to wait without spending an attempt', async () => {
      const queue = ground.queue();
      const { id = '' } = await queue.add('a', {});
      ground.worker(queue, async (job, token) => {
        if (job.attemptsStarted > 1) return 'done';
        await job.moveToWait(token);
        throw new WaitingError();
      });
      await eventually(async () => expect(await queue.getJobState(id)).toBe('completed'));
      expect(await queue.getJob(id)).toMatchObject({ attemptsMade: 1, attemptsStarted: 2 });
    });

    it('puts a job back when the processor hits a limit elsewhere', async () => {
      const queue = ground.queue();
      const { id = '' } = await queue.add('a', {});
      const starts: number[] = [];
      ground.worker(
        queue,
        async () => {
          starts.push(Date.now());
          if (starts.length > 1) return 'done';
          await queue.rateLimit(80);
          throw new RateLimitError();
        },
        { limiter: { max: 1000, duration: 1000 } },
      );
      await eventually(async () => expect(await queue.getJobState(id)).toBe('completed'));
      expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(75);
      expect((await queue.getJob(id))?.attemptsMade).toBe(1);
    });
  });

  describe('keeping finished jobs', () => {
    it.each([
      ['true', true, 0],
      ['false', false, 5],
      ['a count of 2', 2, 2],
      ['a count of 0', 0, 0],
      ['an object with a count of 3', { count: 3 }, 3],
      ['a generous age', { age: 3600 }, 5],
      ['a generous age and a count', { age: 3600, count: 1 }, 1],
    ])('keeps with removeOnComplete and removeOnFail %s what it says', async (_, keep, kept) => {
      const queue = ground.queue({ defaultJobOptions: { removeOnComplete: keep, removeOnFail: keep } });
      await queue.addBulk(Array.from({ length: 10 }, (_, n) => ({ name: n < 5 ? 'good' : 'bad', data: { n } })));
      let runs = 0;
      ground.worker(queue, async ({ name }) => {
        runs += 1;
        return await (name === 'bad' ? Promise.reject(new Error('bad')) : Promise.resolve('good'));
      });
      await eventually(async () => {
        expect(runs).toBe(10);
        expect(await queue.getJobCounts('active', 'completed', 'failed')).toEqual({
          active: 0,
          completed: kept,
          failed: kept,
        });
      });
      const newest = (await queue.getCompleted()).map(({ data }) => Number(data['n'])).sort((a, b) => a - b);
      expect(newest).toEqual([0, 1, 2, 3, 4].slice(5 - kept));
    });

    it("follows the worker's wish for jobs that have none", async () => {
      const queue = ground.queue();
      await queue.add('a', {});
      await queue.add('b', {}, { removeOnComplete: false });
      ground.worker(queue, async () => await Promise.resolve(null), { removeOnComplete: { count: 0 } });
      await eventually(async () => expect(await queue.getCompletedCount()).toBe(1));
      expect(await queue.getJob('1')).toBeUndefined();
    });

    it('forgets finished jobs that are older than the age when another one finishes', async () => {
      const queue = ground.queue({ defaultJobOptions: { removeOnComplete: { age: 0.05 } } });
      const worker = ground.hand(queue);
      await queue.add('old', {});
      await (await take(worker)).moveToCompleted('', 'token', false);
      const finishedOn = (await queue.getJob('1'))?.finishedOn ?? 0;
      await eventually(() => expect(Date.now()).toBeGreaterThan(finishedOn + 60));
      await queue.add('new', {});
      await (await take(worker)).moveToCompleted('', 'token', false);
      expect((await queue.getCompleted()).map(({ name }) => name)).toEqual(['new']);
    });
  });

  it('counts finished jobs a minute when the worker asks for it', async () => {
    const queue = ground.queue();
    ground.worker(queue, async () => await Promise.resolve(null), { metrics: { maxDataPoints: 60 } });
    await queue.addBulk([1, 2, 3].map((n) => ({ name: 'a', data: { n } })));
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(3));
    const { meta, data, count } = await queue.getMetrics('completed');
    expect(meta.count).toBe(3);
    expect(data).toHaveLength(count);
  });

  it('stores progress, logs and new data of a running job', async () => {
    const queue = ground.queue();
    const { id = '' } = await queue.add('a', { step: 1 });
    ground.worker(queue, async (job) => {
      await job.updateProgress({ done: 50 });
      await job.updateData({ step: 2 });
      expect(await job.log('one')).toBe(1);
      expect(await job.log('two')).toBe(2);
    });
    await eventually(async () => expect(await queue.getJobState(id)).toBe('completed'));
    expect(await queue.getJob(id)).toMatchObject({ progress: { done: 50 }, data: { step: 2 } });
    expect(await queue.getJobLogs(id)).toEqual({ logs: ['one', 'two'], count: 2 });
  });
});
