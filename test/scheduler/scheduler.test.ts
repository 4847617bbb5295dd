import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Monitor } from '../../src/core/monitor/monitor.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { traceIdOf } from '../../src/core/trace-id.ts';
import type { CheckProducer, CheckRequest } from '../../src/queue/check-producer.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';

/** A scheduler whose queue only writes down what it was given. */
function aScheduler(monitors: Monitor[]) {
  const clock = new ManualClock();
  const queued: CheckRequest[] = [];
  const missed: CheckResult[] = [];
  const underWay = new Set<string>();
  const known = new Set(monitors.map(({ id }) => id));
  const queue = { reachable: true, slow: false };
  const checks: Pick<CheckProducer, 'enqueue' | 'isUnderWay'> = {
    enqueue(requests) {
      if (!queue.reachable) return Promise.reject(new Error('no queue'));
      queued.push(...requests);
      if (queue.slow) for (const { monitor } of requests) underWay.add(monitor);
      return Promise.resolve();
    },
    isUnderWay: (id) => underWay.has(id),
  };
  const scheduler = new Scheduler({
    checks: checks as CheckProducer,
    results: {
      push(result) {
        missed.push(result);
        return Promise.resolve();
      },
    },
    definitions: { versionOf: (id) => (known.has(id) ? 'v1' : undefined) },
    clock,
    logger: pino({ level: 'silent' }),
    traceSeed: 'ab'.repeat(16),
    location: 'local',
  });
  scheduler.setMonitors(monitors);
  const run = (ms: number, step = 100): void => {
    for (let passed = 0; passed < ms; passed += step) {
      clock.advance(step);
      scheduler.tick();
    }
  };
  return { scheduler, clock, queued, missed, underWay, queue, run };
}

const second = (id: string): Monitor => aMonitor({ id, interval: 1000, timeout: 1000 });

