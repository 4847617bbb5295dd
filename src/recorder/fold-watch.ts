import { HOUR_MS } from '../core/history/history-key.ts';
import type { JournalRow } from '../db/schema.ts';

/**
 * What comes for an hour while it is being folded. The journal has it, but the block may have been made before; so it is
 * remembered, and merged before the seam moves.
 */
export class FoldWatch {
  #until = -Infinity;
  #rows: JournalRow[] = [];

  /** Results of slots before this one are to be told, ms since the epoch. */
  get until(): number {
    return this.#until;
  }

  get count(): number {
    return this.#rows.length;
  }

  /** Begins to watch for results of this hour, and of none that is older: those are merged when they come. */
  begin(hour: number): void {
    this.#until = (hour + 1) * HOUR_MS;
    this.#rows = [];
  }

  end(): void {
    this.#until = -Infinity;
    this.#rows = [];
  }

  /** Notes rows that were committed. */
  note(rows: readonly JournalRow[]): void {
    this.#rows.push(...rows);
  }

  /** Up to so many of the rows noted, oldest first. */
  first(count: number): readonly JournalRow[] {
    return this.#rows.slice(0, count);
  }

  /** Forgets as many of them, which were merged. */
  drop(count: number): void {
    this.#rows.splice(0, count);
  }
}
