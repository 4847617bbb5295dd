import { describe, expect, it } from 'vitest';
import { realisticResults } from '../../../bench/support/realistic-results.ts';
import { checksum } from '../../../src/core/history/checksum.ts';
import { DamagedHistory } from '../../../src/core/history/damaged-history.ts';
import type { KeptResult } from '../../../src/core/history/kept-result.ts';
import {
  packHours,
  packRollup,
  sumOfHours,
  unpackHours,
  unpackRollup,
} from '../../../src/core/history/packed-rollup.ts';
import { addToRollup, emptyRollup, mergeRollup, type Rollup } from '../../../src/core/history/rollup.ts';
import { newCounters, type QuantileSketch } from '../../../src/core/quantiles.ts';
import { anyKeptResults, aKeptResult } from '../../support/kept-results.ts';
import { fc, test } from '../../support/property.ts';

const MOST_US = 2 ** 44;
const FRACTIONS = [0, 0.01, 0.5, 0.9, 0.95, 0.99, 1];

function rollupOf(results: readonly KeptResult[]): Rollup {
  const rollup = emptyRollup();
  for (const result of results) addToRollup(rollup, result);
  return rollup;
}

function sumOf(...rollups: readonly Rollup[]): Rollup {
  const sum = emptyRollup();
  for (const rollup of rollups) mergeRollup(sum, rollup);
  return sum;
}

function sketchState(sketch: QuantileSketch): unknown {
  const counters = newCounters();
  sketch.readCounters(counters);
  const { length, numbers, counts } = counters;
  const quantiles = sketch.quantiles(FRACTIONS);
  return { ...sketch.figures, quantiles, numbers: numbers.slice(0, length), counts: counts.slice(0, length) };
}

/** All that a rollup knows. */
function stateOf({ counts, missed, phases, late, duration }: Rollup): unknown {
  return { counts, missed, phases, late: sketchState(late), duration: sketchState(duration) };
}

function statesOf(hours: ReadonlyMap<number, Rollup>): unknown {
  const inOrder = [...hours].toSorted(([one], [other]) => one - other);
  return inOrder.map(([hour, rollup]) => [hour, stateOf(rollup)]);
}

/** Ages do not add up exactly: of those there is a test of its own. */
function withoutAges(result: KeptResult): KeptResult {
  const limited = (value: number | null): number | null => (value === null ? null : Math.min(value, MOST_US));
  const { lateMs, durationUs, dnsUs, connectUs, tlsUs, waitUs, bodyUs } = result;
  return {
    ...result,
    lateMs: lateMs === null ? null : Math.min(lateMs, MOST_US / 1000),
    durationUs: limited(durationUs),
    dnsUs: limited(dnsUs),
    connectUs: limited(connectUs),
    tlsUs: limited(tlsUs),
    waitUs: limited(waitUs),
    bodyUs: limited(bodyUs),
  };
}

const anyRollup = anyKeptResults.map((results) => rollupOf(results.map(withoutAges)));
const anyHours = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 23 }), anyRollup), { maxLength: 24 })
  .map((hours) => new Map(hours));

/** 24 hours of a web site. */
function aDay(monitor: number): Map<number, Rollup> {
  const hours = Array.from(
    { length: 24 },
    (_, hour) => [hour, rollupOf(realisticResults({ seed: 3, monitor, hour: 480_000 + hour }))] as const,
  );
  return new Map(hours);
}

function fateOf(data: Uint8Array): unknown {
  try {
    return statesOf(unpackHours(data));
  } catch (error) {
    return error instanceof DamagedHistory ? 'damaged' : error;
  }
}

describe('packRollup', () => {
  test([anyRollup], 'gives back the rollup bit for bit', (rollup) => {
    expect(stateOf(unpackRollup(packRollup(rollup)))).toEqual(stateOf(rollup));
  });

  it('takes less than 200 bytes for a day of a web site', () => {
    expect(packRollup(sumOfHours(aDay(1))).length).toBeLessThan(200);
  });

  it('keeps a rollup of nothing', () => {
    expect(stateOf(unpackRollup(packRollup(emptyRollup())))).toEqual(stateOf(emptyRollup()));
  });

  it('keeps times that are too long to add up', () => {
    const longest = { durationUs: Number.MAX_SAFE_INTEGER, dnsUs: Number.MAX_SAFE_INTEGER, lateMs: 2 ** 52 };
    const unpacked = unpackRollup(packRollup(rollupOf([aKeptResult(longest), aKeptResult(longest)])));
    expect(unpacked.duration.figures.count).toBe(2);
    expect(unpacked.duration.quantiles([0.5])[0]).toBeCloseTo(Number.MAX_SAFE_INTEGER / 1000, -1);
    expect(unpacked.late.max).toBeCloseTo(Number.MAX_SAFE_INTEGER / 1000, -1);
  });
});

