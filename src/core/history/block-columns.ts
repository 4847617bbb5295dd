import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';
import type { ShapedResults } from './block-shapes.ts';
import { fromUnits, hasUnits, toUnits } from './duration-units.ts';
import type { KeptResult } from './kept-result.ts';
import { readColumn, writeColumn } from './number-column.ts';

/** The times of results, one column each, by result; `NaN` stands for `null`. */
export interface TimeColumns {
  readonly lateMs: Float64Array;
  readonly durationUs: Float64Array;
  readonly dnsUs: Float64Array;
  readonly connectUs: Float64Array;
  readonly tlsUs: Float64Array;
  readonly waitUs: Float64Array;
  readonly bodyUs: Float64Array;
}

const PHASES = ['dnsUs', 'connectUs', 'tlsUs', 'waitUs', 'bodyUs'] as const;
type Phase = (typeof PHASES)[number];

/** The bits of the columns in `BlockShape.known`. */
const KNOWN = { lateMs: 64, durationUs: 32, dnsUs: 16, connectUs: 8, tlsUs: 4, waitUs: 2, bodyUs: 1 } as const;

/** How durations are written. */
interface DurationForm {
  /** As the numbers of `duration-units.ts`: all of them are kept durations. */
  readonly inUnits: boolean;
  /** The whole duration as what the phases leave of it, with which it is exact. */
  readonly asRest: boolean;
}

/** Writes the times of results: two bits for the form of the durations, then the columns without their `null`s. */
export function writeTimes(writer: BitWriter, results: readonly KeptResult[]): void {
  const late = columnOf(results, 'lateMs');
  const phases = PHASES.map((phase) => columnOf(results, phase));
  const durations = columnOf(results, 'durationUs');
  const sums = sumsOf(results);
  const inUnits = [...phases, durations].every(allHaveUnits);
  const asRest = sums.every((sum) => sum <= Number.MAX_SAFE_INTEGER);
  writer.bits(inUnits ? 1 : 0, 1);
  writer.bits(asRest ? 1 : 0, 1);
  writeColumn(writer, late);
  for (const phase of phases) writeColumn(writer, inUnits ? mapped(phase, toUnits) : phase);
  for (let index = 0; index < durations.length; index += 1) {
    const duration = durations[index] ?? 0;
    const sum = asRest ? (sums[index] ?? 0) : 0;
    durations[index] = inUnits ? toUnits(duration) - toUnits(sum) : duration - sum;
  }
  writeColumn(writer, durations);
}

/** One column of results, without `null`s. Throws RangeError for what is no whole number. */
function columnOf(results: readonly KeptResult[], name: keyof TimeColumns): Float64Array {
  const values = new Float64Array(results.length);
  let count = 0;
  for (const result of results) {
    const value = result[name];
    if (value === null) continue;
    if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is no whole number: ${value}`);
    values[count] = value;
    count += 1;
  }
  return count === results.length ? values : values.subarray(0, count);
}

/** What the phases come to, of the results that have a duration. */
function sumsOf(results: readonly KeptResult[]): Float64Array {
  const sums = new Float64Array(results.length);
  let count = 0;
  for (const { durationUs, dnsUs, connectUs, tlsUs, waitUs, bodyUs } of results) {
    if (durationUs === null) continue;
    sums[count] = (dnsUs ?? 0) + (connectUs ?? 0) + (tlsUs ?? 0) + (waitUs ?? 0) + (bodyUs ?? 0);
    count += 1;
  }
  return sums.subarray(0, count);
}

function allHaveUnits(values: Float64Array): boolean {
  for (const value of values) if (!hasUnits(value)) return false;
  return true;
}

function mapped(values: Float64Array, map: (value: number) => number): Float64Array {
  const column = new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) column[index] = map(values[index] ?? 0);
  return column;
}

/** Reads the times of results with these shapes. */
export function readTimes(reader: BitReader, shaped: ShapedResults): TimeColumns {
  const form = { inUnits: reader.bits(1) === 1, asRest: reader.bits(1) === 1 };
  const lateMs = readKnown(reader, shaped, KNOWN.lateMs);
  const readPhase = (phase: Phase): Float64Array => {
    const column = readKnown(reader, shaped, KNOWN[phase]);
    return form.inUnits ? mapped(column, fromUnits) : column;
  };
  const dnsUs = readPhase('dnsUs');
  const connectUs = readPhase('connectUs');
  const tlsUs = readPhase('tlsUs');
  const waitUs = readPhase('waitUs');
  const bodyUs = readPhase('bodyUs');
  const durationUs = readKnown(reader, shaped, KNOWN.durationUs);
  addPhases(durationUs, [dnsUs, connectUs, tlsUs, waitUs, bodyUs], form);
  return { lateMs, durationUs, dnsUs, connectUs, tlsUs, waitUs, bodyUs };
}

/** A column, with NaN for the results whose shape does not have it. */
function readKnown(reader: BitReader, { shapes, indexes }: ShapedResults, bit: number): Float64Array {
  const has = shapes.map(({ known }) => (known & bit) !== 0);
  if (!has.includes(false)) return readColumn(reader, indexes.length);
  const column = new Float64Array(indexes.length).fill(NaN);
  if (!has.includes(true)) return column;
  let count = 0;
  for (const index of indexes) if (has[index] === true) count += 1;
  const values = readColumn(reader, count);
  let next = 0;
  for (let position = 0; position < column.length; position += 1) {
    if (has[indexes[position] ?? 0] !== true) continue;
    column[position] = values[next] ?? NaN;
    next += 1;
  }
  return column;
}

/** Makes durations of what is written of them. */
function addPhases(durations: Float64Array, phases: readonly Float64Array[], { inUnits, asRest }: DurationForm): void {
  const sums = new Float64Array(durations.length);
  if (asRest) {
    for (const phase of phases) {
      for (let index = 0; index < sums.length; index += 1) {
        const value = phase[index] ?? NaN;
        if (value === value) sums[index] = (sums[index] ?? 0) + value;
      }
    }
  }
  for (let index = 0; index < durations.length; index += 1) {
    const [written, sum] = [durations[index] ?? NaN, sums[index] ?? 0];
    durations[index] = inUnits ? fromUnits(written + toUnits(sum)) : written + sum;
  }
}
