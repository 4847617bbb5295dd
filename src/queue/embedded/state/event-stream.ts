import type { StreamReadRaw } from 'bullmq';
import type { Clock } from '../../../core/clock.ts';

/** BullMQ's default for `opts.maxLenEvents`. */
export const DEFAULT_MAX_EVENTS = 10_000;

interface StreamEntry {
  readonly milliseconds: number;
  readonly sequence: number;
  /** Name, value, name, value, … */
  readonly fields: string[];
}

interface StreamPosition {
  readonly milliseconds: number;
  readonly sequence: number;
}

/** The newest events of one queue, with ids as a Redis stream gives them (`<ms>-<sequence>`, always increasing). */
export class EventStream {
  readonly #key: string;
  readonly #clock: Clock;
  readonly #readers = new Set<() => void>();
  #entries: StreamEntry[] = [];
  /** Entries before this index are already dropped; they are cut off in one go now and then. */
  #start = 0;
  #lastMilliseconds = 0;
  #lastSequence = 0;
  /** At most this many events are kept. */
  maxLength = DEFAULT_MAX_EVENTS;

  constructor(key: string, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  append(fields: string[]): void {
    const now = Math.trunc(this.#clock.now());
    if (now > this.#lastMilliseconds) {
      this.#lastMilliseconds = now;
      this.#lastSequence = 0;
    } else {
      this.#lastSequence += 1;
    }
    this.#entries.push({ milliseconds: this.#lastMilliseconds, sequence: this.#lastSequence, fields });
    if (this.#entries.length - this.#start > this.maxLength) this.#dropTo(this.maxLength);
    if (this.#readers.size > 0) this.interruptReaders();
  }

  /** The id of the newest event ever appended. */
  get lastId(): string {
    return `${this.#lastMilliseconds}-${this.#lastSequence}`;
  }

  /** Drops the oldest events beyond `length`; gives how many were dropped. */
  trim(length: number): number {
    const dropped = Math.max(0, this.#entries.length - this.#start - length);
    if (dropped > 0) this.#dropTo(length);
    return dropped;
  }

  /** The events after `id`, in the shape of an XREAD reply, or null when there are none. */
  readAfter(id: string): StreamReadRaw {
    const from = this.#indexAfter(parsePosition(id));
    if (from >= this.#entries.length) return null;
    const entries = this.#entries.slice(from);
    return [
      [this.#key, entries.map(({ milliseconds, sequence, fields }) => [`${milliseconds}-${sequence}`, [...fields]])],
    ];
  }

  /** Calls `reader` once, at the next event or interruption. Gives a function that withdraws it. */
  onceAppended(reader: () => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  interruptReaders(): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const wake of readers) wake();
  }

  clear(): void {
    this.#entries = [];
    this.#start = 0;
  }

  #dropTo(length: number): void {
    this.#start = this.#entries.length - length;
    if (this.#start > 64 && this.#start > length) {
      this.#entries = this.#entries.slice(this.#start);
      this.#start = 0;
    }
  }

  #indexAfter(position: StreamPosition): number {
    let low = this.#start;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#entries[middle];
      if (entry === undefined || isAfter(entry, position)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isAfter(entry: StreamPosition, position: StreamPosition): boolean {
  if (entry.milliseconds !== position.milliseconds) return entry.milliseconds > position.milliseconds;
  return entry.sequence > position.sequence;
}

function parsePosition(id: string): StreamPosition {
  const [milliseconds = '0', sequence = '0'] = id.split('-');
  return { milliseconds: Number(milliseconds), sequence: Number(sequence) };
}
