import { describe, expect, it } from 'vitest';
import { realisticResults } from '../../../bench/support/realistic-results.ts';
import { packBlock, readBlock, unpackBlock } from '../../../src/core/history/block.ts';
import { checksum } from '../../../src/core/history/checksum.ts';
import { DamagedHistory } from '../../../src/core/history/damaged-history.ts';
import type { KeptResult } from '../../../src/core/history/kept-result.ts';
import { anyKeptResults, aKeptResult } from '../../support/kept-results.ts';
import { fc, test } from '../../support/property.ts';

const TIMES = ['lateMs', 'durationUs', 'dnsUs', 'connectUs', 'tlsUs', 'waitUs', 'bodyUs'] as const;
const SECOND = 1000;

function everySecond(count: number, change: (index: number) => Partial<KeptResult>): KeptResult[] {
  const first = Date.UTC(2026, 10, 23, 12);
  return Array.from({ length: count }, (_, index) =>
    aKeptResult({ slot: first + index * SECOND, intervalMs: SECOND, ...change(index) }),
  );
}

/** What unpacking does: `damaged`, or whatever it returns or throws. */
function fateOf(data: Uint8Array): unknown {
  try {
    return unpackBlock(data);
  } catch (error) {
    return error instanceof DamagedHistory ? 'damaged' : error;
  }
}

describe('packBlock', () => {
  test([anyKeptResults], 'gives back the results bit for bit', (results) => {
    expect(unpackBlock(packBlock(results))).toStrictEqual(results);
  });

  test([fc.nat({ max: 50 }), fc.nat({ max: 400_000 })], 'gives back what a web site leaves', (monitor, hour) => {
    const results = realisticResults({ seed: 1, monitor, hour });
    expect(unpackBlock(packBlock(results))).toStrictEqual(results);
  });

  it.each<[string, KeptResult[]]>([
    ['no result', []],
    ['a single result', [aKeptResult()]],
    ['a result without anything', [aKeptResult(Object.fromEntries(TIMES.map((name) => [name, null])))]],
    ['an hour of a result a second', everySecond(3600, (index) => ({ durationUs: 50_000 + (index % 97) * 10 }))],
    ['more equal results than may take no room', everySecond(5000, () => ({}))],
    ['a status code for each result', everySecond(300, (index) => ({ statusCode: index - 100 }))],
    ['families by turns', everySecond(60, (index) => ({ family: index % 2 === 0 ? 4 : 6 }))],
    ['a message for each result', everySecond(60, (index) => ({ status: 'down', message: `${index} ↯` }))],
    ['times of an age', everySecond(9, (index) => ({ durationUs: Number.MAX_SAFE_INTEGER - index, dnsUs: 2 ** 52 }))],
    [
      'a clock set back and forth',
      everySecond(9, (index) => ({ lateMs: index % 2 === 0 ? -(2 ** 53) + 1 : 2 ** 53 - 1 })),
    ],
  ])('gives back %s', (_, results) => {
    expect(unpackBlock(packBlock(results))).toStrictEqual(results);
  });

  it('takes at most 9 bytes a result of a web site, all phases and everything included', () => {
    const blocks = Array.from({ length: 200 }, (_, monitor) => realisticResults({ seed: 7, monitor, hour: 500_000 }));
    const bytes = blocks.reduce((sum, results) => sum + packBlock(results).length, 0);
    expect(bytes / blocks.flat().length).toBeLessThan(9);
  });

  it('takes next to nothing for results that are all the same', () => {
    expect(packBlock(everySecond(3600, () => ({}))).length).toBeLessThan(50);
  });

  it('keeps a message once', () => {
    const message = 'x'.repeat(500);
    const results = everySecond(60, (index) => (index % 3 === 0 ? { status: 'down', message } : {}));
    expect(packBlock(results).length).toBeLessThan(600);
  });

  it.each<[string, KeptResult[]]>([
    ['a slot twice', [aKeptResult(), aKeptResult()]],
    ['slots out of order', [aKeptResult({ slot: 2 }), aKeptResult({ slot: 1 })]],
    ['half a millisecond', [aKeptResult({ lateMs: 0.5 })]],
    ['no number', [aKeptResult({ durationUs: NaN })]],
    ['a slot before 1970', [aKeptResult({ slot: -1 })]],
  ])('refuses %s', (_, results) => {
    expect(() => packBlock(results)).toThrow(RangeError);
  });
});

describe('readBlock', () => {
  test([anyKeptResults], 'says in columns what unpackBlock says', (results) => {
    const { count, slot, intervalMs, shapes, shapeIndex, messages, ...columns } = readBlock(packBlock(results));
    const texts = messages.map((bytes) => Buffer.from(bytes).toString());
    const rows = Array.from({ length: count }, (_, index) => {
      const { known, message = null, ...shape } = shapes[shapeIndex[index] ?? -1] ?? {};
      const times = TIMES.map((name) => [name, columns[name][index]] as const);
      const filled = times.map(([name, value]) => [name, Number.isNaN(value) ? null : value] as const);
      const text = message === null ? null : texts[message];
      expect(known).toBeDefined();
      return {
        slot: slot[index],
        intervalMs: intervalMs[index],
        ...shape,
        ...Object.fromEntries(filled),
        message: text,
      };
    });
    expect(rows).toEqual(results);
  });
});

describe('a damaged block', () => {
  const anyPlace = fc.nat();
  const anyChange = fc.integer({ min: 1, max: 255 });

  test([anyKeptResults, anyPlace, anyChange], 'is refused whichever byte has changed', (results, place, change) => {
    const block = packBlock(results);
    const at = place % block.length;
    block[at] = (block[at] ?? 0) ^ change;
    expect(fateOf(block)).toBe('damaged');
  });

  test([anyKeptResults, anyPlace], 'is refused when its end is missing', (results, place) => {
    const block = packBlock(results);
    // A shorter one may have a fitting checksum by chance, once in 65,536 times.
    const cut = block.subarray(0, place % block.length);
    const fits = cut.length > 2 && checksum(cut, cut.length - 2) === Buffer.from(cut).readUInt16BE(cut.length - 2);
    expect(fits || fateOf(cut) === 'damaged').toBe(true);
  });

  test([fc.uint8Array({ maxLength: 300 })], 'is refused or read, with a fitting checksum too', (bytes) => {
    const block = Uint8Array.of(1, ...bytes, 0, 0);
    const sum = checksum(block, block.length - 2);
    block.set([sum >>> 8, sum & 255], block.length - 2);
    const fate = fateOf(block);
    expect(fate === 'damaged' || Array.isArray(fate)).toBe(true);
  });

  test([anyKeptResults, anyPlace, anyChange], 'does no harm when the checksum fits', (results, place, change) => {
    const block = packBlock(results);
    const at = 1 + (place % (block.length - 3));
    block[at] = (block[at] ?? 0) ^ change;
    const sum = checksum(block, block.length - 2);
    block.set([sum >>> 8, sum & 255], block.length - 2);
    const fate = fateOf(block);
    expect(fate === 'damaged' || Array.isArray(fate)).toBe(true);
  });

  it('says what is wrong', () => {
    const block = packBlock([aKeptResult()]);
    expect(() => unpackBlock(block.subarray(0, 2))).toThrow('the block is damaged: it is too short');
    expect(() => unpackBlock(block.subarray(0, 9))).toThrow('the block is damaged: its checksum does not fit');
    block[0] = 2;
    expect(() => unpackBlock(block)).toThrow('the block is damaged: version 2 is not known to this program');
  });
});
