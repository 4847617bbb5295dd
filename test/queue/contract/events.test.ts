import { QueueEventsProducer } from 'bullmq';
import { expect, it } from 'vitest';
import { eventually, onEachBackend, take } from './ground.ts';

onEachBackend((ground) => {
  it('tells the life of a job', async () => {
    const queue = ground.queue();
    const events = await ground.events(queue);
    await queue.add('a', {}, { attempts: 2, jobId: 'x' });
    let tries = 0;
    ground.worker(queue, async (job) => {
      tries += 1;
      if (tries === 1) throw new Error('once');
      await job.updateProgress(50);
      return { fine: true };
    });
    await eventually(() =>
      expect(events.all.filter(([event]) => event !== 'drained')).toEqual([
        ['added', { jobId: 'x', name: 'a' }],
        ['waiting', { jobId: 'x' }],
        ['active', { jobId: 'x', prev: 'waiting' }],
        ['waiting', { jobId: 'x', prev: 'active' }],
        ['active', { jobId: 'x', prev: 'waiting' }],
        ['progress', { jobId: 'x', data: 50 }],
        ['completed', { jobId: 'x', returnvalue: { fine: true }, prev: 'active' }],
      ]),
    );
    await eventually(() => expect(events.all.at(-1)?.[0]).toBe('drained'));
  });

  it('tells of failures, delays, removals and the queue itself', async () => {
    const queue = ground.queue();
    const events = await ground.events(queue);
    const worker = ground.hand(queue);
    await queue.add('bad', {}, { jobId: 'bad', attempts: 1 });
    await (await take(worker)).moveToFailed(new Error('no'), 'token', false);
    const delayed = await queue.add('later', {}, { jobId: 'later', delay: 60_000 });
    await delayed.promote();
    await delayed.remove();
    await queue.pause();
    await queue.resume();
    await queue.clean(-1000, 10, 'failed');
    await eventually(() =>
      expect(events.all.slice(3).filter(([event]) => event !== 'drained')).toEqual([
        ['failed', { jobId: 'bad', failedReason: 'no', prev: 'active' }],
        ['retries-exhausted', { jobId: 'bad', attemptsMade: '1' }],
        ['added', { jobId: 'later', name: 'later' }],
        ['delayed', { jobId: 'later', delay: delayed.timestamp + 60_000 }],
        ['waiting', { jobId: 'later', prev: 'delayed' }],
        ['removed', { jobId: 'later', prev: 'wait' }],
        ['paused', {}],
        ['resumed', {}],
        ['cleaned', { count: '1' }],
      ]),
    );
  });

  it('lets a producer wait for the end of its job', async () => {
    const queue = ground.queue();
    const { source } = await ground.events(queue);
    ground.worker(queue, async ({ name }) => {
      if (name === 'bad') throw new Error('no luck');
      return await Promise.resolve({ fine: true });
    });
    const good = await queue.add('good', {});
    const bad = await queue.add('bad', {});
    expect(await good.waitUntilFinished(source, 5000)).toEqual({ fine: true });
    await expect(bad.waitUntilFinished(source, 5000)).rejects.toThrow('no luck');
    expect(await good.waitUntilFinished(source, 5000)).toEqual({ fine: true });
  });

  it('carries events of ones own', async () => {
    const queue = ground.queue();
    const events = await ground.events(queue);
    const backend = queue.getBackend();
    const producer = new QueueEventsProducer(queue.name, { connection: {} }, () => backend);
    await producer.publishEvent({ eventName: 'mine', answer: 42 });
    await eventually(() => expect(events.all).toEqual([['mine', { answer: '42' }]]));
  });

  it('gives events from an id on, and none that came before', async () => {
    const queue = ground.queue();
    const backend = queue.getBackend();
    const first = await backend.publishEvent({ event: 'one' }, 100);
    const second = await backend.publishEvent({ event: 'two' }, 100);
    expect(await backend.readEvents(first, 1)).toEqual([[`bull:${queue.name}:events`, [[second, ['event', 'two']]]]]);
    expect(await backend.readEvents(second, 1)).toBeNull();
    expect(await backend.readEvents('$', 1)).toBeNull();
    const [before, beforeSequence] = first.split('-').map(Number);
    const [after, afterSequence] = second.split('-').map(Number);
    expect([after, afterSequence]).not.toEqual([before, beforeSequence]);
  });

  it('keeps about as many events as it may', async () => {
    const queue = ground.queue({ streams: { events: { maxLen: 10 } } });
    await queue.getVersion();
    for (let n = 0; n < 200; n += 1) await queue.add('a', { n }, { removeOnComplete: true });
    const kept = async (): Promise<number> => (await queue.getBackend().readEvents('0-0', 1))?.[0]?.[1].length ?? 0;
    // Redis drops whole nodes of about a hundred events.
    expect(await kept()).toBeLessThanOrEqual(10 + 110);
    await queue.trimEvents(0);
    expect(await kept()).toBeLessThanOrEqual(110);
  });
});
