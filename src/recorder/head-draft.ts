import type { HeadRow } from '../db/schema.ts';
import { isNextOf } from './machine-heads.ts';

/** Changes of heads within one transaction, made in place and undone when it fails. One at a time. */
export class HeadDraft {
  readonly #heads: (HeadRow | undefined)[];
  /** By the key of the monitor: whether this draft has changed its head. */
  readonly #isChanged: boolean[];
  readonly #changed: number[] = [];
  readonly #before: (HeadRow | undefined)[] = [];
  readonly #urgent = new Set<number>();

  constructor(heads: (HeadRow | undefined)[], isChanged: boolean[]) {
    this.#heads = heads;
    this.#isChanged = isChanged;
  }

  /** The monitors whose heads were changed. */
  get changed(): readonly number[] {
    return this.#changed;
  }

  /** How many of them had none. */
  get added(): number {
    return this.#before.filter((before) => before === undefined).length;
  }

  get(monitor: number): HeadRow | undefined {
    return this.#heads[monitor];
  }

  /** A newer slot of the same status: may be saved later when it is where one who knows the head before would look for it. */
  advance(head: HeadRow): void {
    const { monitor } = head;
    const before = this.#heads[monitor];
    if (before === undefined || !isNextOf(before, head)) this.#urgent.add(monitor);
    if (this.#isChanged[monitor] !== true) {
      this.#isChanged[monitor] = true;
      this.#changed.push(monitor);
      this.#before.push(before);
    }
    this.#heads[monitor] = head;
  }

  /** A change of status or of its beginning: is saved with the transaction. */
  change(head: HeadRow): void {
    this.advance(head);
    this.#urgent.add(head.monitor);
  }

  isUrgent(monitor: number): boolean {
    return this.#urgent.has(monitor);
  }

  /** Lets the next draft begin, with what this one changed. */
  end(): void {
    for (const monitor of this.#changed) this.#isChanged[monitor] = false;
  }

  /** Lets the next draft begin, with everything as it was. */
  undo(): void {
    for (const [index, monitor] of this.#changed.entries()) this.#heads[monitor] = this.#before[index];
    this.end();
  }
}
