import { describe, expect, it } from 'vitest';
import { errorBudget } from '../../../src/core/history/error-budget.ts';
import { combineSpans, type StatusShares } from '../../../src/core/history/status-shares.ts';
import { STATUSES, type Status } from '../../../src/core/status.ts';
import { fc, test } from '../../support/property.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 23, 12);

/** How one monitor stood: from how many hours before now on, in which status. */
function stood(...since: readonly (readonly [hoursAgo: number, status: Status])[]): StatusShares[] {
  const spans = since.map(([hoursAgo, status]) => ({ start: NOW - hoursAgo * HOUR, status, reason: null }));
  return combineSpans([{ spans, until: Infinity, left: false }], 'any_down');
}

describe('errorBudget', () => {
  const month = { target: 99.9, window: 30 * DAY };

  it('gives 43.2 minutes for three nines in 30 days, all of them left when all went well', () => {
    expect(errorBudget(stood([1000, 'up']), month, NOW)).toEqual({
      time: { up: 30 * DAY, degraded: 0, down: 0, unknown: 0, maintenance: 0 },
      attained: 1,
      total: 43.2 * MINUTE,
      left: 43.2 * MINUTE,
      burnRates: { '1h': 0, '6h': 0, '24h': 0, '3d': 0 },
      endsAt: null,
    });
  });

  it('tells the burn rate of the workbook: 14.4 uses 2 % of the budget of 30 days in an hour', () => {
    // 1.44 % of the last hour down: 51.84 s of 43.2 min.
    const shares = stood([1000, 'up'], [0.5, 'down'], [0.5 - 0.0144, 'up']);
    const { burnRates, left, total } = errorBudget(shares, month, NOW);
    expect(burnRates['1h']).toBeCloseTo(14.4, 6);
    expect(burnRates['6h']).toBeCloseTo(2.4, 6);
    expect(burnRates['3d']).toBeCloseTo(0.2, 6);
    expect((total - left) / total).toBeCloseTo(0.02, 6);
  });

  it('counts what was not observed neither as attained nor as used', () => {
    const shares = stood([10, 'up'], [5, 'unknown'], [1, 'degraded'], [0.5, 'down'], [0.25, 'up']);
    const { attained, left, total, time, burnRates } = errorBudget(shares, { target: 95, window: DAY }, NOW);
    expect(time).toEqual({
      up: 5.25 * HOUR,
      degraded: 0.5 * HOUR,
      down: 0.25 * HOUR,
      unknown: 18 * HOUR,
      maintenance: 0,
    });
    expect(attained).toBeCloseTo(5.75 / 6, 12);
    expect([total, left]).toEqual([1.2 * HOUR, 0.95 * HOUR]);
    expect(burnRates['6h']).toBeCloseTo(0.25 / 2 / 0.05, 12);
  });

  it('leaves down time in maintenance out of the budget, the burn rates and what was attained', () => {
    const spans = [
      { start: NOW - 20 * HOUR, status: 'up', reason: null },
      { start: NOW - 3 * HOUR, status: 'down', reason: null },
      { start: NOW - 0.5 * HOUR, status: 'up', reason: null },
    ] as const;
    const maintenance = [{ from: NOW - 4 * HOUR, to: NOW - HOUR }];
    const shares = combineSpans([{ spans, until: Infinity, left: false, maintenance }], 'any_down');
    const { time, left, total, attained, burnRates } = errorBudget(shares, { target: 95, window: DAY }, NOW);
    expect(time).toEqual({
      up: 16.5 * HOUR, degraded: 0, down: 0.5 * HOUR, unknown: 4 * HOUR, maintenance: 3 * HOUR,
    }); // prettier-ignore
    expect([total - left, attained]).toEqual([0.5 * HOUR, 16.5 / 17]);
    expect(burnRates['6h']).toBeCloseTo(0.5 / 3 / 0.05, 12);
  });

  it('knows nothing when nothing was observed', () => {
    expect(errorBudget([], month, NOW)).toMatchObject({
      attained: null,
      left: 43.2 * MINUTE,
      burnRates: { '1h': null, '6h': null, '24h': null, '3d': null },
      endsAt: null,
    });
  });

  it('has no budget for a target of 100 %, and no burn rate when something was down', () => {
    const all = { target: 100, window: DAY };
    expect(errorBudget(stood([100, 'up']), all, NOW)).toMatchObject({ total: 0, left: 0, burnRates: { '1h': 0 } });
    expect(errorBudget(stood([100, 'up'], [0.5, 'down']), all, NOW)).toMatchObject({
      left: -0.5 * HOUR,
      burnRates: { '1h': null },
      endsAt: null,
    });
  });

  it('ends at once less what is left when all goes on being down', () => {
    const { endsAt, left } = errorBudget(stood([1000, 'up'], [24, 'down']), { target: 90, window: 30 * DAY }, NOW);
    expect([left, endsAt]).toEqual([2 * DAY, NOW + 2 * DAY]);
  });

  it('never ends at a rate that uses no more than the window gives back', () => {
    // An hour a day is down, for ever; 1/24 of the time may be.
    const hours = Array.from({ length: 60 }, (_, day) => [
      [(60 - day) * 24, 'down'],
      [(60 - day) * 24 - 1, 'up'],
    ]).flat() as [number, Status][];
    expect(errorBudget(stood(...hours), { target: 95, window: 30 * DAY }, NOW).endsAt).toBeNull();
  });

  it('waits for what goes out at the other end of the window', () => {
    // 9 of 10 hours were used 29 days ago, and 12 minutes of the last day: the rate alone would use 1 h in 5 days.
    const shares = stood([1000, 'up'], [29 * 24, 'down'], [29 * 24 - 9, 'up'], [10, 'down'], [9.8, 'up']);
    const { endsAt, left } = errorBudget(shares, { target: 100 - 100 / 72, window: 30 * DAY }, NOW);
    expect(left).toBe(0.8 * HOUR);
    expect(endsAt).toBeNull();
  });

  const stretch = fc.record({ hours: fc.integer({ min: 1, max: 40 }), status: fc.constantFrom(...STATUSES) });
  test(
    [fc.array(stretch, { maxLength: 40 }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 500, max: 1000 })],
    'ends when the window, as it moves on, has used all of it',
    (stretches, windowHours, tenths) => {
      let ago = stretches.reduce((sum, { hours }) => sum + hours, 0);
      const shares = stood(
        ...stretches.map(({ hours, status }): [number, Status] => {
          ago -= hours;
          return [ago + hours, status];
        }),
      );
      const objective = { target: tenths / 10, window: windowHours * HOUR };
      const { endsAt, left, total } = errorBudget(shares, objective, NOW);
      const isDown = (moment: number): boolean => shares.findLast(({ start }) => start <= moment)?.down === 1;
      const isKnown = (moment: number): boolean =>
        (shares.findLast(({ start }) => start <= moment)?.unknown ?? 1) === 0;
      const hoursBack = (count: number) => Array.from({ length: count }, (_, hour) => NOW - (hour + 1) * HOUR);
      const used = hoursBack(windowHours).filter(isDown).length * HOUR;
      expect(total - left).toBe(used);
      const known = hoursBack(24).filter(isKnown);
      const rate = known.length === 0 ? 0 : known.filter(isDown).length / known.length;
      let rest = total - used;
      let ends: number | null = null;
      let least = rest;
      for (let hour = 0; hour < windowHours && rest > 0; hour += 1) {
        const loss = rate * HOUR - (isDown(NOW - objective.window + hour * HOUR) ? HOUR : 0);
        if (loss >= rest) ends = Math.ceil(NOW + hour * HOUR + (rest / loss) * HOUR);
        rest -= loss;
        if (ends === null) least = Math.min(least, rest);
      }
      // Where it comes to nothing within a millisecond, rounding may decide.
      const isSame = ends === null || endsAt === null ? ends === endsAt : Math.abs(endsAt - ends) <= 1;
      expect(isSame || Math.abs(least) < 1).toBe(true);
    },
  );
});
