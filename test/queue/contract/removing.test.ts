import { describe, expect, it } from 'vitest';
import { eventually, gate, idsOf, type Ground, onEachBackend, take } from './ground.ts';

type Queue = ReturnType<Ground['queue']>;

onEachBackend((ground) => {
  /** A queue with one job in each state, with an id after it; the active one is locked. */
  async function filled(): Promise<Queue> {
    const queue = ground.queue();
    const worker = ground.hand(queue);
    await queue.add('completed', {}, { jobId: 'the-completed' });
    await (await take(worker)).moveToCompleted('', 'token', false);
    await queue.add('failed', {}, { jobId: 'the-failed' });
    await (await take(worker)).moveToFailed(new Error('bad'), 'token', false);
    await queue.add('active', {}, { jobId: 'the-active' });
    await take(worker);
    await queue.add('waiting', {}, { jobId: 'the-waiting' });
    await queue.add('prioritized', {}, { jobId: 'the-prioritized', priority: 3 });
    await queue.add('delayed', {}, { jobId: 'the-delayed', delay: 60_000 });
    return queue;
  }

  async function whatIsLeft(queue: Queue): Promise<string[]> {
    const counts = await queue.getJobCounts();
    return Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([state]) => state)
      .sort();
  }

  const ALL = ['active', 'completed', 'delayed', 'failed', 'prioritized', 'waiting'];

  it.each(ALL.filter((state) => state !== 'active'))('removes a %s job', async (state) => {
    const queue = await filled();
    const job = await queue.getJob(`the-${state}`);
    await job?.remove();
    expect(await queue.getJob(`the-${state}`)).toBeUndefined();
    expect(await queue.getJobState(`the-${state}`)).toBe('unknown');
    expect(await whatIsLeft(queue)).toEqual(ALL.filter((other) => other !== state));
  });

  it('refuses to remove a job a worker holds', async () => {
    const queue = await filled();
    const job = await queue.getJob('the-active');
    await expect(job?.remove()).rejects.toThrow('Job the-active could not be removed because it is locked');
    expect(await queue.remove('the-active')).toBe(0);
    expect(await queue.getJobState('the-active')).toBe('active');
    expect(await queue.remove('the-waiting')).toBe(1);
    expect(await queue.remove('nowhere')).toBe(1);
  });

  it('removes an active job whose lock has ended', async () => {
    const queue = ground.queue();
    await queue.add('a', {}, { jobId: 'a' });
    await take(ground.hand(queue, { lockDuration: 1 }));
    await eventually(async () => expect(await queue.remove('a')).toBe(1));
    expect(await queue.getActiveCount()).toBe(0);
  });

  it.each([
    [false, ['active', 'completed', 'delayed', 'failed']],
    [true, ['active', 'completed', 'failed']],
  ])('drains what waits (delayed jobs too: %s)', async (delayed, left) => {
    const queue = await filled();
    await queue.drain(delayed);
    expect(await whatIsLeft(queue)).toEqual(left);
    expect(await queue.getJob('the-waiting')).toBeUndefined();
  });

  describe('cleaning', () => {
    it.each(['completed', 'failed', 'wait', 'prioritized', 'delayed'] as const)('cleans %s jobs', async (state) => {
      const queue = await filled();
      const name = state === 'wait' ? 'waiting' : state;
      await eventually(async () => expect(await queue.clean(0, 100, state)).toEqual([`the-${name}`]));
      expect(await whatIsLeft(queue)).toEqual(ALL.filter((other) => other !== name));
    });

    it('cleans active jobs only when nobody holds them', async () => {
      const queue = await filled();
      expect(await queue.clean(0, 100, 'active')).toEqual([]);
      await take(ground.hand(queue, { lockDuration: 1 }));
      await eventually(async () => expect(await queue.clean(0, 100, 'active')).toEqual(['the-waiting']));
    });

    it('leaves what is younger than the grace', async () => {
      const queue = await filled();
      for (const state of ['completed', 'failed', 'wait', 'prioritized', 'delayed'] as const) {
        expect(await queue.clean(60_000, 100, state)).toEqual([]);
      }
      expect(await whatIsLeft(queue)).toEqual(ALL);
    });

    it('cleans no more than asked, oldest first', async () => {
      const queue = ground.queue();
      const ids = ['a', 'b', 'c', 'd'];
      await queue.addBulk(ids.map((jobId) => ({ name: 'a', data: {}, opts: { jobId } })));
      await eventually(async () => {
        expect((await queue.clean(0, 2, 'wait')).sort()).toEqual(['a', 'b']);
      });
      expect(idsOf(await queue.getWaiting())).toEqual(['c', 'd']);
    });
  });

  describe('obliterating', () => {
    it('refuses while there are active jobs, but leaves the queue paused', async () => {
      const queue = await filled();
      await expect(queue.obliterate()).rejects.toThrow('Cannot obliterate queue with active jobs');
      expect(await queue.isPaused()).toBe(true);
      expect(await whatIsLeft(queue)).toContain('active');
    });

    it('destroys everything when forced, and the worker of the active job is told', async () => {
      const queue = await filled();
      const job = await queue.getJob('the-active');
      await queue.obliterate({ force: true });
      expect(await whatIsLeft(queue)).toEqual([]);
      expect(await queue.getMeta()).toEqual({ paused: false });
      await expect(job?.moveToCompleted('', 'token', false)).rejects.toThrow('Missing key for job the-active');
      expect((await queue.add('again', {})).id).toBe('1');
    });

    it('destroys more jobs than fit in one step', async () => {
      const queue = ground.queue();
      await queue.addBulk(Array.from({ length: 25 }, (_, n) => ({ name: 'a', data: { n } })));
      await queue.obliterate({ count: 10 });
      expect(await queue.getJobCountByTypes()).toBe(0);
    });

    it('refuses a queue that is not paused when asked directly', async () => {
      const queue = ground.queue();
      await expect(queue.getBackend().obliterate({ force: true, count: 10 })).rejects.toThrow(
        'Cannot obliterate non-paused queue',
      );
    });
  });

  describe('running finished jobs again', () => {
    it.each(['completed', 'failed'] as const)('runs a %s job again', async (state) => {
      const queue = await filled();
      const job = await queue.getJob(`the-${state}`);
      await job?.retry(state);
      expect(await queue.getJobState(`the-${state}`)).toBe('waiting');
      const again = await queue.getJob(`the-${state}`);
      expect(again).toMatchObject({ attemptsMade: 1, attemptsStarted: 1, returnvalue: null });
      expect([again?.finishedOn, again?.processedOn, again?.failedReason]).toEqual([undefined, undefined, undefined]);
    });

    it('counts attempts from the start when asked', async () => {
      const queue = await filled();
      const job = await queue.getJob('the-failed');
      await job?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      expect(await queue.getJob('the-failed')).toMatchObject({ attemptsMade: 0, attemptsStarted: 0 });
    });

    it('refuses a job in another state, and one that is gone', async () => {
      const queue = await filled();
      const job = await queue.getJob('the-waiting');
      await expect(job?.retry('failed')).rejects.toMatchObject({
        message: 'Job the-waiting is not in the failed state. reprocessJob',
        code: -3,
      });
      await job?.remove();
      await expect(job?.retry('failed')).rejects.toMatchObject({
        message: 'Missing key for job the-waiting. reprocessJob',
        code: -1,
      });
    });

    it('runs all failed jobs again, or those up to a moment', async () => {
      const queue = ground.queue();
      const worker = ground.hand(queue);
      await queue.addBulk(['a', 'b', 'c'].map((jobId) => ({ name: jobId, data: {}, opts: { jobId } })));
      for (let n = 0; n < 3; n += 1) await (await take(worker)).moveToFailed(new Error('bad'), 'token', false);
      await queue.retryJobs({ timestamp: Date.now() - 60_000 });
      expect(await queue.getFailedCount()).toBe(3);
      await queue.retryJobs({ count: 2 });
      expect(await queue.getFailedCount()).toBe(0);
      expect(idsOf(await queue.getWaiting()).sort()).toEqual(['a', 'b', 'c']);
    });

    it('wakes a worker for a job that is run again', async () => {
      const queue = await filled();
      await queue.drain(true);
      const names: string[] = [];
      const { opened, open } = gate();
      const worker = ground.worker(queue, async ({ name }) => await Promise.resolve(names.push(name)), {
        drainDelay: 60,
      });
      worker.once('drained', open);
      await opened;
      await (await queue.getJob('the-failed'))?.retry();
      await eventually(() => expect(names).toEqual(['failed']));
    });
  });
});
