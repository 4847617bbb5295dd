import type { Reason } from '../reasons.ts';
import type { Status } from '../status.ts';
import { bitLength, type BitWriter } from './bit-writer.ts';
import type { BitReader } from './bit-reader.ts';
import type { KeptResult } from './kept-result.ts';
import { NUMBERED_REASONS, NUMBERED_STATUSES, REASON_NUMBERS, STATUS_NUMBERS } from './packed-words.ts';

/** Everything of a result but its times; most results of an hour share it. */
export interface BlockShape {
  readonly status: Status;
  readonly reason: Reason | null;
  readonly statusCode: number | null;
  readonly attempt: number;
  readonly family: 4 | 6 | null;
  readonly traced: boolean;
  /** Which of its times are not `null`: bits of {@link KNOWN}. */
  readonly known: number;
  /** The number of its message, from 0 up; `null` without. */
  readonly message: number | null;
}

/** The shapes of a block and which of them each result has. */
export interface ShapedResults {
  readonly shapes: readonly BlockShape[];
  /** By result. */
  readonly indexes: Uint32Array;
}

const REASON_BITS = 8;
const KNOWN_BITS = 7;

/** The bits of `BlockShape.known`. */
export const KNOWN = { late: 64, duration: 32, dns: 16, connect: 8, tls: 4, wait: 2, body: 1 } as const;

/** Which times of a result are known. */
function knownOf(result: KeptResult): number {
  return (
    (result.lateMs === null ? 0 : KNOWN.late) |
    (result.durationUs === null ? 0 : KNOWN.duration) |
    (result.dnsUs === null ? 0 : KNOWN.dns) |
    (result.connectUs === null ? 0 : KNOWN.connect) |
    (result.tlsUs === null ? 0 : KNOWN.tls) |
    (result.waitUs === null ? 0 : KNOWN.wait) |
    (result.bodyUs === null ? 0 : KNOWN.body)
  );
}

/** Finds the shapes of results, and gives each distinct message a number, in the order of their first results. */
export function shapesOf(results: readonly KeptResult[], messages: Map<string, number>): ShapedResults {
  const shapes: BlockShape[] = [];
  const indexes = new Uint32Array(results.length);
  const found = new Map<string, number>();
  let [before, beforeKnown, index] = [results[0], -1, -1];
  for (const [position, result] of results.entries()) {
    const known = knownOf(result);
    if (before === undefined || known !== beforeKnown || !areAlike(before, result)) {
      const shape = shapeOf(result, known, messages);
      const name = Object.values(shape).join(' ');
      index = found.get(name) ?? shapes.length;
      if (index === shapes.length) {
        found.set(name, index);
        shapes.push(shape);
      }
      [before, beforeKnown] = [result, known];
    }
    indexes[position] = index;
  }
  return { shapes, indexes };
}

function areAlike(one: KeptResult, other: KeptResult): boolean {
  return (
    one.status === other.status &&
    one.reason === other.reason &&
    one.statusCode === other.statusCode &&
    one.attempt === other.attempt &&
    one.family === other.family &&
    one.traced === other.traced &&
    one.message === other.message
  );
}

function shapeOf(result: KeptResult, known: number, messages: Map<string, number>): BlockShape {
  const { status, reason, statusCode, attempt, family, traced } = result;
  let message: number | null = null;
  if (result.message !== null) {
    message = messages.get(result.message) ?? messages.size;
    messages.set(result.message, message);
  }
  return { status, reason, statusCode, attempt, family, traced, known, message };
}

/** Writes shapes, then which result has which: as runs, or one by one where that is shorter. */
export function writeShapes(writer: BitWriter, { shapes, indexes }: ShapedResults): void {
  writer.number(shapes.length);
  for (const shape of shapes) writeShape(writer, shape);
  if (shapes.length < 2) return;
  const width = bitLength(shapes.length - 1);
  const runs = runsOf(indexes);
  const inRuns = runs.reduce((bits, [, length]) => bits + width + 6 + Math.max(0, bitLength(length - 1) - 1), 0);
  const asRuns = inRuns < indexes.length * width;
  writer.bits(asRuns ? 1 : 0, 1);
  if (!asRuns) {
    for (const index of indexes) writer.bits(index, width);
    return;
  }
  for (const [index, length] of runs) {
    writer.bits(index, width);
    writer.number(length - 1);
  }
}

function writeShape(writer: BitWriter, shape: BlockShape): void {
  const { status, reason, statusCode, attempt, family, traced, known, message } = shape;
  writer.bits(STATUS_NUMBERS[status], 2);
  writer.bits(reason === null ? 0 : 1, 1);
  if (reason !== null) writer.bits(REASON_NUMBERS[reason], REASON_BITS);
  writer.bits(statusCode === null ? 0 : 1, 1);
  if (statusCode !== null) writer.signed(statusCode);
  writer.bits(attempt === 1 ? 0 : 1, 1);
  if (attempt !== 1) writer.number(attempt);
  writer.bits(family === null ? 0 : family === 4 ? 1 : 2, 2);
  writer.bits(traced ? 1 : 0, 1);
  writer.bits(known, KNOWN_BITS);
  writer.bits(message === null ? 0 : 1, 1);
  if (message !== null) writer.number(message);
}

/** Runs of equal numbers: the number and how many. */
function runsOf(indexes: Uint32Array): [index: number, length: number][] {
  const runs: [number, number][] = [];
  let last: [number, number] | undefined;
  for (const index of indexes) {
    if (last?.[0] === index) {
      last[1] += 1;
    } else {
      last = [index, 1];
      runs.push(last);
    }
  }
  return runs;
}

/** Reads the shapes of so many results. */
export function readShapes(reader: BitReader, count: number): ShapedResults {
  const shapes: BlockShape[] = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    shapes.push(readShape(reader));
    reader.checkNotOver();
  }
  if (count > 0 && shapes.length === 0) throw reader.damaged('its results have no shape');
  const indexes = new Uint32Array(count);
  if (shapes.length < 2) return { shapes, indexes };
  const width = bitLength(shapes.length - 1);
  const asRuns = reader.bits(1) === 1;
  for (let from = 0; from < count;) {
    const index = reader.bits(width);
    const to = asRuns ? from + reader.number() + 1 : from + 1;
    if (index >= shapes.length || to > count) throw reader.damaged('a result has no such shape');
    indexes.fill(index, from, to);
    from = to;
    reader.checkNotOver();
  }
  return { shapes, indexes };
}

function readShape(reader: BitReader): BlockShape {
  const status = NUMBERED_STATUSES[reader.bits(2)];
  const reason = reader.bits(1) === 0 ? null : NUMBERED_REASONS[reader.bits(REASON_BITS)];
  if (status === undefined || reason === undefined) throw reader.damaged('a reason is not known to this program');
  const statusCode = reader.bits(1) === 0 ? null : reader.signed();
  const attempt = reader.bits(1) === 0 ? 1 : reader.number();
  const family = ([null, 4, 6] as const)[reader.bits(2)];
  if (family === undefined) throw reader.damaged('there is no such family of addresses');
  const traced = reader.bits(1) === 1;
  const known = reader.bits(KNOWN_BITS);
  const message = reader.bits(1) === 0 ? null : reader.number();
  return { status, reason, statusCode, attempt, family, traced, known, message };
}
