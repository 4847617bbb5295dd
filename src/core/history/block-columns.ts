import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';
import { KNOWN, type ShapedResults } from './block-shapes.ts';
import { fromUnits, hasUnits, toUnits } from './duration-units.ts';
import type { KeptResult } from './kept-result.ts';
import { NumberList, readColumn, writeColumn } from './number-column.ts';

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

/** One column of results without its `null`s. */
class TimeList extends NumberList {
  /** Whether all can be written as the numbers of `duration-units.ts`. */
  inUnits = true;

  /** Takes a value in, and gives it back, 0 for `null`. Throws RangeError for what is no whole number. */
  take(value: number | null): number {
    if (value === null) return 0;
    if (!Number.isSafeInteger(value)) throw new RangeError(`no whole number: ${value}`);
    if (!hasUnits(value)) this.inUnits = false;
    this.push(value);
    return value;
  }

  override clear(): void {
    super.clear();
    this.inUnits = true;
  }

  useUnits(): void {
    for (let index = 0; index < this.length; index += 1) this.values[index] = toUnits(this.values[index] ?? 0);
  }
}

// Lists that are filled and written within one call.
const late = new TimeList();
const dns = new TimeList();
const connect = new TimeList();
const tls = new TimeList();
const wait = new TimeList();
const body = new TimeList();
const durations = new TimeList();
const sums = new NumberList();
const phases = [dns, connect, tls, wait, body];

/** Writes the times of results: two bits for the form of the durations, then the columns without their `null`s. */
export function writeTimes(writer: BitWriter, results: readonly KeptResult[]): void {
  for (const list of [late, durations, sums, ...phases]) list.clear();
  let asRest = true;
  for (const result of results) {
    late.take(result.lateMs);
    const before = dns.take(result.dnsUs) + connect.take(result.connectUs) + tls.take(result.tlsUs);
    const sum = before + wait.take(result.waitUs) + body.take(result.bodyUs);
    if (result.durationUs === null) continue;
    if (sum > Number.MAX_SAFE_INTEGER) asRest = false;
    durations.take(result.durationUs);
    sums.push(sum);
  }
  const inUnits = durations.inUnits && phases.every((phase) => phase.inUnits);
  writer.bits(inUnits ? 1 : 0, 1);
  writer.bits(asRest ? 1 : 0, 1);
  writeColumn(writer, late);
  for (const phase of phases) {
    if (inUnits) phase.useUnits();
    writeColumn(writer, phase);
  }
  if (inUnits) durations.useUnits();
  if (asRest) subtract(durations.values, sums, inUnits);
  writeColumn(writer, durations);
}

/** Leaves of each duration what its phases do not explain. */
function subtract(durations: Float64Array, { values: sums, length }: NumberList, inUnits: boolean): void {
  for (let index = 0; index < length; index += 1) {
    const sum = sums[index] ?? 0;
    durations[index] = (durations[index] ?? 0) - (inUnits ? toUnits(sum) : sum);
  }
}

/** Reads the times of results with these shapes. */
export function readTimes(reader: BitReader, shaped: ShapedResults): TimeColumns {
  const count = shaped.indexes.length;
  const room = new Float64Array(count * 7);
  const column = (place: number): Float64Array => new Float64Array(room.buffer, place * count * 8, count);
  const inUnits = reader.bits(1) === 1;
  const asRest = reader.bits(1) === 1;
  const lateMs = readKnown(reader, shaped, { bit: KNOWN.late, into: column(0) });
  const dnsUs = readKnown(reader, shaped, { bit: KNOWN.dns, into: column(1) });
  const connectUs = readKnown(reader, shaped, { bit: KNOWN.connect, into: column(2) });
  const tlsUs = readKnown(reader, shaped, { bit: KNOWN.tls, into: column(3) });
  const waitUs = readKnown(reader, shaped, { bit: KNOWN.wait, into: column(4) });
  const bodyUs = readKnown(reader, shaped, { bit: KNOWN.body, into: column(5) });
  const durationUs = readKnown(reader, shaped, { bit: KNOWN.duration, into: column(6) });
  const columns = { lateMs, durationUs, dnsUs, connectUs, tlsUs, waitUs, bodyUs };
  if (inUnits) leaveUnits([dnsUs, connectUs, tlsUs, waitUs, bodyUs]);
  if (asRest) addPhases(columns, inUnits);
  else if (inUnits) leaveUnits([durationUs]);
  return columns;
}

interface Place {
  /** Of `BlockShape.known`. */
  readonly bit: number;
  readonly into: Float64Array;
}

/** A column, with NaN for the results whose shape does not have it. */
function readKnown(reader: BitReader, { shapes, indexes }: ShapedResults, { bit, into }: Place): Float64Array {
  let having = 0;
  for (const { known } of shapes) if ((known & bit) !== 0) having += 1;
  if (having === shapes.length) {
    readColumn(reader, into);
    return into;
  }
  if (having === 0) return into.fill(NaN);
  const has = shapes.map(({ known }) => (known & bit) !== 0);
  let count = 0;
  for (const index of indexes) if (has[index] === true) count += 1;
  readColumn(reader, into, 0, count);
  for (let position = into.length - 1; position >= 0; position -= 1) {
    if (has[indexes[position] ?? 0] === true) {
      count -= 1;
      into[position] = into[count] ?? NaN;
    } else {
      into[position] = NaN;
    }
  }
  return into;
}

function leaveUnits(columns: readonly Float64Array[]): void {
  for (const column of columns) {
    for (let index = 0; index < column.length; index += 1) column[index] = fromUnits(column[index] ?? 0);
  }
}

/** Makes durations of what the phases leave of them. */
function addPhases(columns: TimeColumns, inUnits: boolean): void {
  const { durationUs, dnsUs, connectUs, tlsUs, waitUs, bodyUs } = columns;
  for (let index = 0; index < durationUs.length; index += 1) {
    const before = orZero(dnsUs[index]) + orZero(connectUs[index]) + orZero(tlsUs[index]);
    const sum = before + orZero(waitUs[index]) + orZero(bodyUs[index]);
    const rest = durationUs[index] ?? 0;
    durationUs[index] = inUnits ? fromUnits(rest + toUnits(sum)) : rest + sum;
  }
}

function orZero(value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? 0 : value;
}
