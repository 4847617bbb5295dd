import { expect, it } from 'vitest';
import { eventually, gate, onEachBackend, take } from './ground.ts';

/** The lock of this worker ends soon. */
const QUICK = { lockDuration: 60, stalledInterval: 60, drainDelay: 1 } as const;
/** This one looks often for others that were lost, and keeps its own locks on a busy machine. */
const STEADY = { ...QUICK, lockDuration: 5000 } as const;

onEachBackend((ground) => {
  it('runs the job of a worker that died on another worker, before the jobs that wait', async () => {
    const queue = ground.queue();
    await queue.add('lost', { n: 1 });
    await queue.add('next', { n: 2 });
    const dead = ground.hand(queue, QUICK);
    await take(dead);
    const order: string[] = [];
    const stalled: string[] = [];
    const rescued = gate();
    const rescuer = ground.worker(
      queue,
      async (job) => {
        order.push(job.name);
        if (job.name === 'next') await rescued.opened;
      },
      STEADY,
    );
    rescuer.on('stalled', (jobId) => {
      stalled.push(jobId);
      rescued.open();
    });
    await queue.add('last', { n: 3 });
    await eventually(() => expect(order).toEqual(['next', 'lost', 'last']));
    expect(stalled).toEqual(['1']);
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(3));
    expect(await queue.getJob('1')).toMatchObject({ stalledCounter: 1, attemptsStarted: 2, attemptsMade: 1 });
  });

  it('lets a worker that lost its job neither complete nor fail it', async () => {
    const queue = ground.queue();
    await queue.add('a', {});
    const slow = ground.hand(queue, QUICK);
    const job = await take(slow, 'slow');
    const other = ground.hand(queue, { ...STEADY, lockDuration: 60_000 });
    await eventually(async () => expect(await other.getBackend().moveStalledJobsToWait()).toEqual(['1']));
    await expect(job.moveToCompleted('late', 'slow', false)).rejects.toThrow('Missing lock for job 1. moveToFinished');
    await take(other, 'other');
    await expect(job.moveToCompleted('late', 'slow', false)).rejects.toThrow(
      'Lock mismatch for job 1. Cmd moveToFinished from active',
    );
    await expect(job.moveToFailed(new Error('late'), 'slow', false)).rejects.toMatchObject({ code: -6 });
    expect(await queue.getJobState('1')).toBe('active');
  });

  it('fails a job that stalls more often than allowed', async () => {
    const queue = ground.queue();
    await queue.add('a', {}, { attempts: 5 });
    await take(ground.hand(queue, QUICK));
    let ran = false;
    ground.worker(
      queue,
      async () => {
        ran = true;
        return await Promise.resolve(null);
      },
      { ...STEADY, maxStalledCount: 0 },
    );
    await eventually(async () => expect(await queue.getJobState('1')).toBe('failed'));
    expect((await queue.getJob('1'))?.failedReason).toBe('job stalled more than allowable limit');
    expect(ran).toBe(false);
  });

  it('fails a job that took its workers down more often than may be started', async () => {
    const queue = ground.queue();
    await queue.add('a', {}, { attempts: 5 });
    const options = { ...QUICK, maxStalledCount: 5, maxStartedAttempts: 2 };
    for (const token of ['first', 'second']) {
      const dead = ground.hand(queue, options);
      await eventually(async () => {
        await dead.getBackend().moveStalledJobsToWait();
        await take(dead, token);
      });
    }
    ground.worker(queue, async () => await Promise.resolve(null), options);
    await eventually(async () => expect(await queue.getJobState('1')).toBe('failed'));
    expect((await queue.getJob('1'))?.failedReason).toBe('job started more than allowable limit');
  });

  it('does not take a job from a worker that renews its lock', async () => {
    const queue = ground.queue();
    const { opened, open } = gate();
    let runs = 0;
    const processor = async (): Promise<void> => {
      runs += 1;
      await opened;
    };
    const holder = ground.worker(queue, processor, { ...QUICK, lockDuration: 500 });
    let renewals = 0;
    holder.on('locksRenewed', () => (renewals += 1));
    await queue.add('a', {});
    await eventually(() => expect(runs).toBe(1));
    ground.worker(queue, processor, STEADY);
    await eventually(() => expect(renewals).toBeGreaterThanOrEqual(3));
    open();
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(1));
    expect(runs).toBe(1);
    expect((await queue.getJob('1'))?.stalledCounter).toBe(0);
  });

  it('looks for stalled jobs at most once an interval, whoever asks', async () => {
    const queue = ground.queue();
    await queue.add('a', {});
    const one = ground.hand(queue, { lockDuration: 1, stalledInterval: 300 });
    const other = ground.hand(queue, { lockDuration: 1, stalledInterval: 300 });
    await take(one);
    await one.getBackend().moveStalledJobsToWait();
    expect(await other.getBackend().moveStalledJobsToWait()).toEqual([]);
    expect(await one.getBackend().moveStalledJobsToWait()).toEqual([]);
    await eventually(async () => expect(await other.getBackend().moveStalledJobsToWait()).toEqual(['1']));
  });

  it('extends only locks that are held', async () => {
    const queue = ground.queue();
    await queue.addBulk([1, 2].map((n) => ({ name: 'a', data: { n } })));
    const worker = ground.hand(queue, { lockDuration: 60_000 });
    const backend = worker.getBackend();
    await take(worker, 'mine');
    await take(worker, 'short');
    expect(await backend.extendLock('1', 'mine', 60_000)).toBe(1);
    expect(await backend.extendLock('1', 'other', 60_000)).toBe(0);
    expect(await backend.extendLock('9', 'mine', 60_000)).toBe(0);
    expect(await backend.extendLocks(['1', '2', '9'], ['mine', 'wrong', 'mine'], 60_000)).toEqual(['2', '9']);
    expect(await backend.extendLock('2', 'short', 1)).toBe(1);
    await eventually(async () => expect(await backend.extendLocks(['2'], ['short'], 1)).toEqual(['2']));
  });
});