describe('the scheduler', () => {
  it('queues each slot once, an interval apart', () => {
    const { queued, missed, run } = aScheduler([second('a')]);
    run(10_000);
    const slots = queued.map(({ slot }) => slot);
    expect(slots).toHaveLength(10);
    expect(slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0))).toEqual(Array(9).fill(1000));
    expect(missed).toEqual([]);
  });

  it('spreads the first checks of 10,000 monitors over the interval at once', () => {
    const monitors = Array.from({ length: 10_000 }, (_, index) => aMonitor({ id: `m${index}` }));
    const { queued, clock, run } = aScheduler(monitors);
    const start = clock.now();
    run(60_000, 1000);
    expect(queued).toHaveLength(10_000);
    const perSecond = Array.from({ length: 60 }, () => 0);
    for (const { slot } of queued) {
      const index = Math.floor((slot - start - 1) / 1000);
      perSecond[index] = (perSecond[index] ?? 0) + 1;
    }
    expect(Math.max(...perSecond)).toBeLessThan(240);
    expect(Math.min(...perSecond)).toBeGreaterThan(90);
  });

  it('keeps the phase when it starts again', () => {
    const first = aScheduler([aMonitor()]);
    first.run(120_000, 1000);
    const again = aScheduler([aMonitor()]);
    again.clock.advance(7_777_777);
    again.scheduler.setMonitors([aMonitor()]);
    again.run(120_000, 1000);
    expect((again.queued[0]?.slot ?? 1) % 60_000).toBe((first.queued[0]?.slot ?? 0) % 60_000);
  });

  it('records a slot as missed while the check before it is under way', () => {
    const { queued, missed, underWay, run } = aScheduler([second('a')]);
    underWay.add('a');
    run(3000);
    expect(queued).toEqual([]);
    expect(missed.map(({ reason, status }) => [reason, status])).toEqual(
      Array.from({ length: 3 }, () => ['missed_overlap', 'unknown']),
    );
    underWay.clear();
    run(1000);
    expect(queued).toHaveLength(1);
  });

  it('runs only the newest slot after a stall and records the others as missed', () => {
    const { scheduler, clock, queued, missed } = aScheduler([second('a')]);
    clock.advance(5500);
    scheduler.tick();
    expect(queued).toHaveLength(1);
    expect(clock.now() - (queued[0]?.slot ?? 0)).toBeLessThan(1000);
    expect(missed.map(({ reason }) => reason)).toEqual(Array(missed.length).fill('missed_late'));
    expect(missed.length + queued.length).toBeGreaterThanOrEqual(5);
    expect(new Set([...missed, ...queued].map(({ slot }) => slot)).size).toBe(missed.length + queued.length);
  });

  it('records a slot as missed when the queue cannot be reached, and goes on when it returns', async () => {
    const { queued, missed, queue, run } = aScheduler([second('a')]);
    queue.reachable = false;
    run(2000);
    await Promise.resolve();
    await Promise.resolve();
    expect(missed.map(({ reason }) => reason)).toEqual(['queue_unavailable', 'queue_unavailable']);
    queue.reachable = true;
    run(1000);
    expect(queued).toHaveLength(1);
  });

  it.each([3_600_000, -3_600_000])('starts again from now when the wall clock jumps by %d ms', (jump) => {
    const { scheduler, clock, queued, run } = aScheduler([second('a')]);
    run(2000);
    const before = queued.length;
    clock.setWallClockBy(jump);
    scheduler.tick();
    expect(scheduler.state.clockJumps).toBe(1);
    expect(queued).toHaveLength(before);
    run(3000);
    expect(queued.slice(before)).toHaveLength(3);
    expect(queued.at(-1)?.slot).toBeLessThanOrEqual(clock.now());
    expect(clock.now() - (queued.at(-1)?.slot ?? 0)).toBeLessThan(1000);
  });

  it('follows a slowly slewed clock without calling it a jump', () => {
    const { scheduler, clock, run } = aScheduler([second('a')]);
    for (let step = 0; step < 100; step += 1) {
      clock.setWallClockBy(100);
      run(1000);
    }
    expect(scheduler.state.clockJumps).toBe(0);
  });

  it('keeps the next slot of a monitor whose interval stays, and leaves out disabled ones', () => {
    const { scheduler, queued, run } = aScheduler([second('a'), second('b')]);
    scheduler.setMonitors([
      { ...second('a'), name: 'Renamed' },
      { ...second('b'), enabled: false },
    ]);
    run(2000);
    expect(new Set(queued.map(({ monitor }) => monitor))).toEqual(new Set(['a']));
    expect(queued).toHaveLength(2);
  });

  it('gives the checks of monitors that send a trace its id, and others none', () => {
    const { queued, run } = aScheduler([second('a'), { ...aMonitor({ id: 'b', interval: 1000 }), traceparent: false }]);
    run(1000);
    const traces = new Map(queued.map(({ monitor, slot, trace }) => [monitor, { slot, trace }]));
    expect(traces.get('a')?.trace).toBe(traceIdOf('ab'.repeat(16), 'a', traces.get('a')?.slot ?? 0));
    expect(queued.find(({ monitor }) => monitor === 'b')).not.toHaveProperty('trace');
  });

  describe('told what results ask for', () => {
    const minute = aMonitor({ id: 'a', interval: 60_000, interval_down: 10_000 });
    const again = (at: number, attempt = 2) => ({ monitor: 'a', recheck: { at, attempt, avoid: 'here' }, down: false });
    const settled = (down: boolean) => ({ monitor: 'a', recheck: null, down });

    it('looks again at the moment that was asked for, once, and goes on in the old phase', () => {
      const { scheduler, clock, queued, missed, run } = aScheduler([minute]);
      run(60_000);
      const [regular] = queued.splice(0);
      const at = clock.now() + 5000;
      scheduler.order([again(at)]);
      run(4900);
      expect(queued).toEqual([]);
      run(200);
      expect(queued).toMatchObject([{ monitor: 'a', slot: at, attempt: 2, avoid: 'here', interval: 60_000 }]);
      run(60_000);
      expect(queued).toHaveLength(2);
      expect(queued[1]?.slot).toBe((regular?.slot ?? 0) + 60_000);
      expect(queued[1]).not.toHaveProperty('attempt');
      expect(missed).toEqual([]);
    });

    it('puts off none that is late: of a moment that has passed it looks again now', () => {
      const { scheduler, clock, queued, run } = aScheduler([minute]);
      scheduler.order([again(clock.now() - 100_000)]);
      const ordered = clock.now();
      run(100);
      expect(queued[0]?.slot).toBe(ordered);
    });

    it('takes back a look that waits, and replaces one by another', () => {
      const { scheduler, clock, queued, run } = aScheduler([minute]);
      const start = clock.now();
      scheduler.order([again(start + 5000)]);
      scheduler.order([settled(false)]);
      scheduler.order([again(start + 6000), again(start + 7000, 3)]);
      run(8000);
      expect(queued.filter(({ attempt }) => attempt !== undefined)).toMatchObject([{ slot: start + 7000, attempt: 3 }]);
    });

    it('leaves the slot out without a word while a look to confirm is to come or under way', () => {
      const { scheduler, queued, missed, underWay, queue, run } = aScheduler([second('a')]);
      run(1000);
      const slot = queued[0]?.slot ?? 0;
      queue.slow = true;
      scheduler.order([again(slot + 1400)]);
      run(3000);
      expect(queued.slice(1)).toMatchObject([{ slot: slot + 1400, attempt: 2 }]);
      expect(missed).toEqual([]);
      underWay.clear();
      queue.slow = false;
      run(1000);
      expect(queued).toHaveLength(3);
    });

    it('lets slots that come much sooner than the look to confirm count in its place', () => {
      const { scheduler, clock, queued, run } = aScheduler([second('a')]);
      scheduler.order([again(clock.now() + 5000)]);
      run(3000);
      expect(queued).toHaveLength(3);
    });

    it('leaves out a look to confirm that cannot be queued, and goes on with the next slot', async () => {
      const { scheduler, clock, queued, missed, queue, run } = aScheduler([minute]);
      queue.reachable = false;
      scheduler.order([again(clock.now() + 100)]);
      run(200);
      await Promise.resolve();
      queue.reachable = true;
      run(60_000);
      expect(missed).toEqual([]);
      expect(queued).toHaveLength(1);
      expect(queued[0]).not.toHaveProperty('attempt');
    });

    it('leaves out a look to confirm of a monitor that is being checked, was removed or lost its definition', () => {
      const { scheduler, clock, queued, missed, underWay, run } = aScheduler([minute]);
      underWay.add('a');
      scheduler.order([again(clock.now()), { ...again(clock.now()), monitor: 'nobody' }]);
      run(100);
      underWay.clear();
      scheduler.order([again(clock.now() + 200)]);
      scheduler.setMonitors([]);
      run(1000);
      expect([queued, missed]).toEqual([[], []]);
    });

    it('leaves looks to confirm to the next slot when the wall clock jumps', () => {
      const { scheduler, clock, queued, run } = aScheduler([minute]);
      scheduler.order([again(clock.now() + 5000)]);
      clock.setWallClockBy(-3_600_000);
      run(60_000);
      expect(queued).toHaveLength(1);
      expect(queued[0]).not.toHaveProperty('attempt');
    });

    it('checks at another interval while a monitor is down, and in the old phase afterwards', () => {
      const { scheduler, queued, run } = aScheduler([minute]);
      run(60_000);
      const phase = (queued.splice(0)[0]?.slot ?? 0) % 60_000;
      scheduler.order([settled(true)]);
      run(60_000);
      const slots = queued.splice(0).map(({ slot, interval }) => [slot % 10_000, interval]);
      expect(slots).toHaveLength(6);
      expect(new Set(slots.map(String)).size).toBe(1);
      // What a result speaks for stays the same: after the recovery the next one may be that far away.
      expect(slots[0]?.[1]).toBe(60_000);
      scheduler.order([settled(true)]);
      scheduler.setMonitors([{ ...minute, name: 'Renamed' }]);
      run(10_000);
      expect(queued.splice(0)).toHaveLength(1);
      scheduler.order([settled(false)]);
      run(120_000);
      expect(queued.map(({ slot }) => slot % 60_000)).toEqual([phase, phase]);
    });

    it('spreads the checks of 1,000 monitors that are down over their interval', () => {
      const monitors = Array.from({ length: 1000 }, (_, index) => aMonitor({ id: `m${index}`, interval_down: 10_000 }));
      const { scheduler, clock, queued, run } = aScheduler(monitors);
      const start = clock.now();
      scheduler.order(monitors.map(({ id }) => ({ monitor: id, recheck: null, down: true })));
      run(10_000, 1000);
      expect(queued).toHaveLength(1000);
      const perSecond = Array.from({ length: 10 }, () => 0);
      for (const { slot } of queued) perSecond[Math.floor((slot - start - 1) / 1000)]! += 1;
      expect(Math.max(...perSecond)).toBeLessThan(150);
    });

    it('wakes up in time for a look to confirm', () => {
      const { scheduler, clock } = aScheduler([minute]);
      scheduler.order([again(clock.now() + 123)]);
      expect(scheduler.tick()).toBe(123);
    });
  });

  it('never sleeps longer than half a second, and exactly until the next slot when that is sooner', () => {
    const { scheduler, clock, queued } = aScheduler([second('a')]);
    for (let sleep = scheduler.tick(); queued.length === 0; sleep = scheduler.tick()) {
      expect(sleep).toBeLessThanOrEqual(500);
      clock.advance(sleep);
    }
    expect(clock.now()).toBe(queued[0]?.slot ?? 0);
  });
});
