import { dayOf, firstKeyOf, HOUR_MS, readHistoryKey } from '../core/history/history-key.ts';
import { DamagedHistory } from '../core/history/damaged-history.ts';
import { unpackHours } from '../core/history/packed-rollup.ts';
import type { Database, Statement } from '../db/native.ts';
import type { FoldedTables } from './folded-tables.ts';
import type { Seam } from './seam.ts';
import { StepSize } from './step-size.ts';

interface HoursRow {
  readonly key: number;
  readonly data: Buffer;
}

/** Writes the rollups of days all of whose hours are folded, in steps. */
export class DayClose {
  readonly #database: Database;
  readonly #tables: FoldedTables;
  readonly #seam: Seam;
  readonly #next: Statement<[number, number, number], HoursRow>;
  readonly #first: Statement<[number], number>;
  readonly #size = new StepSize({ first: 10, least: 1, most: 200 });
  /** The last key of which the day was written. */
  #after = -1;

  constructor(deps: { readonly database: Database; readonly tables: FoldedTables; readonly seam: Seam }) {
    this.#database = deps.database;
    this.#tables = deps.tables;
    this.#seam = deps.seam;
    this.#next = deps.database.prepare('SELECT key, data FROM hours WHERE key > ? AND key < ? ORDER BY key LIMIT ?');
    this.#first = deps.database
      .prepare<[number], number>('SELECT key FROM hours WHERE key >= ? ORDER BY key LIMIT 1')
      .pluck();
  }

  /** Does a little; false when there is nothing to do. */
  step(): boolean {
    const day = this.#seam.daysUntil;
    const end = dayOf(this.#seam.foldedUntil * HOUR_MS);
    if (day >= end) return false;
    const started = performance.now();
    const after = Math.max(this.#after, firstKeyOf(day) - 1);
    const rows = this.#next.all(after, firstKeyOf(day + 1), this.#size.size);
    if (rows.length === 0) {
      this.#seam.closeDaysBefore(Math.min(end, this.#firstDayFrom(day + 1)));
      return true;
    }
    const run = this.#database.transaction(() => {
      for (const row of rows) this.#close(row);
    });
    run.immediate();
    this.#after = rows.at(-1)?.key ?? after;
    this.#size.took(performance.now() - started);
    return true;
  }

  #firstDayFrom(day: number): number {
    const key = this.#first.get(firstKeyOf(day));
    return key === undefined ? Infinity : readHistoryKey(key).period;
  }

  /** Hours that cannot be read have no day, and must not keep the others from theirs. */
  #close({ key, data }: HoursRow): void {
    try {
      this.#tables.putDay(key, unpackHours(data));
    } catch (thrown) {
      if (!(thrown instanceof DamagedHistory)) throw thrown;
    }
  }
}
