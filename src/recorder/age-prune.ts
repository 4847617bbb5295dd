import { DAY_MS, firstKeyOf, HOUR_MS, hourOf, readHistoryKey } from '../core/history/history-key.ts';
import type { PrunedNote } from '../db/meta-values.ts';
import type { Database, Statement } from '../db/native.ts';
import type { KeptFor, TierOfRetention } from './kept-for.ts';
import { StepSize } from './step-size.ts';

/** One table whose rows go when they are too old. */
interface Tier {
  readonly name: TierOfRetention;
  readonly table: 'blocks' | 'hours' | 'days';
  /** ms a row stands for. */
  readonly period: number;
  readonly keys: Statement<[number, number, number], number>;
  readonly remove: Statement<[number]>;
  readonly removeRange: Statement<[number, number]>;
}

/** Rows of one tier that are kept for the same time. */
interface Search {
  readonly tier: Tier;
  /** Rows of periods before this one are older than that time. */
  readonly before: number;
  /** Under which it is remembered how far the search came. */
  readonly name: string;
}

type Removed = Record<'blocks' | 'hours' | 'days' | 'spans', number>;

const MONITORS_AT_ONCE = 100;

/**
 * Removes what is older than it has to be kept, in steps. Each row is looked at once for each time that something is kept
 * for, when it gets older than that; what a monitor keeps longer stays behind and is not looked at again.
 */
export class AgePrune {
  readonly #database: Database;
  readonly #keptFor: KeptFor;
  readonly #tiers: readonly Tier[];
  readonly #monitors: Statement<[number, number], number>;
  readonly #removeSpans: Statement<[number, number, number]>;
  readonly #size = new StepSize({ first: 100, least: 20, most: 1000 });
  #positions = new Map<string, number>();
  #version = -1;
  #hour = -Infinity;
  #searches: Search[] = [];
  /** The last monitor whose spans were looked at in this round. */
  #monitor = Infinity;
  #removed: Removed = none();

  constructor(database: Database, keptFor: KeptFor) {
    this.#database = database;
    this.#keptFor = keptFor;
    this.#tiers = [
      tierOf(database, { name: 'results', table: 'blocks', period: HOUR_MS }),
      tierOf(database, { name: 'hour', table: 'hours', period: DAY_MS }),
      tierOf(database, { name: 'day', table: 'days', period: DAY_MS }),
    ];
    this.#monitors = database
      .prepare<[number, number], number>('SELECT key FROM monitors WHERE key > ? ORDER BY key LIMIT ?')
      .pluck();
    this.#removeSpans = database.prepare(`
      DELETE FROM spans WHERE monitor = ? AND start <
        (SELECT max(start) FROM spans WHERE monitor = ? AND start <= ?)`);
  }

  /** Does a little; `false` when there is nothing to do, and what was removed when that was the end of a round. */
  step(now: number): boolean | PrunedNote {
    if (this.#isRoundDue(now)) this.#begin(now);
    const [search] = this.#searches;
    if (search !== undefined) {
      if (this.#search(search, now)) this.#searches.shift();
      return true;
    }
    if (this.#monitor !== Infinity) {
      this.#pruneSpans(now);
      return true;
    }
    const { blocks, hours, days, spans } = this.#removed;
    if (blocks + hours + days + spans === 0) return false;
    const note = { at: Math.floor(now), why: 'age' as const, ...this.#removed, resultsBefore: null };
    this.#removed = none();
    return note;
  }

  #isRoundDue(now: number): boolean {
    return hourOf(now) > this.#hour || this.#keptFor.version !== this.#version;
  }

  #begin(now: number): void {
    if (this.#keptFor.version !== this.#version) this.#positions = new Map();
    this.#version = this.#keptFor.version;
    this.#hour = hourOf(now);
    this.#searches = this.#tiers.flatMap((tier) =>
      this.#keptFor.lengths(tier.name).map((length) => {
        return { tier, before: Math.floor((now - length) / tier.period), name: `${tier.table} ${length}` };
      }),
    );
    this.#monitor = this.#keptFor.lengths('day').length === 0 ? Infinity : 0;
  }

  /** True when all that is too old was looked at. */
  #search({ tier, before, name }: Search, now: number): boolean {
    const started = performance.now();
    const limit = this.#size.size;
    const keys = tier.keys.all(this.#positions.get(name) ?? 0, firstKeyOf(before), limit);
    const tooOld = keys.filter((key) => {
      const { period, monitor } = readHistoryKey(key);
      return (period + 1) * tier.period <= this.#keptFor.since(tier.name, monitor, now);
    });
    const [first, last] = [tooOld[0], tooOld.at(-1)];
    if (first !== undefined && last !== undefined) {
      const run = this.#database.transaction(() => {
        if (tooOld.length === keys.length) tier.removeRange.run(first, last);
        else for (const key of tooOld) tier.remove.run(key);
      });
      run.immediate();
      this.#removed[tier.table] += tooOld.length;
    }
    const end = keys.at(-1);
    if (end !== undefined) this.#positions.set(name, end + 1);
    this.#size.took(performance.now() - started);
    return keys.length < limit;
  }

  #pruneSpans(now: number): void {
    const monitors = this.#monitors.all(this.#monitor, MONITORS_AT_ONCE);
    const run = this.#database.transaction(() => {
      for (const monitor of monitors) {
        const since = this.#keptFor.since('day', monitor, now);
        if (since > 0) this.#removed.spans += this.#removeSpans.run(monitor, monitor, Math.floor(since)).changes;
      }
    });
    run.immediate();
    this.#monitor = monitors.length < MONITORS_AT_ONCE ? Infinity : (monitors.at(-1) ?? Infinity);
  }
}

function tierOf(database: Database, { name, table, period }: Pick<Tier, 'name' | 'table' | 'period'>): Tier {
  return {
    name,
    table,
    period,
    keys: database
      .prepare<[number, number, number], number>(
        `SELECT key FROM ${table} WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`,
      )
      .pluck(),
    remove: database.prepare(`DELETE FROM ${table} WHERE key = ?`),
    removeRange: database.prepare(`DELETE FROM ${table} WHERE key BETWEEN ? AND ?`),
  };
}

function none(): Removed {
  return { blocks: 0, hours: 0, days: 0, spans: 0 };
}
