import { once } from 'node:events';
import { createRequire } from 'node:module';
import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { AppError } from '../../../src/core/errors.ts';
import { embeddedBackend, EmbeddedStore } from '../../../src/queue/embedded/index.ts';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

function open(): { queue: Queue<object>; flows: FlowProducer } {
  const store = new EmbeddedStore(systemClock);
  const backend = embeddedBackend(store);
  const queue = new Queue('refusing', { connection: {} }, backend);
  const flows = new FlowProducer({ connection: {} }, backend);
  opened.push(queue, flows, store);
  return { queue: queue as unknown as Queue<object>, flows: flows as unknown as FlowProducer };
}

describe('what the embedded queue does not carry', () => {
  const tree = { name: 'parent', queueName: 'refusing', children: [{ name: 'child', queueName: 'refusing' }] };
  const parent = { id: '1', queue: 'bull:refusing' };

  it.each<[string, RegExp, (parts: ReturnType<typeof open>) => Promise<unknown>]>([
    ['a flow', /adding a flow/, ({ flows }) => flows.add(tree)],
    ['several flows', /adding a flow/, ({ flows }) => flows.addBulk([tree])],
    ['a child', /a job with a parent/, ({ queue }) => queue.add('child', {}, { parent })],
    ['a child in bulk', /parent/, ({ queue }) => queue.addBulk([{ name: 'child', data: {}, opts: { parent } }])],
    ['a job scheduler', /adding a job scheduler/, ({ queue }) => queue.upsertJobScheduler('id', { every: 1000 })],
    [
      'a cron pattern',
      /adding a job scheduler/,
      ({ queue }) => queue.upsertJobScheduler('id', { pattern: '* * * * *' }),
    ],
    ['waiting for children', /children/, ({ queue }) => queue.getBackend().moveToWaitingChildren('1', '0')],
    ["removing a child's dependency", /dependency/, ({ queue }) => queue.getBackend().removeChildDependency('1', 'a')],
  ])('is refused: %s', async (_, message, attempt) => {
    const parts = open();
    const error: unknown = await attempt(parts).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'queue_unsupported', message: expect.stringMatching(message) as string });
    expect((error as AppError).hint).toMatch(/Redis/);
    expect(await parts.queue.getJobCountByTypes()).toBe(0);
  });

  it('adds none of a batch when one of it is refused', async () => {
    const { queue } = open();
    const batch = [
      { name: 'good', data: {} },
      { name: 'child', data: {}, opts: { parent } },
    ];
    await expect(queue.addBulk(batch)).rejects.toThrow(/parent/);
    expect(await queue.count()).toBe(0);
  });

  it('is truthfully answered to be absent when only asked about', async () => {
    const { queue } = open();
    const job = await queue.add('a', {});
    expect(await queue.getJobSchedulers()).toEqual([]);
    expect(await queue.getJobSchedulersCount()).toBe(0);
    expect(await queue.removeJobScheduler('id')).toBe(false);
    expect(await job.getChildrenValues()).toEqual({});
    expect(await job.getDependenciesCount()).toEqual({ processed: 0, unprocessed: 0, ignored: 0, failed: 0 });
    expect(await queue.getWaitingChildrenCount()).toBe(0);
    expect(await queue.removeOrphanedJobs()).toBe(0);
  });
});

describe('the store', () => {
  it('lets BullMQ run without loading ioredis', async () => {
    const { queue } = open();
    await queue.add('a', {});
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    expect(loaded.some((path) => path.includes('node_modules/bullmq/'))).toBe(true);
    expect(loaded.filter((path) => path.includes('node_modules/ioredis/'))).toEqual([]);
  });

  it('ends every wait and refuses what comes after when it is closed', async () => {
    const store = new EmbeddedStore(systemClock);
    const factory = embeddedBackend(store);
    const worker = factory('closing', { connection: {} }, { withBlockingConnection: true });
    const reader = factory('closing', { connection: {} }, { blocking: true });
    const waiting = worker.waitForJob(3600);
    const reading = reader.readEvents('$', 0);
    await store.close();
    expect(await waiting).toEqual({ member: '', score: Infinity });
    expect(await reading).toBeNull();
    await expect(worker.moveToActive('token')).rejects.toThrow('Connection is closed.');
  });

  it('leaves no timer behind when workers and the store are closed', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const store = new EmbeddedStore(systemClock);
    const backend = embeddedBackend(store);
    const queue = new Queue('timers', { connection: {} }, backend);
    const worker = new Worker('timers', () => Promise.resolve(), { connection: {} }, backend);
    const events = new QueueEvents('timers', { connection: {} }, backend);
    const started = Promise.all([once(worker, 'ready'), once(worker, 'drained')]);
    await queue.add('later', {}, { delay: 60_000 });
    await started;
    await Promise.all([worker.close(), events.close(), queue.close()]);
    await store.close();
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
