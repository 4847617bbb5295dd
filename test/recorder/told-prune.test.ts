import { describe, expect, it } from 'vitest';
import { ToldPrune } from '../../src/recorder/told-prune.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.UTC(2026, 10, 23, 12);

describe('ToldPrune', () => {
  it('begins an hour after the start, goes on until all is looked at, and then rests for an hour', () => {
    const asked: number[] = [];
    const prune = new ToldPrune((before) => asked.push(before) < 3, DAY_MS);
    const step = (monotonic: number): number => {
      prune.step({ now: NOON + monotonic, monotonic });
      return asked.length;
    };
    expect([step(0), step(HOUR_MS - 1), step(HOUR_MS), step(HOUR_MS + 1), step(HOUR_MS + 2)]).toEqual([0, 0, 1, 2, 3]);
    expect([step(HOUR_MS + 3), step(2 * HOUR_MS + 1), step(2 * HOUR_MS + 2)]).toEqual([3, 3, 4]);
    expect(asked[0]).toBe(NOON + HOUR_MS - DAY_MS);
  });

  it('removes nothing that is kept for ever', () => {
    const prune = new ToldPrune(() => expect.fail('nothing is to be removed'), null);
    for (const monotonic of [0, DAY_MS]) prune.step({ now: NOON, monotonic });
  });
});
