import { expect, it } from 'vitest';
import { Lanes } from '../../src/cli/lanes.ts';

/** Checks that end when they are told to. */
function someChecks(count: number) {
  const running: (() => void)[] = [];
  let left = count;
  const lane = async (mayGoOn: () => boolean): Promise<void> => {
    while (mayGoOn() && left > 0) {
      left -= 1;
      await new Promise<void>((resolve) => running.push(resolve));
    }
  };
  const endOne = async (): Promise<void> => {
    running.shift()?.();
    await new Promise(setImmediate);
  };
  return { running, lane, endOne };
}

it('keeps as many checks going as it may, until there are none left', async () => {
  const { running, lane, endOne } = someChecks(5);
  const lanes = new Lanes(3, lane, () => undefined);
  const all = lanes.fill();
  expect(running).toHaveLength(3);
  await endOne();
  expect(running).toHaveLength(3);
  for (let n = 0; n < 4; n++) await endOne();
  await all;
  expect(lanes.open).toBe(0);
});

it('closes lanes when their checks are through when there may be fewer, and opens them again', async () => {
  const { running, lane, endOne } = someChecks(100);
  let closed = 0;
  const lanes = new Lanes(4, lane, () => (closed += 1));
  void lanes.fill();
  lanes.most = 2;
  expect(running).toHaveLength(4);
  for (let n = 0; n < 5; n++) await endOne();
  expect([running.length, lanes.open, closed]).toEqual([2, 2, 2]);
  lanes.most = 3;
  void lanes.fill();
  expect([running.length, lanes.open]).toEqual([3, 3]);
});
