import type { MinimalJob } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { jobAt, openStill, takeId } from './embedded-ground.ts';

const asJob = (id: string): MinimalJob => ({ id, opts: { attempts: 1 } }) as MinimalJob;

describe('delayed jobs', () => {
  it('become available at their moment, not before', async () => {
    const { clock, backend } = openStill();
    await backend.addJob(jobAt(clock, { delay: 1000 }), 'a');
    clock.advance(999);
    expect(await takeId(backend)).toBeUndefined();
    clock.advance(1);
    expect(await takeId(backend)).toBe('a');
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('keep their time when the wall clock is set %s', async (_, step) => {
    const { clock, backend } = openStill();
    await backend.addJob(jobAt(clock, { delay: 1000 }), 'a');
    clock.setWallClockBy(step);
    await backend.addJob(jobAt(clock, { delay: 500 }), 'b');
    clock.advance(499);
    expect(await takeId(backend)).toBeUndefined();
    clock.advance(1);
    expect(await takeId(backend)).toBe('b');
    clock.advance(499);
    expect(await takeId(backend)).toBeUndefined();
    clock.advance(1);
    expect(await takeId(backend)).toBe('a');
  });

  it('tell a worker a moment that lies ahead on the wall clock it reads', async () => {
    const { clock, backend } = openStill();
    await backend.addJob(jobAt(clock, { delay: 1000 }), 'a');
    clock.setWallClockBy(3_600_000);
    const [, , , until] = (await backend.moveToActive('token')) as [unknown, unknown, unknown, number];
    expect(until - clock.now()).toBe(1000);
  });
});

describe('locks', () => {
  it('end with their duration, and are kept by extending them', async () => {
    const { clock, backend } = openStill({ lockDuration: 100 });
    await backend.addJob(jobAt(clock), 'a');
    await takeId(backend);
    clock.advance(99);
    expect(await backend.extendLock('a', 'token', 100)).toBe(1);
    clock.advance(99);
    expect(await backend.remove('a', false)).toBe(0);
    clock.advance(1);
    expect(await backend.extendLock('a', 'token', 100)).toBe(0);
    expect(await backend.remove('a', false)).toBe(1);
  });

  it('hold when the wall clock is set forward', async () => {
    const { clock, backend } = openStill({ lockDuration: 100 });
    await backend.addJob(jobAt(clock), 'a');
    await takeId(backend);
    clock.setWallClockBy(3_600_000);
    expect(await backend.extendLock('a', 'token', 100)).toBe(1);
  });
});

describe('stalled jobs', () => {
  it('are found at the second check after their lock has ended', async () => {
    const { clock, backend } = openStill();
    await backend.addJob(jobAt(clock), 'a');
    await takeId(backend);
    expect(await backend.moveStalledJobsToWait()).toEqual([]);
    clock.advance(5000);
    expect(await backend.moveStalledJobsToWait()).toEqual([]);
    clock.advance(5000);
    expect(await backend.moveStalledJobsToWait()).toEqual(['a']);
    expect(await takeId(backend, 'other')).toBe('a');
  });

  it('are spared when the lock was extended since the last check', async () => {
    const { clock, backend } = openStill();
    await backend.addJob(jobAt(clock), 'a');
    await takeId(backend);
    for (let check = 0; check < 5; check += 1) {
      expect(await backend.moveStalledJobsToWait()).toEqual([]);
      clock.advance(5000);
      await backend.extendLock('a', 'token', 10_000);
    }
  });
});

describe('the rate limit', () => {
  it('opens again when its window ends', async () => {
    const { clock, backend } = openStill({ limiter: { max: 2, duration: 1000 } });
    for (const id of ['a', 'b', 'c']) await backend.addJob(jobAt(clock), id);
    expect([await takeId(backend), await takeId(backend)]).toEqual(['a', 'b']);
    clock.advance(400);
    expect(await backend.moveToActive('token')).toEqual([null, 0, 600, 0]);
    clock.advance(600);
    expect(await takeId(backend)).toBe('c');
  });
});

it('adds a point to the metrics for each minute that passed, the oldest holding the count', async () => {
  const { clock, backend } = openStill({ metrics: { maxDataPoints: 3 } });
  const finish = async (id: string): Promise<void> => {
    await backend.addJob(jobAt(clock), id);
    await takeId(backend);
    await backend.moveToCompleted(asJob(id), null, true, 'token', false);
  };
  await finish('a');
  await finish('b');
  clock.advance(60_000);
  await finish('c');
  expect(await backend.getMetrics('completed')).toEqual([['3', String(clock.now()), '2'], ['2'], 1]);
  clock.advance(120_000);
  await finish('d');
  const [, points, count] = await backend.getMetrics('completed');
  expect([points, count]).toEqual([['0', '1', '2'], 3]);
});
