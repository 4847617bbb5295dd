import { BitReader } from './bit-reader.ts';
import { BitWriter } from './bit-writer.ts';
import { readTimes, type TimeColumns, writeTimes } from './block-columns.ts';
import { type BlockShape, readShapes, shapesOf, writeShapes } from './block-shapes.ts';
import type { KeptResult } from './kept-result.ts';
import { MOST_EQUAL, NumberList, readColumn, writeColumn } from './number-column.ts';

const VERSION = 1;
const VERSION_BITS = 8;

/**
 * The results of a block as columns, in order of slot: result i has `slot[i]`, `durationUs[i]` and so on, NaN where there
 * is `null`, and all else of `shapes[shapeIndex[i]]`: status, reason, status code, attempt, family, whether it was traced.
 */
export interface BlockColumns extends TimeColumns {
  readonly count: number;
  /** ms since the epoch. */
  readonly slot: Float64Array;
  readonly intervalMs: Float64Array;
  readonly shapes: readonly BlockShape[];
  readonly shapeIndex: Uint32Array;
  /** Messages in UTF-8, by the number in `BlockShape.message`. */
  readonly messages: readonly Uint8Array[];
}

// What one call fills and empties.
const writer = new BitWriter();
const intervals = new NumberList();
const delays = new NumberList();

/**
 * Packs an hour of one monitor's results at one location, in order of slot and each slot once. docs/storage.md describes
 * the format. Throws RangeError when they are out of order, or what should be a whole number is none.
 */
export function packBlock(results: readonly KeptResult[]): Uint8Array {
  writer.clear();
  writer.bits(VERSION, VERSION_BITS);
  writer.number(results.length);
  writeSlots(results);
  const numbers = new Map<string, number>();
  writeShapes(writer, shapesOf(results, numbers));
  const messages = [...numbers.keys()].map((message) => Buffer.from(message));
  writer.number(messages.length);
  for (const message of messages) writer.number(message.length);
  writeTimes(writer, results);
  return writer.finish(messages.length === 0 ? undefined : Buffer.concat(messages));
}

/** The first slot, the intervals, and how much later than one interval each slot comes after the one before. */
function writeSlots(results: readonly KeptResult[]): void {
  intervals.clear();
  delays.clear();
  let before = -1;
  let interval = 0;
  for (const { slot, intervalMs } of results) {
    if (!Number.isSafeInteger(slot) || !Number.isSafeInteger(intervalMs)) {
      throw new RangeError(`slot or interval is no whole number: ${slot}, ${intervalMs}`);
    }
    if (slot <= before) throw new RangeError(`the slot ${slot} does not come after ${before}`);
    if (before >= 0) delays.push(slot - before - interval);
    before = slot;
    interval = intervalMs;
    intervals.push(interval);
  }
  writer.number(results[0]?.slot ?? 0);
  writeColumn(writer, intervals);
  writeColumn(writer, delays);
}

/**
 * Reads a block as columns, without an object or a text for each result: for figures over many. Throws `DamagedHistory`
 * when the block is damaged or of a version that this program does not know.
 */
export function readBlock(data: Uint8Array): BlockColumns {
  const reader = new BitReader(data, 'block', VERSION);
  const count = reader.number();
  if (count > MOST_EQUAL && count > data.length * 8) throw reader.damaged('it is too short for its results');
  const first = reader.number();
  const intervalMs = new Float64Array(count);
  readColumn(reader, intervalMs);
  const slot = readSlots(reader, first, intervalMs);
  const shaped = readShapes(reader, count);
  const messages = readMessages(reader);
  for (const { message } of shaped.shapes) {
    if (message !== null && message >= messages.length) throw reader.damaged('a result has no such message');
  }
  const times = readTimes(reader, shaped);
  reader.checkEnd();
  return { count, slot, intervalMs, shapes: shaped.shapes, shapeIndex: shaped.indexes, messages, ...times };
}

function readSlots(reader: BitReader, first: number, intervals: Float64Array): Float64Array {
  const slots = new Float64Array(intervals.length);
  if (slots.length === 0) return slots;
  readColumn(reader, slots, 1, slots.length - 1);
  slots[0] = first;
  for (let index = 1, slot = first; index < slots.length; index += 1) {
    const delay = slots[index] ?? 0;
    const advance = (intervals[index - 1] ?? 0) + delay;
    if (!(advance > 0)) throw reader.damaged('its slots are out of order');
    slot += advance;
    slots[index] = slot;
  }
  return slots;
}

/** The bytes of each message, in UTF-8. */
function readMessages(reader: BitReader): Uint8Array[] {
  const ends: number[] = [];
  let end = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    end += reader.number();
    ends.push(end);
    reader.checkNotOver();
  }
  const tail = reader.tail(end);
  return ends.map((to, index) => tail.subarray(ends[index - 1] ?? 0, to));
}

/** The results of a block, as they were given, in order of slot. Throws as `readBlock` does. */
export function unpackBlock(data: Uint8Array): KeptResult[] {
  const columns = readBlock(data);
  const { count, shapes, shapeIndex, slot, intervalMs } = columns;
  const texts = columns.messages.map((bytes) => Buffer.from(bytes).toString());
  const results: KeptResult[] = [];
  for (let index = 0; index < count; index += 1) {
    const shape = shapes[shapeIndex[index] ?? 0];
    if (shape === undefined) continue;
    results.push({
      slot: slot[index] ?? 0,
      intervalMs: intervalMs[index] ?? 0,
      status: shape.status,
      reason: shape.reason,
      statusCode: shape.statusCode,
      lateMs: valueAt(columns.lateMs, index),
      durationUs: valueAt(columns.durationUs, index),
      dnsUs: valueAt(columns.dnsUs, index),
      connectUs: valueAt(columns.connectUs, index),
      tlsUs: valueAt(columns.tlsUs, index),
      waitUs: valueAt(columns.waitUs, index),
      bodyUs: valueAt(columns.bodyUs, index),
      family: shape.family,
      attempt: shape.attempt,
      traced: shape.traced,
      message: shape.message === null ? null : (texts[shape.message] ?? null),
    });
  }
  return results;
}

function valueAt(column: Float64Array, index: number): number | null {
  const value = column[index] ?? NaN;
  return Number.isNaN(value) ? null : value;
}
