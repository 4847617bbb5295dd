import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/worker/gate.ts';

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function aGate(concurrency: number, perHost: number | null) {
  const gate = new Gate({ concurrency, per_host: perHost });
  const started: string[] = [];
  const leaves = new Map<string, () => void>();
  const enter = (check: string): void => {
    void gate.enter(check.slice(0, 1)).then((leave) => {
      started.push(check);
      leaves.set(check, leave);
    });
  };
  return { gate, started, enter, leave: (check: string) => leaves.get(check)?.() };
}

describe('the gate', () => {
  it('lets so many begin, and then the next ones in the order in which they came', async () => {
    const { started, enter, leave } = aGate(2, null);
    ['a1', 'b1', 'a2', 'c1'].forEach((check) => enter(check));
    await settle();
    expect(started).toEqual(['a1', 'b1']);
    leave('b1');
    await settle();
    leave('a1');
    await settle();
    expect(started).toEqual(['a1', 'b1', 'a2', 'c1']);
  });

  it('keeps a busy host waiting without keeping the others waiting', async () => {
    const { started, enter, leave } = aGate(3, 1);
    ['a1', 'a2', 'a3', 'b1', 'c1', 'd1'].forEach((check) => enter(check));
    await settle();
    expect(started).toEqual(['a1', 'b1', 'c1']);
    leave('b1');
    await settle();
    expect(started.at(-1)).toBe('d1');
    leave('a1');
    await settle();
    expect(started.at(-1)).toBe('a2');
  });

  it('takes over new limits at once', async () => {
    const { gate, started, enter } = aGate(1, 1);
    ['a1', 'a2', 'b1'].forEach((check) => enter(check));
    await settle();
    expect(started).toEqual(['a1']);
    gate.setLimits({ concurrency: 10, per_host: null });
    await settle();
    expect(started).toEqual(['a1', 'a2', 'b1']);
  });
});
