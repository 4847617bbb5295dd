import { describe, expect, it } from 'vitest';
import { MassFailure } from '../../src/worker/mass-failure.ts';

const limit = { share: 0.5, at_least: 5 };

/** So many results, of which so many failed, at a moment. */
function noted(mass: MassFailure, all: number, failed: number, at: number): void {
  for (let count = 0; count < all; count += 1) mass.note(at, count < failed);
}

describe('many failures at once', () => {
  it.each([
    [10, 5, true],
    [10, 4, false],
    [4, 4, false],
    [100, 49, false],
    [100, 50, true],
    [0, 0, false],
  ])('of %d results %d failures: %s', (all, failed, expected) => {
    const mass = new MassFailure();
    noted(mass, all, failed, 123_456);
    expect(mass.isOver(limit, 123_456)).toBe(expected);
  });

  it('are those of ten seconds', () => {
    const mass = new MassFailure();
    noted(mass, 5, 5, 100_000);
    expect(mass.isOver(limit, 109_999)).toBe(true);
    expect(mass.isOver(limit, 110_000)).toBe(false);
    noted(mass, 1, 1, 110_500);
    expect(mass.isOver(limit, 110_500)).toBe(false);
  });
});
