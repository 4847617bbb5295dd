import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packBlock, unpackBlock } from '../../../src/core/history/block.ts';
import { packRollup, unpackRollup } from '../../../src/core/history/packed-rollup.ts';
import { addToRollup, emptyRollup } from '../../../src/core/history/rollup.ts';
import { aKeptResult } from '../../support/kept-results.ts';

/** What released versions have written: it must be read for ever. */
const BLOCK = `
  01 0b 4d 0b 82 dd 33 47 c8 6a 60 f0 41 11 20 bf
  a8 40 b8 40 10 43 f0 02 2c 60 d3 0e 97 ed 08 28
  90 2f 19 05 6e 43 c2 71 0b c4 fd 4c 42 8b 83 60
  06 1f fe 2d 89 72 65 66 75 73 65 64 d2 b3`;
const ROLLUP = `
  01 00 00 01 f8 27 be 07 de f7 bd ef 7b de f5 f0
  75 f0 37 c1 5f 8e 14 13 f1 c3 df 3e 2e 49 7e 31
  8b bf 1a d4 cf c7 0e 10 f8 b2 c9 f8 3f e1 63 e1
  22 02 36 20 02 00 c9 73`;

const FIRST = Date.UTC(2026, 9, 25, 0, 0, 17);
const RESULTS = [
  aKeptResult({ slot: FIRST }),
  aKeptResult({
    slot: FIRST + 60_000,
    lateMs: 1,
    durationUs: 88_340,
    dnsUs: 797,
    connectUs: 14_020,
    tlsUs: 28_870,
    waitUs: 44_020,
    bodyUs: 598,
  }),
  aKeptResult({
    slot: FIRST + 120_000,
    status: 'down',
    reason: 'conn_refused',
    statusCode: null,
    lateMs: 3,
    durationUs: 15_230,
    dnsUs: 1020,
    connectUs: null,
    tlsUs: null,
    waitUs: null,
    bodyUs: null,
    message: 'refused',
  }),
];

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
}

/** The code block of docs/storage.md behind a mark. */
function exampleOf(mark: string): string {
  const page = readFileSync(new URL('../../../docs/storage.md', import.meta.url), 'utf8');
  return new RegExp(`<!-- ${mark} -->\\s+\`\`\`([^\`]+)\`\`\``).exec(page)?.[1] ?? '';
}

describe('the formats of docs/storage.md', () => {
  it('are read and written as they stand', () => {
    expect(unpackBlock(bytesOf(BLOCK))).toEqual(RESULTS);
    expect(packBlock(RESULTS)).toEqual(bytesOf(BLOCK));
  });

  it('are those of rollups too', () => {
    const rollup = emptyRollup();
    for (const result of RESULTS) addToRollup(rollup, result);
    const read = unpackRollup(bytesOf(ROLLUP));
    expect(read).toMatchObject({ counts: rollup.counts, missed: rollup.missed, phases: rollup.phases });
    expect(read.late.figures).toEqual({ count: 3, sumUs: 6000, minUs: 1000, maxUs: 3000, zeros: 0 });
    expect(read.duration.figures).toEqual({ count: 2, sumUs: 180_170, minUs: 88_340, maxUs: 91_830, zeros: 0 });
    expect(packRollup(rollup)).toEqual(bytesOf(ROLLUP));
  });

  it.each([
    ['block', BLOCK],
    ['rollup', ROLLUP],
  ])('have the %s that the page shows', (mark, hex) => {
    expect(bytesOf(exampleOf(mark))).toEqual(bytesOf(hex));
  });
});