describe('packHours', () => {
  test([anyHours], 'gives back the rollups bit for bit', (hours) => {
    expect(statesOf(unpackHours(packHours(hours)))).toEqual(statesOf(hours));
  });

  test([anyHours, anyRollup], 'packs rollups that were unpacked, and changed or not, as any others', (hours, more) => {
    const unpacked = unpackHours(packHours(hours));
    expect(packHours(unpacked)).toEqual(packHours(hours));
    for (const each of [hours, unpacked]) mergeRollup(each.get(7) ?? emptyRollup(), more);
    expect(packHours(unpacked)).toEqual(packHours(hours));
  });

  it('takes at most 45 bytes for an hour of 60 results of a web site', () => {
    const days = Array.from({ length: 20 }, (_, monitor) => packHours(aDay(monitor)).length);
    expect(days.reduce((sum, bytes) => sum + bytes, 0) / days.length / 24).toBeLessThan(45);
  });

  it.each([-1, 24, 1.5])('refuses the hour %d', (hour) => {
    expect(() => packHours(new Map([[hour, emptyRollup()]]))).toThrow(RangeError);
  });
});

describe('mergeRollup', () => {
  test([anyRollup, anyRollup], 'comes to the same the other way round', (one, other) => {
    expect(stateOf(sumOf(one, other))).toEqual(stateOf(sumOf(other, one)));
  });

  test([anyRollup, anyRollup, anyRollup], 'comes to the same in whatever groups', (one, other, third) => {
    expect(stateOf(sumOf(sumOf(one, other), third))).toEqual(stateOf(sumOf(one, sumOf(other, third))));
  });

  test([anyKeptResults, fc.nat()], 'comes to the rollup of all results, packed or not', (results, place) => {
    const all = results.map(withoutAges);
    const at = place % (all.length + 1);
    const [before, after] = [rollupOf(all.slice(0, at)), rollupOf(all.slice(at))];
    expect(stateOf(sumOf(before, after))).toEqual(stateOf(rollupOf(all)));
    const unpacked = [before, after].map((rollup) => unpackRollup(packRollup(rollup)));
    expect(stateOf(sumOf(...unpacked))).toEqual(stateOf(rollupOf(all)));
  });
});

describe('sumOfHours', () => {
  test([anyHours], 'is exact, of packed hours too', (hours) => {
    const sum = stateOf(sumOf(...hours.values()));
    expect(stateOf(sumOfHours(hours))).toEqual(sum);
    expect(stateOf(sumOfHours(unpackHours(packHours(hours))))).toEqual(sum);
  });
});

describe('a damaged rollup', () => {
  const anyPlace = fc.nat();
  const anyChange = fc.integer({ min: 1, max: 255 });

  test([anyHours, anyPlace, anyChange], 'is refused whichever byte has changed', (hours, place, change) => {
    const data = packHours(hours);
    const at = place % data.length;
    data[at] = (data[at] ?? 0) ^ change;
    expect(fateOf(data)).toBe('damaged');
  });

  test([anyHours, anyPlace, anyChange], 'does no harm when the checksum fits', (hours, place, change) => {
    const data = packHours(hours);
    const at = 1 + (place % (data.length - 3));
    data[at] = (data[at] ?? 0) ^ change;
    const sum = checksum(data, data.length - 2);
    data.set([sum >>> 8, sum & 255], data.length - 2);
    const fate = fateOf(data);
    expect(fate === 'damaged' || Array.isArray(fate)).toBe(true);
  });

  it('says what is wrong', () => {
    const data = packRollup(emptyRollup());
    expect(() => unpackRollup(data.subarray(0, 5))).toThrow('the rollup is damaged: its checksum does not fit');
    data[0] = 9;
    expect(() => unpackRollup(data)).toThrow('the rollup is damaged: version 9 is not known to this program');
  });
});
