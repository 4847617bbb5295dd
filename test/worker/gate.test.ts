import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/worker/gate.ts';
import { fc } from '../support/property.ts';

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Options {
  readonly concurrency: number;
  readonly perHost?: number | null;
  /** How many monitors are not slow. */
  readonly quick?: number;
}

/** A gate for checks named `<host><number>`, which are slow when the host is in upper case. */
function aGate({ concurrency, perHost = null, quick = Infinity }: Options) {
  const gate = new Gate({ concurrency, per_host: perHost }, () => quick);
  const started: string[] = [];
  const leaves = new Map<string, () => void>();
  const enter = (checks: readonly string[], lastChecked = 0): Promise<void> => {
    for (const check of checks) {
      const host = check.slice(0, 1);
      void gate.enter({ host, slow: host === host.toUpperCase(), lastChecked }).then((leave) => {
        started.push(check);
        leaves.set(check, leave);
      });
    }
    return settle();
  };
  const leave = (check: string): Promise<void> => {
    const go = leaves.get(check);
    if (go === undefined) throw new Error(`${check} has not begun`);
    leaves.delete(check);
    go();
    return settle();
  };
  const running = (): string[] => [...leaves.keys()];
  return { gate, started, enter, leave, running };
}

describe('the gate', () => {
  it('lets so many begin, and then the next ones in the order in which they came', async () => {
    const { started, enter, leave } = aGate({ concurrency: 2 });
    await enter(['a1', 'b1', 'a2', 'c1']);
    expect(started).toEqual(['a1', 'b1']);
    await leave('b1');
    await leave('a1');
    expect(started).toEqual(['a1', 'b1', 'a2', 'c1']);
  });

  it('keeps a busy host waiting without keeping the others waiting', async () => {
    const { started, enter, leave } = aGate({ concurrency: 3, perHost: 1 });
    await enter(['a1', 'a2', 'a3', 'b1', 'c1', 'd1']);
    expect(started).toEqual(['a1', 'b1', 'c1']);
    await leave('b1');
    expect(started.at(-1)).toBe('d1');
    await leave('a1');
    expect(started.at(-1)).toBe('a2');
  });

  it('lets those that come later pass those that wait for their host', async () => {
    const { started, enter } = aGate({ concurrency: 3, perHost: 1 });
    await enter(['a1', 'a2']);
    await enter(['b1', 'c1']);
    expect(started).toEqual(['a1', 'b1', 'c1']);
  });

  it('sets no limit of their own for checks of no host', async () => {
    const gate = new Gate({ concurrency: 3, per_host: 1 });
    let started = 0;
    for (const host of [null, null, null]) {
      void gate.enter({ host, slow: false, lastChecked: 0 }).then(() => (started += 1));
    }
    await settle();
    expect(started).toBe(3);
  });

  it('takes over new limits at once', async () => {
    const { gate, started, enter } = aGate({ concurrency: 1, perHost: 1 });
    await enter(['a1', 'a2', 'b1']);
    expect(started).toEqual(['a1']);
    gate.setLimits({ concurrency: 10, per_host: null });
    await settle();
    expect(started).toEqual(['a1', 'a2', 'b1']);
  });
});

describe('the places for slow checks', () => {
  it('are half of all, so that those that hang never keep a quick one waiting', async () => {
    const { started, enter, running } = aGate({ concurrency: 4 });
    await enter(['A1', 'B1', 'C1', 'D1', 'E1']);
    expect(running()).toEqual(['A1', 'B1']);
    await enter(['a1', 'b1']);
    expect(started).toEqual(['A1', 'B1', 'a1', 'b1']);
  });

  it('are more where there are few quick monitors, and all where there is none', async () => {
    const few = aGate({ concurrency: 4, quick: 1 });
    await few.enter(['A1', 'B1', 'C1', 'D1']);
    expect(few.running()).toEqual(['A1', 'B1', 'C1']);
    await few.enter(['a1']);
    expect(few.running()).toHaveLength(4);
    const none = aGate({ concurrency: 4, quick: 0 });
    await none.enter(['A1', 'B1', 'C1', 'D1']);
    expect(none.running()).toHaveLength(4);
  });

  it('are there also where there is but one place', async () => {
    const { started, enter, leave } = aGate({ concurrency: 1 });
    await enter(['A1', 'a1']);
    expect(started).toEqual(['A1']);
    await leave('A1');
    expect(started).toEqual(['A1', 'a1']);
  });

  it('are given to the monitor that was checked longest ago', async () => {
    const { started, enter, leave } = aGate({ concurrency: 2 });
    await enter(['A1']);
    await enter(['B1'], 7);
    await enter(['C1'], 3);
    await enter(['D1'], 5);
    await leave('A1');
    await leave('C1');
    await leave('D1');
    expect(started).toEqual(['A1', 'C1', 'D1', 'B1']);
  });

  it('are free again when a slow check ends, not when a quick one does', async () => {
    const { running, enter, leave } = aGate({ concurrency: 4 });
    await enter(['A1', 'B1', 'C1', 'a1', 'b1', 'c1']);
    expect(running()).toEqual(['A1', 'B1', 'a1', 'b1']);
    await leave('a1');
    expect(running()).toEqual(['A1', 'B1', 'b1', 'c1']);
    await leave('b1');
    await leave('c1');
    expect(running()).toEqual(['A1', 'B1']);
    await leave('A1');
    expect(running()).toEqual(['B1', 'C1']);
  });

  it('are no privilege: a slow check that came first goes first', async () => {
    const { started, enter, leave } = aGate({ concurrency: 2 });
    await enter(['a1', 'b1', 'A1', 'c1']);
    await leave('a1');
    expect(started.at(-1)).toBe('A1');
    await leave('b1');
    expect(started.at(-1)).toBe('c1');
  });

  it('never hold more than half, and leave no place empty that anybody may take, whatever happens', () => {
    const step = fc.tuple(fc.constantFrom('enter', 'enter', 'leave'), fc.constantFrom('a', 'b', 'A', 'B', 'C'));
    return fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(step, { maxLength: 40 }),
        async (concurrency, steps) => {
          const { enter, leave, running, started } = aGate({ concurrency });
          const asked: string[] = [];
          for (const [what, host] of steps) {
            const first = running().at(0);
            if (what === 'enter') {
              asked.push(`${host}${asked.length}`);
              await enter(asked.slice(-1));
            } else if (first !== undefined) {
              await leave(first);
            }
            const isSlow = (check: string): boolean => /^[A-Z]/.test(check);
            const slow = running().filter(isSlow).length;
            const waiting = asked.filter((check) => !started.includes(check));
            const half = concurrency - Math.floor(concurrency / 2);
            expect(slow).toBeLessThanOrEqual(half);
            expect(running().length).toBeLessThanOrEqual(concurrency);
            // A place stays empty only when nobody waits but slow checks, and those have all of theirs.
            const isKept = waiting.every(isSlow) && (waiting.length === 0 || slow === half);
            expect(running().length === concurrency || isKept).toBe(true);
          }
        },
      ),
    );
  });
});
