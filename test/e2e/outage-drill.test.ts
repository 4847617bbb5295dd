import { describe, expect, it } from 'vitest';
import { playOutages } from '../support/played-outages.ts';

const SECONDS = 45;

describe('telling of outages', () => {
  it(
    'tells each once, with kill -9 at any moment and a receiver that fails now and then',
    { timeout: 400_000 },
    async () => {
      const seed = Date.now() % 1_000_000;
      const { wrong, outages, kills, attempts } = await playOutages({ seconds: SECONDS, targets: 8, seed });
      expect(wrong, `seed ${seed}, ${kills} times killed`).toEqual([]);
      expect(outages.length).toBeGreaterThanOrEqual(8);
      expect(attempts.all).toBeGreaterThan(outages.length);
    },
  );
});
