import { Heap } from '../core/heap.ts';

/** A check to be run outside the schedule, to confirm what the one before it saw. */
export interface Recheck {
  readonly monitor: string;
  /** When, whole ms since the epoch; the slot of its result. */
  readonly at: number;
  /** From 2 up: which look in a row it is. */
  readonly attempt: number;
  /** The location to leave alone if there is another one; `null` where any will do. */
  readonly avoid: string | null;
}

/** Rechecks that wait for their moment, at most one a monitor. */
export class Rechecks {
  readonly #waiting = new Map<string, Recheck>();
  /** Holds also what was taken back or replaced, until its moment has come. */
  #heap = newHeap();

  /** In place of the one of this monitor that waits, if one does. */
  put(recheck: Recheck): void {
    this.#waiting.set(recheck.monitor, recheck);
    this.#heap.push(recheck);
  }

  takeBack(monitor: string): void {
    this.#waiting.delete(monitor);
  }

  /** The one of this monitor that waits. */
  of(monitor: string): Recheck | undefined {
    return this.#waiting.get(monitor);
  }

  /** When the next one is due, ms since the epoch; `undefined` when none waits. */
  get next(): number | undefined {
    this.#dropStale();
    return this.#heap.peek()?.at;
  }

  /** Takes out the next one whose moment has come. */
  takeDue(now: number): Recheck | undefined {
    this.#dropStale();
    const first = this.#heap.peek();
    if (first === undefined || first.at > now) return undefined;
    this.#heap.pop();
    this.#waiting.delete(first.monitor);
    return first;
  }

  /** Keeps only those of monitors that are still there. */
  keepOf(monitors: { has(id: string): boolean }): void {
    for (const id of this.#waiting.keys()) if (!monitors.has(id)) this.#waiting.delete(id);
  }

  clear(): void {
    this.#waiting.clear();
    this.#heap = newHeap();
  }

  #dropStale(): void {
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      if (this.#waiting.get(top.monitor) === top) return;
      this.#heap.pop();
    }
  }
}

function newHeap(): Heap<Recheck> {
  return new Heap<Recheck>((a, b) => a.at - b.at);
}
