import { DamagedHistory } from '../core/history/damaged-history.ts';
import { dayOf, historyKey, HOUR_MS, hourOf, monitorKeys, readHistoryKey } from '../core/history/history-key.ts';
import type { KeptResult } from '../core/history/kept-result.ts';
import { unpackHours } from '../core/history/packed-rollup.ts';
import type { Database, Statement } from '../db/native.ts';
import { dayOfHour, rollupOf, type BlockPlace, type FoldedTables } from './folded-tables.ts';

/** What became of some results. */
export interface ImportCounts {
  added: number;
  duplicates: number;
  /** Their hour is not kept any more, or its block cannot be read: nothing can be added to it. */
  tooOld: number;
}

/** Told of each slot that was added. */
export type OnAdded = (monitor: number, slot: number) => void;

/** Results in memory before they are packed: about 50 MB. */
const MOST_WAITING = 100_000;

/** Knows of hours whose results are gone while something else of them is still kept. */
export class GoneHours {
  readonly #hours: Statement<[number, number], { key: number; data: Buffer }>;
  readonly #day: Statement<[number, number], number>;
  readonly #block: Statement<[number], number>;

  constructor(database: Database) {
    this.#hours = database.prepare('SELECT key, data FROM hours WHERE key BETWEEN ? AND ?');
    this.#day = database.prepare<[number, number], number>('SELECT key FROM days WHERE key BETWEEN ? AND ?').pluck();
    this.#block = database.prepare<[number], number>('SELECT 1 FROM blocks WHERE key = ?').pluck();
  }

  /** Whether there was a block at this place once that is not there now. */
  isGone({ hour, monitor, location }: BlockPlace): boolean {
    if (this.#block.get(historyKey(hour, monitor, location)) !== undefined) return false;
    const { day, hourOfDay } = dayOfHour(hour);
    const key = historyKey(day, monitor, location);
    const row = this.#hours.get(key, key);
    return row === undefined ? this.#day.get(key, key) !== undefined : hasHour(row.data, hourOfDay);
  }

  /** Whether some hour of a monitor from the first to the last of these is gone. */
  anyGone(monitor: number, first: number, last: number): boolean {
    for (let day = dayOf(first * HOUR_MS); day <= dayOf(last * HOUR_MS); day += 1) {
      const rows = this.#hours.all(...monitorKeys(day, monitor));
      if (rows.length === 0 && this.#day.get(...monitorKeys(day, monitor)) !== undefined) return true;
      if (rows.some(({ key, data }) => this.#isAnyHourGone(key, data, [first, last]))) return true;
    }
    return false;
  }

  #isAnyHourGone(key: number, data: Buffer, [first, last]: readonly [number, number]): boolean {
    const { period: day, monitor, location } = readHistoryKey(key);
    return hoursIn(data).some((hourOfDay) => {
      const hour = day * 24 + hourOfDay;
      if (hour < first || hour > last) return false;
      return this.#block.get(historyKey(hour, monitor, location)) === undefined;
    });
  }
}

/** Results of folded hours on their way into blocks and rollups. They may come in any order; each hour is merged. */
export class ImportedBlocks {
  readonly #tables: FoldedTables;
  readonly #gone: GoneHours;
  readonly #counts: ImportCounts;
  readonly #onAdded: OnAdded;
  readonly #foldedUntil: number;
  #waiting = new Map<number, KeptResult[]>();
  #count = 0;

  constructor(deps: {
    readonly tables: FoldedTables;
    readonly gone: GoneHours;
    readonly counts: ImportCounts;
    readonly onAdded: OnAdded;
    readonly foldedUntil: number;
  }) {
    this.#tables = deps.tables;
    this.#gone = deps.gone;
    this.#counts = deps.counts;
    this.#onAdded = deps.onAdded;
    this.#foldedUntil = deps.foldedUntil;
  }

  add(monitor: number, location: number, result: KeptResult): void {
    const key = historyKey(hourOf(result.slot), monitor, location);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, [result]);
    else waiting.push(result);
    this.#count += 1;
    if (this.#count >= MOST_WAITING) this.flush();
  }

  /** Writes what waits, in order of key. */
  flush(): void {
    const keys = Float64Array.from(this.#waiting.keys()).sort();
    for (const key of keys) this.#merge(key, this.#waiting.get(key) ?? []);
    this.#waiting = new Map();
    this.#count = 0;
  }

  #merge(key: number, results: KeptResult[]): void {
    const { period: hour, monitor, location } = readHistoryKey(key);
    const place = { hour, monitor, location };
    const kept = this.#resultsAt(place);
    if (kept === undefined || (kept.length === 0 && this.#gone.isGone(place))) {
      this.#counts.tooOld += results.length;
      return;
    }
    const added = newOnes(results, kept);
    this.#counts.duplicates += results.length - added.length;
    if (added.length === 0) return;
    this.#counts.added += added.length;
    for (const { slot } of added) this.#onAdded(monitor, slot);
    const inOrder = kept.length === 0 ? added : [...kept, ...added].sort(bySlot);
    this.#tables.putBlock(place, inOrder);
    const isDayOver = dayOfHour(hour).day < dayOfHour(this.#foldedUntil).day;
    if (isDayOver) this.#tables.putLateRollup(place, rollupOf(inOrder));
    else this.#tables.putRollup(place, rollupOf(inOrder));
  }

  /** `undefined` when they cannot be read: what lies there is left to whoever can save it. */
  #resultsAt({ hour, monitor, location }: BlockPlace): KeptResult[] | undefined {
    try {
      return this.#tables.resultsOf(hour, monitor).get(location) ?? [];
    } catch (thrown) {
      if (thrown instanceof DamagedHistory) return undefined;
      throw thrown;
    }
  }
}

/** Those of which there is none yet, in order of slot; of several with one slot the first. */
function newOnes(results: KeptResult[], kept: readonly KeptResult[]): KeptResult[] {
  const slots = new Set(kept.map(({ slot }) => slot));
  const isInOrder = results.every(({ slot }, index) => slot > (results[index - 1]?.slot ?? -1));
  if (isInOrder && slots.size === 0) return results;
  const added = results.filter(({ slot }) => {
    const isNew = !slots.has(slot);
    slots.add(slot);
    return isNew;
  });
  return added.sort(bySlot);
}

function bySlot(one: KeptResult, other: KeptResult): number {
  return one.slot - other.slot;
}

function hasHour(data: Buffer, hourOfDay: number): boolean {
  return hoursIn(data).includes(hourOfDay);
}

function hoursIn(data: Buffer): number[] {
  try {
    return [...unpackHours(data).keys()];
  } catch (thrown) {
    if (thrown instanceof DamagedHistory) return [];
    throw thrown;
  }
}
