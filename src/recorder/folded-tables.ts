import { packBlock, unpackBlock } from '../core/history/block.ts';
import { DamagedHistory } from '../core/history/damaged-history.ts';
import { dayOf, historyKey, HOUR_MS, monitorKeys, readHistoryKey } from '../core/history/history-key.ts';
import type { KeptResult } from '../core/history/kept-result.ts';
import { packHours, packRollup, sumOfHours, unpackHours } from '../core/history/packed-rollup.ts';
import { addToRollup, emptyRollup, type Rollup } from '../core/history/rollup.ts';
import type { Database, Statement } from '../db/native.ts';

const HOURS_A_DAY = 24;

/** Which block: of which hour since the epoch, monitor and location. */
export interface BlockPlace {
  readonly hour: number;
  readonly monitor: number;
  readonly location: number;
}

interface PackedRow {
  readonly key: number;
  readonly data: Buffer;
}

/** The tables `blocks`, `hours` and `days`. All that writes is called within a transaction of the caller. */
export class FoldedTables {
  readonly #blocksOf: Statement<[number, number], PackedRow>;
  readonly #putBlock: Statement<[number, Uint8Array]>;
  readonly #hoursAt: Statement<[number], Buffer>;
  readonly #putHours: Statement<[number, Uint8Array]>;
  readonly #hasDay: Statement<[number]>;
  readonly #putDay: Statement<[number, Uint8Array]>;

  constructor(database: Database) {
    this.#blocksOf = database.prepare('SELECT key, data FROM blocks WHERE key BETWEEN ? AND ?');
    this.#putBlock = database.prepare('INSERT OR REPLACE INTO blocks (key, data) VALUES (?, ?)');
    this.#hoursAt = database.prepare<[number], Buffer>('SELECT data FROM hours WHERE key = ?').pluck();
    this.#putHours = database.prepare('INSERT OR REPLACE INTO hours (key, data) VALUES (?, ?)');
    this.#hasDay = database.prepare('SELECT 1 FROM days WHERE key = ?');
    this.#putDay = database.prepare('INSERT OR REPLACE INTO days (key, data) VALUES (?, ?)');
  }

  /** The results of a monitor in an hour, by location. Throws when a block is damaged. */
  resultsOf(hour: number, monitor: number): Map<number, KeptResult[]> {
    const rows = this.#blocksOf.all(...monitorKeys(hour, monitor));
    return new Map(rows.map(({ key, data }) => [readHistoryKey(key).location, unpackBlock(data)]));
  }

  /** Writes a block, in the place of an older one. In order of slot, each slot once, at least one. */
  putBlock({ hour, monitor, location }: BlockPlace, results: readonly KeptResult[]): void {
    this.#putBlock.run(historyKey(hour, monitor, location), packBlock(results));
  }

  /** Whether anything was ever folded of this hour, monitor and location, whether or not its block is still kept. */
  hasRollup({ hour, monitor, location }: BlockPlace): boolean {
    const { day, hourOfDay } = dayOfHour(hour);
    return this.#hoursOf(historyKey(day, monitor, location))?.has(hourOfDay) === true;
  }

  /** Writes what an hour comes to into its day's row. */
  putRollup({ hour, monitor, location }: BlockPlace, rollup: Rollup): void {
    const { day, hourOfDay } = dayOfHour(hour);
    const key = historyKey(day, monitor, location);
    const hours = this.#hoursOf(key) ?? new Map<number, Rollup>();
    hours.set(hourOfDay, rollup);
    this.#putHours.run(key, packHours(hours));
  }

  /** The same for an hour of a day that is closed. A day whose hours are not kept any more stays as it is. */
  putLateRollup({ hour, monitor, location }: BlockPlace, rollup: Rollup): void {
    const { day, hourOfDay } = dayOfHour(hour);
    const key = historyKey(day, monitor, location);
    const known = this.#hoursOf(key);
    if (known === undefined && this.#hasDay.get(key) !== undefined) return;
    const hours = known ?? new Map<number, Rollup>();
    hours.set(hourOfDay, rollup);
    this.#putHours.run(key, packHours(hours));
    this.putDay(key, hours);
  }

  /** Writes what the hours of a day come to, under the same key. */
  putDay(key: number, hours: ReadonlyMap<number, Rollup>): void {
    this.#putDay.run(key, packRollup(sumOfHours(hours)));
  }

  /** One damaged row must not keep all that come after it from being written: it counts as none. */
  #hoursOf(key: number): Map<number, Rollup> | undefined {
    const data = this.#hoursAt.get(key);
    if (data === undefined) return undefined;
    try {
      return unpackHours(data);
    } catch (thrown) {
      if (thrown instanceof DamagedHistory) return undefined;
      throw thrown;
    }
  }
}

/** The day since the epoch an hour belongs to, and which of its hours it is. */
export function dayOfHour(hour: number): { readonly day: number; readonly hourOfDay: number } {
  return { day: dayOf(hour * HOUR_MS), hourOfDay: hour % HOURS_A_DAY };
}

/** What results come to. */
export function rollupOf(results: readonly KeptResult[]): Rollup {
  const rollup = emptyRollup();
  for (const result of results) addToRollup(rollup, result);
  return rollup;
}
