import { HOUR_MS } from '../core/history/history-key.ts';
import { daysUntilOf, foldedUntilOf, writeMeta } from '../db/meta-values.ts';
import type { Database } from '../db/native.ts';

/** Where blocks end and the journal begins, as it is committed. Only its one writer moves it. */
export class Seam {
  readonly #database: Database;
  #foldedUntil: number;
  #daysUntil: number;

  constructor(database: Database) {
    this.#database = database;
    this.#foldedUntil = foldedUntilOf(database);
    this.#daysUntil = daysUntilOf(database);
  }

  /** The first hour since the epoch that is not folded. */
  get foldedUntil(): number {
    return this.#foldedUntil;
  }

  /** The first day since the epoch whose rollups were not written. */
  get daysUntil(): number {
    return this.#daysUntil;
  }

  /** The first moment whose results are in the journal, ms since the epoch. */
  get slot(): number {
    return this.#foldedUntil * HOUR_MS;
  }

  /** Makes `hour` the first that is not folded, in one transaction with what else `write` writes. */
  moveTo(hour: number, write: () => void): void {
    this.#commit('folded_until', hour, write);
    this.#foldedUntil = hour;
  }

  /** Makes `day` the first whose rollups were not written. */
  closeDaysBefore(day: number): void {
    this.#commit('days_until', day, () => undefined);
    this.#daysUntil = day;
  }

  #commit(name: 'folded_until' | 'days_until', value: number, write: () => void): void {
    const run = this.#database.transaction(() => {
      write();
      writeMeta(this.#database, name, String(value));
    });
    run.immediate();
  }
}
