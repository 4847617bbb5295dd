import { dayOf, firstKeyOf, HOUR_MS, hourOf, readHistoryKey } from '../core/history/history-key.ts';
import type { PrunedNote } from '../db/meta-values.ts';
import type { Database, Statement } from '../db/native.ts';
import type { PageUse } from './page-use.ts';
import type { Seam } from './seam.ts';
import { StepSize } from './step-size.ts';

/** So many hours of results are kept however large the file is: without them nobody sees what goes on. */
const HOURS_KEPT = 24;

/** So many days of rollups of hours, today included. */
const DAYS_KEPT = 2;

type Removed = { blocks: number; hours: number };

/** What a table gives when the file is too large: one period after the other, the oldest first, each to its end. */
interface Source {
  readonly table: keyof Removed;
  readonly oldest: Statement<[], number>;
  readonly keyAt: Statement<[number, number, number], number>;
  readonly remove: Statement<[number, number]>;
}

/**
 * Keeps the file below a size: the oldest results go first, whole hours, then the oldest rollups of hours, whole days.
 * Rollups of days and spans stay: they are small, and what a year is judged by.
 */
export class SizeLimit {
  readonly #database: Database;
  readonly #pages: PageUse;
  readonly #seam: Seam;
  readonly #maxBytes: number;
  readonly #sources: readonly Source[];
  readonly #size = new StepSize({ first: 100, least: 20, most: 1000 });
  /** What is being removed: no new measure is taken before it is gone. */
  #current: { readonly source: Source; readonly period: number } | undefined;
  #removed: Removed = { blocks: 0, hours: 0 };
  #resultsBefore: number | null = null;
  #isHopeless = false;

  constructor(deps: {
    readonly database: Database;
    readonly pages: PageUse;
    readonly seam: Seam;
    readonly maxBytes: number | null;
  }) {
    this.#database = deps.database;
    this.#pages = deps.pages;
    this.#seam = deps.seam;
    this.#maxBytes = deps.maxBytes ?? Infinity;
    this.#sources = [sourceOf(deps.database, 'blocks'), sourceOf(deps.database, 'hours')];
  }

  /** The file is too large, and nothing that may go is left. */
  get isHopeless(): boolean {
    return this.#isHopeless;
  }

  /** Does a little; `false` when there is nothing to do, and what was removed when that was the end of it. */
  step(now: number): boolean | PrunedNote {
    if (this.#maxBytes === Infinity) return false;
    this.#current ??= this.#next(now);
    if (this.#current !== undefined) {
      if (this.#remove(this.#current)) this.#current = undefined;
      return true;
    }
    const { blocks, hours } = this.#removed;
    if (blocks + hours === 0) return false;
    this.#removed = { blocks: 0, hours: 0 };
    return { at: Math.floor(now), why: 'size', blocks, hours, days: 0, spans: 0, resultsBefore: this.#resultsBefore };
  }

  #next(now: number): { readonly source: Source; readonly period: number } | undefined {
    if (this.#pages.usedBytes <= this.#maxBytes) {
      this.#isHopeless = false;
      return undefined;
    }
    const newest = Math.min(now, this.#seam.slot);
    const before = {
      blocks: hourOf(newest) - HOURS_KEPT,
      hours: Math.min(dayOf(newest) - DAYS_KEPT + 1, this.#seam.daysUntil),
    };
    for (const source of this.#sources) {
      const key = source.oldest.get();
      const period = key === undefined ? Infinity : readHistoryKey(key).period;
      if (period < before[source.table]) return { source, period };
    }
    this.#isHopeless = true;
    return undefined;
  }

  /** True when nothing of the period is left. */
  #remove({ source, period }: { readonly source: Source; readonly period: number }): boolean {
    const started = performance.now();
    const [first, end] = [firstKeyOf(period), firstKeyOf(period + 1)];
    const last = source.keyAt.get(first, end, this.#size.size - 1);
    const run = this.#database.transaction(() => source.remove.run(first, last ?? end - 1).changes);
    this.#removed[source.table] += run.immediate();
    this.#size.took(performance.now() - started);
    const resultsBefore = source.table === 'blocks' ? (period + 1) * HOUR_MS : null;
    if (resultsBefore !== null) this.#resultsBefore = Math.max(this.#resultsBefore ?? 0, resultsBefore);
    return last === undefined;
  }
}

function sourceOf(database: Database, table: keyof Removed): Source {
  return {
    table,
    oldest: database.prepare<[], number>(`SELECT key FROM ${table} ORDER BY key LIMIT 1`).pluck(),
    keyAt: database
      .prepare<[number, number, number], number>(
        `SELECT key FROM ${table} WHERE key >= ? AND key < ? ORDER BY key LIMIT 1 OFFSET ?`,
      )
      .pluck(),
    remove: database.prepare(`DELETE FROM ${table} WHERE key BETWEEN ? AND ?`),
  };
}
