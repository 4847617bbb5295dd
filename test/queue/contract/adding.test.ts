import { expect, it } from 'vitest';
import { eventually, idsOf, namesOf, onEachBackend, take, takeAllNames } from './ground.ts';

onEachBackend((ground) => {
  it('numbers jobs without an id and counts custom ids along', async () => {
    const queue = ground.queue();
    const first = await queue.add('a', {});
    await queue.add('b', {}, { jobId: 'mine' });
    const [third, fourth] = await queue.addBulk([
      { name: 'c', data: {} },
      { name: 'd', data: {} },
    ]);
    expect([first.id, third?.id, fourth?.id]).toEqual(['1', '3', '4']);
  });

  it('gives the id of the job that is there when an id is added twice, and says so in an event', async () => {
    const queue = ground.queue();
    const events = await ground.events(queue);
    await queue.add('a', { version: 1 }, { jobId: 'same' });
    const again = await queue.add('a', { version: 2 }, { jobId: 'same' });
    const bulk = await queue.addBulk([{ name: 'a', data: { version: 3 }, opts: { jobId: 'same' } }]);
    expect([again.id, bulk[0]?.id]).toEqual(['same', 'same']);
    expect(await queue.getWaitingCount()).toBe(1);
    expect((await queue.getJob('same'))?.data).toEqual({ version: 1 });
    await eventually(() => expect(events.all.filter(([event]) => event === 'duplicated')).toHaveLength(2));
  });

  it('takes an id again once its job is removed on completion', async () => {
    const queue = ground.queue({ defaultJobOptions: { removeOnComplete: true } });
    const worker = ground.hand(queue);
    for (const round of [1, 2]) {
      await queue.add('a', { round }, { jobId: 'same' });
      const job = await take(worker);
      expect(job.data).toEqual({ round });
      await job.moveToCompleted('', 'token', false);
      expect(await queue.getJob('same')).toBeUndefined();
    }
  });

  it('keeps what the producer gave, whatever the producer does to it afterwards', async () => {
    const queue = ground.queue();
    const data = { list: [1] };
    const backoff = { type: 'fixed', delay: 5 };
    const job = await queue.add('a', data, { attempts: 3, backoff });
    data.list.push(2);
    backoff.delay = 99;
    job.opts.attempts = 99;
    const stored = await queue.getJob(job.id ?? '');
    expect(stored?.data).toEqual({ list: [1] });
    expect(stored?.opts).toEqual({ attempts: 3, backoff: { type: 'fixed', delay: 5 } });
  });

  it('hands out a copy to each reader', async () => {
    const queue = ground.queue();
    const { id = '' } = await queue.add('a', { list: [1] }, { backoff: { type: 'fixed', delay: 5 } });
    const one = await queue.getJob(id);
    Object.assign(one?.data ?? {}, { list: [1, 2] });
    Object.assign(one?.opts.backoff ?? {}, { delay: 99 });
    const other = await queue.getJob(id);
    expect(other?.data).toEqual({ list: [1] });
    expect(other?.opts.backoff).toEqual({ type: 'fixed', delay: 5 });
  });

  it('gives jobs in the order in which they were added', async () => {
    const queue = ground.queue();
    await queue.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {} })));
    await queue.add('d', {});
    expect(await takeAllNames(ground.hand(queue))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives a lifo job before those that wait', async () => {
    const queue = ground.queue();
    await queue.add('a', {});
    await queue.add('b', {}, { lifo: true });
    await queue.add('c', {}, { lifo: true });
    expect(await takeAllNames(ground.hand(queue))).toEqual(['c', 'b', 'a']);
  });

  it('gives jobs without priority first, then by priority, then by age', async () => {
    const queue = ground.queue();
    const jobs: [string, number | undefined][] = [
      ['late', 10],
      ['b', 2],
      ['first', undefined],
      ['a', 1],
      ['c', 2],
      ['latest', 2_097_151],
    ];
    await queue.addBulk(
      jobs.map(([name, priority]) => ({ name, data: {}, opts: priority === undefined ? {} : { priority } })),
    );
    expect(await queue.getCountsPerPriority([0, 1, 2, 3])).toEqual({ 0: 1, 1: 1, 2: 2, 3: 0 });
    expect(namesOf(await queue.getPrioritized())).toEqual(['a', 'b', 'c', 'late', 'latest']);
    expect(await takeAllNames(ground.hand(queue))).toEqual(['first', 'a', 'b', 'c', 'late', 'latest']);
  });

  it('runs delayed jobs when they are due, in the order in which they are due, and never early', async () => {
    const queue = ground.queue();
    const early: string[] = [];
    const order: string[] = [];
    ground.worker(queue, async (job) => {
      order.push(job.name);
      if (Date.now() < job.timestamp + (job.opts.delay ?? 0)) early.push(job.name);
      return await Promise.resolve(null);
    });
    await queue.addBulk([
      { name: 'third', data: {}, opts: { delay: 120 } },
      { name: 'second', data: {}, opts: { delay: 60 } },
      { name: 'first', data: {} },
      { name: 'fourth', data: {}, opts: { delay: 120 } },
    ]);
    await eventually(() => expect(order).toEqual(['first', 'second', 'third', 'fourth']));
    expect(early).toEqual([]);
  });

  it('keeps delayed jobs of the same moment in the order of their adding', async () => {
    const queue = ground.queue();
    const timestamp = Date.now();
    const names = Array.from({ length: 20 }, (_, index) => `job-${index}`);
    await queue.addBulk(names.map((name) => ({ name, data: {}, opts: { delay: 50, timestamp } })));
    expect(namesOf(await queue.getDelayed())).toEqual(names);
    const taken: string[] = [];
    const worker = ground.hand(queue);
    await eventually(async () => {
      taken.push(...(await takeAllNames(worker)));
      expect(taken).toHaveLength(20);
    });
    expect(taken).toEqual(names);
  });

  it('runs a delayed job with a priority by that priority once it is due', async () => {
    const queue = ground.queue();
    const job = await queue.add('delayed', {}, { delay: 20, priority: 1 });
    await queue.add('patient', {}, { priority: 5 });
    const worker = ground.hand(queue);
    await eventually(() => expect(Date.now()).toBeGreaterThan(job.timestamp + 25));
    expect(await takeAllNames(worker)).toEqual(['delayed', 'patient']);
  });

  it('wakes a worker that waits as soon as a job is added', async () => {
    const queue = ground.queue();
    const seen: (string | undefined)[] = [];
    const worker = ground.worker(
      queue,
      async (job) => {
        seen.push(job.id);
        return await Promise.resolve(null);
      },
      { drainDelay: 60 },
    );
    await worker.waitUntilReady();
    for (const round of [1, 2, 3]) {
      await queue.add('a', { round });
      await eventually(() => expect(seen).toHaveLength(round));
    }
  });

  it('spreads a batch over several workers that wait', async () => {
    const queue = ground.queue();
    const by = new Set<string>();
    const options = { drainDelay: 60 };
    let running = 0;
    const processor = (name: string) => async (): Promise<void> => {
      by.add(name);
      running += 1;
      await eventually(() => expect(running).toBe(3));
    };
    for (const name of ['a', 'b', 'c']) ground.worker(queue, processor(name), { ...options, name });
    await eventually(async () => expect(await queue.getWorkersCount()).toBe(3));
    await queue.addBulk(['1', '2', '3'].map((name) => ({ name, data: {} })));
    await eventually(() => expect([...by].sort()).toEqual(['a', 'b', 'c']));
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(3));
  });

  it('shares a queue by prefix and name only', async () => {
    const one = ground.queue({ name: 'shared', prefix: 'one' });
    const two = ground.queue({ name: 'shared', prefix: 'two' });
    const same = ground.queue({ name: 'shared', prefix: 'one' });
    await one.add('a', {}, { jobId: 'x' });
    expect(await two.getWaitingCount()).toBe(0);
    expect(idsOf(await same.getWaiting())).toEqual(['x']);
  });

  it.each([
    ['an integer as id', { jobId: '12' }, /integers/],
    ['a colon in an id', { jobId: 'a:b' }, /cannot contain/],
    ['a fractional priority', { priority: 1.5 }, /float/],
    ['too low a priority', { priority: 2 ** 21 }, /between 0/],
  ])('refuses %s', async (_, opts, message) => {
    await expect(ground.queue().add('a', {}, opts)).rejects.toThrow(message);
  });
});
