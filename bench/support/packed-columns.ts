import { BitWriter } from '../../src/core/history/bit-writer.ts';
import { packBlock } from '../../src/core/history/block.ts';
import { shapesOf, writeShapes } from '../../src/core/history/block-shapes.ts';
import { toUnits } from '../../src/core/history/duration-units.ts';
import type { KeptResult } from '../../src/core/history/kept-result.ts';
import { NumberList, writeColumn } from '../../src/core/history/number-column.ts';

const PHASES = ['dnsUs', 'connectUs', 'tlsUs', 'waitUs', 'bodyUs'] as const;

/** Bits that each column of a block takes, of results whose durations are all as `keptMicroseconds` makes them. */
export function bitsByColumn(results: readonly KeptResult[]): Map<string, number> {
  const messages = new Map<string, number>();
  const shaped = shapesOf(results, messages);
  const bytes = [...messages.keys()].reduce((sum, message) => sum + Buffer.byteLength(message), 0);
  const known = (name: 'lateMs' | (typeof PHASES)[number]): number[] => results.flatMap((result) => result[name] ?? []);
  const rests = results.flatMap((result) => {
    const sum = PHASES.reduce((all, phase) => all + (result[phase] ?? 0), 0);
    return result.durationUs === null ? [] : toUnits(result.durationUs) - toUnits(sum);
  });
  const delays = results.slice(1).map(({ slot }, index) => {
    const before = results[index];
    return slot - (before?.slot ?? 0) - (before?.intervalMs ?? 0);
  });
  const bits = new Map([
    ['first slot', bitsOf((writer) => writer.number(results[0]?.slot ?? 0))],
    ['slots', bitsOfColumn(delays)],
    ['intervals', bitsOfColumn(results.map(({ intervalMs }) => intervalMs))],
    ['status, reason, code, family, what is known', bitsOf((writer) => writeShapes(writer, shaped))],
    ['messages', bytes * 8],
    ['late', bitsOfColumn(known('lateMs'))],
    ...PHASES.map((phase) => [phase.slice(0, -2), bitsOfColumn(known(phase).map(toUnits))] as const),
    ['duration beyond its phases', bitsOfColumn(rests)],
  ]);
  const all = packBlock(results).length * 8;
  const rest = [...bits.values()].reduce((left, each) => left - each, all);
  return bits.set('version, count, lengths, checksum', rest).set('all', all);
}

function bitsOfColumn(values: readonly number[]): number {
  const list = new NumberList();
  for (const value of values) list.push(value);
  return bitsOf((writer) => writeColumn(writer, list));
}

function bitsOf(write: (writer: BitWriter) => void): number {
  const writer = new BitWriter();
  write(writer);
  return writer.position;
}
