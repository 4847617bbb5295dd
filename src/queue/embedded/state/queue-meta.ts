import { DEFAULT_MAX_EVENTS } from './event-stream.ts';

/** A queue's settings: text, as in Redis, with the ones the queue itself obeys read once at each change. */
export class QueueMeta {
  readonly #fields = new Map<string, string>();
  paused = false;
  /** At most this many jobs are active at a time. */
  concurrency: number | undefined = undefined;
  /** The queue's own rate limit: jobs in a window. Goes before a worker's. */
  rateMax: number | undefined = undefined;
  /** The queue's own rate limit: the window, ms. */
  rateDuration: number | undefined = undefined;
  maxEvents = DEFAULT_MAX_EVENTS;

  /** Gives how many of the fields are new. */
  set(values: Readonly<Record<string, string | number>>): number {
    const before = this.#fields.size;
    for (const [field, value] of Object.entries(values)) this.#fields.set(field, String(value));
    this.#read();
    return this.#fields.size - before;
  }

  /** Gives how many of the fields were there. */
  remove(fields: readonly string[]): number {
    const removed = fields.filter((field) => this.#fields.delete(field)).length;
    this.#read();
    return removed;
  }

  get(field: string): string | null {
    return this.#fields.get(field) ?? null;
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.#fields);
  }

  clear(): void {
    this.#fields.clear();
    this.#read();
  }

  #read(): void {
    this.paused = this.#fields.has('paused');
    this.concurrency = this.#number('concurrency');
    this.rateMax = this.#number('max');
    this.rateDuration = this.#number('duration');
    this.maxEvents = this.#number('opts.maxLenEvents') ?? DEFAULT_MAX_EVENTS;
  }

  #number(field: string): number | undefined {
    const text = this.#fields.get(field);
    return text === undefined ? undefined : Number(text);
  }
}
