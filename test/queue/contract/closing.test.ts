import { expect, it } from 'vitest';
import { eventually, gate, onEachBackend, take } from './ground.ts';

onEachBackend((ground) => {
  it('waits on a graceful close for the jobs under way, and takes no more', async () => {
    const queue = ground.queue();
    const { opened, open } = gate();
    const started: string[] = [];
    const worker = ground.worker(
      queue,
      async ({ name }) => {
        started.push(name);
        await opened;
      },
      { concurrency: 2 },
    );
    await queue.addBulk(['a', 'b', 'c', 'd'].map((name) => ({ name, data: {} })));
    await eventually(() => expect(started).toHaveLength(2));
    let closed = false;
    const closing = worker.close().then(() => (closed = true));
    await queue.getJobCounts();
    expect(closed).toBe(false);
    open();
    await closing;
    expect(await queue.getJobCounts('active', 'completed', 'waiting')).toEqual({ active: 0, completed: 2, waiting: 2 });
    expect(started).toHaveLength(2);
  });

  it('does not wait on a forced close, and another worker runs the job again', async () => {
    const queue = ground.queue();
    const { opened, open } = gate();
    const options = { lockDuration: 100, stalledInterval: 50 };
    let started = false;
    const worker = ground.worker(
      queue,
      async () => {
        started = true;
        await opened;
        return 'abandoned';
      },
      options,
    );
    await queue.add('a', {});
    await eventually(() => expect(started).toBe(true));
    await worker.close(true);
    expect(await queue.getActiveCount()).toBe(1);
    ground.worker(queue, async () => await Promise.resolve('rescued'), { stalledInterval: 50 });
    await eventually(async () => expect(await queue.getJobState('1')).toBe('completed'));
    open();
    expect((await queue.getJob('1'))?.returnvalue).toBe('rescued');
  });

  it('closes a worker that waits at once', async () => {
    const queue = ground.queue();
    const worker = ground.worker(queue, async () => await Promise.resolve(null), { drainDelay: 60 });
    const { opened, open } = gate();
    worker.once('drained', open);
    await opened;
    await worker.close();
    await queue.add('a', {});
    expect(await queue.getWaitingCount()).toBe(1);
  });

  it('takes no job while a worker is paused, and goes on when it is resumed', async () => {
    const queue = ground.queue();
    const names: string[] = [];
    const worker = ground.worker(queue, async ({ name }) => await Promise.resolve(names.push(name)), {
      drainDelay: 60,
    });
    await queue.add('before', {});
    await eventually(() => expect(names).toEqual(['before']));
    await worker.pause();
    await queue.add('during', {});
    expect(await queue.getWaitingCount()).toBe(1);
    await worker.resume();
    await eventually(() => expect(names).toEqual(['before', 'during']));
  });

  it('leaves the other workers of a queue alone when one closes', async () => {
    const queue = ground.queue();
    const names: string[] = [];
    const first = ground.worker(queue, async () => await Promise.resolve(names.push('first')), { drainDelay: 60 });
    ground.worker(queue, async () => await Promise.resolve(names.push('second')), { drainDelay: 60 });
    await eventually(async () => expect(await queue.getWorkersCount()).toBe(2));
    await first.close();
    await queue.add('a', {});
    await eventually(() => expect(names).toEqual(['second']));
  });

  it('refuses operations on a closed queue', async () => {
    const queue = ground.queue();
    await queue.waitUntilReady();
    await queue.close();
    await expect(queue.add('a', {})).rejects.toThrow('Connection is closed.');
    await expect(queue.getJobCounts()).rejects.toThrow('Connection is closed.');
  });

  it('keeps jobs when the queue they were added through is closed', async () => {
    const first = ground.queue();
    await first.add('a', {});
    await first.close();
    const second = ground.queue({ name: first.name });
    expect((await take(ground.hand(second))).name).toBe('a');
  });

  it('raises no error on the way', async () => {
    const queue = ground.queue();
    const worker = ground.worker(queue, async () => await Promise.resolve(null), { concurrency: 5 });
    const { source } = await ground.events(queue);
    await queue.addBulk(Array.from({ length: 50 }, (_, n) => ({ name: 'a', data: { n } })));
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(50));
    await worker.close();
    await source.close();
    await queue.close();
    expect(ground.errors).toEqual([]);
  });
});
