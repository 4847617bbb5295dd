import { expect, it } from 'vitest';
import { type Data, eventually, gate, onEachBackend, take, takeAllNames } from './ground.ts';

onEachBackend((ground) => {
  it('gives no job while the queue is paused, and all of them afterwards', async () => {
    const queue = ground.queue();
    await queue.add('before', {});
    await queue.pause();
    await queue.add('during', {});
    await queue.add('prioritized', {}, { priority: 1 });
    const names: string[] = [];
    ground.worker(
      queue,
      async ({ name }) => {
        names.push(name);
        return await Promise.resolve(null);
      },
      { drainDelay: 60 },
    );
    expect(await queue.isPaused()).toBe(true);
    expect(await ground.hand(queue).getNextJob('token', { block: false })).toBeUndefined();
    expect(await queue.getJobCounts('waiting', 'prioritized')).toEqual({ waiting: 2, prioritized: 1 });
    await queue.resume();
    expect(await queue.isPaused()).toBe(false);
    await eventually(() => expect(names).toEqual(['before', 'during', 'prioritized']));
  });

  it('keeps a delayed job that comes due while the queue is paused', async () => {
    const queue = ground.queue();
    await queue.pause();
    const job = await queue.add('a', {}, { delay: 20 });
    await eventually(() => expect(Date.now()).toBeGreaterThan(job.timestamp + 25));
    const worker = ground.hand(queue);
    expect(await worker.getNextJob('token', { block: false })).toBeUndefined();
    await queue.resume();
    expect((await take(worker)).name).toBe('a');
  });

  it('runs at most as many jobs at once as the queue allows over all workers', async () => {
    const queue = ground.queue();
    await queue.setGlobalConcurrency(2);
    expect(await queue.getGlobalConcurrency()).toBe(2);
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const processor = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      const { opened, open } = gate();
      release.push(open);
      await opened;
      running -= 1;
    };
    for (let n = 0; n < 3; n += 1) ground.worker(queue, processor, { concurrency: 5 });
    await queue.addBulk([1, 2, 3, 4, 5, 6].map((n) => ({ name: 'a', data: { n } })));
    await eventually(() => expect(running).toBe(2));
    expect(await queue.isMaxed()).toBe(true);
    await eventually(async () => {
      release.splice(0).forEach((open) => open());
      expect(await queue.getCompletedCount()).toBe(6);
    });
    expect(most).toBe(2);
    await queue.removeGlobalConcurrency();
    expect(await queue.getGlobalConcurrency()).toBeNull();
    expect(await queue.isMaxed()).toBe(false);
  });

  it('starts no more jobs in a window than the worker may', async () => {
    const queue = ground.queue();
    const starts: number[] = [];
    ground.worker(
      queue,
      async () => {
        starts.push(Date.now());
        return await Promise.resolve(null);
      },
      { limiter: { max: 2, duration: 200 }, concurrency: 5 },
    );
    await queue.addBulk([1, 2, 3, 4, 5].map((n) => ({ name: 'a', data: { n } })));
    await eventually(() => expect(starts).toHaveLength(5));
    // Half the window: this process may be late to note when a job started.
    expect((starts[2] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(100);
    expect((starts[4] ?? 0) - (starts[2] ?? 0)).toBeGreaterThanOrEqual(100);
  });

  it('tells how long a limited queue stays so, and forgets it when told', async () => {
    const queue = ground.queue();
    const worker = ground.hand(queue, { limiter: { max: 1, duration: 60_000 } });
    expect(await queue.getRateLimitTtl()).toBe(-2);
    expect(await queue.getRateLimitTtl(1)).toBe(0);
    await queue.addBulk([1, 2].map((n) => ({ name: `job-${n}`, data: {} })));
    await take(worker);
    const [job, id, wait] = (await worker.getBackend().moveToActive('token')) as [unknown, unknown, number];
    expect([job, id]).toEqual([null, 0]);
    expect(wait).toBeGreaterThan(50_000);
    expect(await queue.getRateLimitTtl(1)).toBeGreaterThan(50_000);
    expect(await queue.getRateLimitTtl(2)).toBe(0);
    expect(await queue.removeRateLimitKey()).toBe(1);
    expect(await queue.removeRateLimitKey()).toBe(0);
    expect((await take(ground.hand(queue))).name).toBe('job-2');
  });

  it("lets the queue's own rate limit go before the worker's", async () => {
    const queue = ground.queue();
    await queue.setGlobalRateLimit(1, 60_000);
    expect(await queue.getGlobalRateLimit()).toEqual({ max: 1, duration: 60_000 });
    await queue.addBulk([1, 2].map((n) => ({ name: 'a', data: { n } })));
    const worker = ground.hand(queue);
    await take(worker);
    expect(await worker.getNextJob('token', { block: false })).toBeUndefined();
    expect(await queue.getRateLimitTtl()).toBeGreaterThan(50_000);
    await queue.removeGlobalRateLimit();
    expect(await queue.getGlobalRateLimit()).toBeNull();
  });

  it('keeps settings of the queue as text beside its own', async () => {
    const queue = ground.queue({ streams: { events: { maxLen: 500 } } });
    await queue.waitUntilReady();
    await queue.pause();
    await queue.setGlobalConcurrency(7);
    await eventually(async () =>
      expect(await queue.getMeta()).toMatchObject({ concurrency: 7, maxLenEvents: 500, paused: true }),
    );
    expect(await queue.getVersion()).toMatch(/^bullmq:6/);
  });

  it.each<[string, Data, string[]]>([
    ['to another priority', { priority: 1 }, ['changed', 'plain-2', 'plain-3']],
    ['to the same priority, last', { priority: 2 }, ['plain-2', 'changed', 'plain-3']],
    ['to the same priority, first', { priority: 2, lifo: true }, ['changed', 'plain-2', 'plain-3']],
    ['to none', {}, ['changed', 'plain-2', 'plain-3']],
  ])('changes the priority of a waiting job %s', async (_, change, order) => {
    const queue = ground.queue();
    const job = await queue.add('changed', {}, { priority: 100 });
    await queue.add('plain-2', {}, { priority: 2 });
    await queue.add('plain-3', {}, { priority: 3 });
    await job.changePriority(change);
    expect((await queue.getJob(job.id ?? ''))?.priority).toBe(change['priority'] ?? 0);
    expect(await takeAllNames(ground.hand(queue))).toEqual(order);
  });

  it('changes the delay of a delayed job only', async () => {
    const queue = ground.queue();
    const job = await queue.add('a', {}, { delay: 60_000 });
    await job.changeDelay(20);
    const names: string[] = [];
    ground.worker(queue, async ({ name }) => await Promise.resolve(names.push(name)));
    await eventually(() => expect(names).toEqual(['a']));
    await expect(job.changeDelay(5)).rejects.toThrow('Job 1 is not in the delayed state. changeDelay');
    await job.remove();
    await expect(job.changeDelay(5)).rejects.toThrow('Missing key for job 1. changeDelay');
    await expect(job.changePriority({ priority: 1 })).rejects.toThrow('Missing key for job 1. changePriority');
  });

  it('promotes one delayed job, or all of them in the order in which they were due', async () => {
    const queue = ground.queue();
    const worker = ground.hand(queue);
    const first = await queue.add('first', {}, { delay: 60_000 });
    await queue.add('third', {}, { delay: 50_000 });
    await queue.add('second', {}, { delay: 40_000 });
    await first.promote();
    await expect(first.promote()).rejects.toThrow('Job 1 is not in the delayed state. promote');
    expect(await queue.getJobState('1')).toBe('waiting');
    await queue.promoteJobs({ count: 1 });
    expect(await queue.getDelayedCount()).toBe(0);
    expect(await takeAllNames(worker)).toEqual(['first', 'second', 'third']);
  });
});
