import { expect, it } from 'vitest';
import { eventually, namesOf, onEachBackend, take } from './ground.ts';

onEachBackend((ground) => {
  it('adds no second job until the first has finished', async () => {
    const queue = ground.queue();
    const events = await ground.events(queue);
    const worker = ground.hand(queue);
    const opts = { deduplication: { id: 'only' } };
    const first = await queue.add('first', {}, opts);
    const second = await queue.add('second', {}, opts);
    expect(second.id).toBe(first.id);
    expect(await queue.getDeduplicationJobId('only')).toBe(first.id);
    const job = await take(worker);
    expect(job.deduplicationId).toBe('only');
    expect((await queue.add('third', {}, opts)).id).toBe(first.id);
    await job.moveToCompleted('', 'token', false);
    expect(await queue.getDeduplicationJobId('only')).toBeNull();
    expect((await queue.add('fourth', {}, opts)).id).not.toBe(first.id);
    await eventually(() =>
      expect(events.all.filter(([event]) => event === 'deduplicated')).toEqual([
        ['deduplicated', { jobId: '1', deduplicationId: 'only', deduplicatedJobId: '2' }],
        ['deduplicated', { jobId: '1', deduplicationId: 'only', deduplicatedJobId: '3' }],
      ]),
    );
  });

  it('holds an id for a time, even after its job has finished', async () => {
    const queue = ground.queue();
    const opts = { deduplication: { id: 'only', ttl: 80 } };
    const first = await queue.add('first', {}, opts);
    await (await take(ground.hand(queue))).moveToCompleted('', 'token', false);
    expect((await queue.add('second', {}, opts)).id).toBe(first.id);
    await eventually(async () => expect((await queue.add('third', {}, opts)).id).not.toBe(first.id));
  });

  it('puts the newest job in the place of a delayed one', async () => {
    const queue = ground.queue();
    const opts = { delay: 60_000, deduplication: { id: 'only', ttl: 60_000, extend: true, replace: true } };
    await queue.add('first', {}, opts);
    const second = await queue.add('second', {}, opts);
    expect(namesOf(await queue.getDelayed())).toEqual(['second']);
    expect(await queue.getDeduplicationJobId('only')).toBe(second.id);
    await second.promote();
    expect((await queue.add('third', {}, opts)).id).toBe(second.id);
  });

  it('runs the newest of the jobs added while one runs after it', async () => {
    const queue = ground.queue();
    const worker = ground.hand(queue);
    const opts = { deduplication: { id: 'only', keepLastIfActive: true } };
    await queue.add('first', {}, opts);
    const job = await take(worker);
    await queue.add('second', {}, opts);
    await queue.add('third', {}, opts);
    expect(await queue.getWaitingCount()).toBe(0);
    await job.moveToCompleted('', 'token', false);
    expect(namesOf(await queue.getWaiting())).toEqual(['third']);
    expect((await take(worker)).deduplicationId).toBe('only');
  });

  it('moves a delayed job to the delay of the newest', async () => {
    const queue = ground.queue();
    const deduplication = { id: 'only', reschedule: true };
    await queue.add('first', { n: 1 }, { delay: 60_000, deduplication });
    await queue.add('second', { n: 2 }, { delay: 1, deduplication });
    const worker = ground.hand(queue);
    await eventually(async () => {
      expect((await take(worker)).data).toEqual({ n: 1 });
    });
  });

  it('frees an id when its job is removed, or when told', async () => {
    const queue = ground.queue();
    const opts = { deduplication: { id: 'only' } };
    const first = await queue.add('first', {}, opts);
    await first.remove();
    expect(await queue.getDeduplicationJobId('only')).toBeNull();
    const second = await queue.add('second', {}, opts);
    expect(await queue.removeDeduplicationKey('only')).toBe(1);
    expect(await queue.removeDeduplicationKey('only')).toBe(0);
    const third = await queue.add('third', {}, opts);
    expect(await second.removeDeduplicationKey()).toBe(false);
    expect(await third.removeDeduplicationKey()).toBe(true);
  });
});
