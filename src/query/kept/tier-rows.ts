import { firstKeyOf, historyKey, monitorKeys, readHistoryKey } from '../../core/history/history-key.ts';
import type { Database } from '../../db/native.ts';

/** A table whose rows are found by period, monitor and location. */
export type Tier = 'blocks' | 'hours' | 'days';

/** What is kept of one monitor in one period at one location. */
export interface TierRow {
  /** The hour (of a block) or the day since the epoch. */
  readonly period: number;
  /** The key of the location. */
  readonly location: number;
  readonly data: Uint8Array;
}

/** Rows of one monitor, of the periods from one up to the other, both included; backwards when `from` is the later one. */
export interface TierQuestion {
  readonly monitor: number;
  readonly from: number;
  readonly to: number;
  /** No more rows than this; all when left out. */
  readonly limit?: number;
}

/** More periods than this lie between no two moments that a key has room for. */
const ALL_ROWS = 2 ** 31;

/** So few periods cost less when each is looked up by a statement of its own. */
const FEW_PERIODS = 6;

const LOCATIONS = monitorKeys(0, 0)[1];
const PERIOD = firstKeyOf(1);

type KeyAndData = readonly [key: number, data: Uint8Array];

/** Finds the rows of one monitor, in the order of the question; rows of one period by location. One look-up a period. */
export function tierRows(database: Database, tier: Tier, question: TierQuestion): TierRow[] {
  const few = Math.abs(question.to - question.from) < FEW_PERIODS;
  return (few ? rowsOfFew(database, tier, question) : rowsOfMany(database, tier, question)).map(([key, data]) => {
    const { period, location } = readHistoryKey(key);
    return { period, location, data };
  });
}

function rowsOfFew(
  database: Database,
  tier: Tier,
  { monitor, from, to, limit = ALL_ROWS }: TierQuestion,
): KeyAndData[] {
  const statement = database.prepare<[number, number]>(`SELECT key, data FROM ${tier} WHERE key BETWEEN ? AND ?`).raw();
  const found: KeyAndData[] = [];
  const step = from <= to ? 1 : -1;
  for (let period = from; period !== to + step && found.length < limit; period += step) {
    found.push(...(statement.all(...monitorKeys(period, monitor)) as KeyAndData[]));
  }
  return found.length > limit ? found.slice(0, limit) : found;
}

function rowsOfMany(
  database: Database,
  tier: Tier,
  { monitor, from, to, limit = ALL_ROWS }: TierQuestion,
): KeyAndData[] {
  const step = from <= to ? PERIOD : -PERIOD;
  // Without ORDER BY a recursive query gives rows in the order it finds them, and stops when enough were taken.
  const statement = database.prepare<[number, number, number, number, number]>(`
    WITH RECURSIVE period (key) AS (SELECT ? UNION ALL SELECT key + ? FROM period WHERE key <> ?)
    SELECT kept.key, kept.data
    FROM period CROSS JOIN ${tier} AS kept ON kept.key BETWEEN period.key AND period.key + ?
    LIMIT ?`);
  const [first, last] = [historyKey(from, monitor, 0), historyKey(to, monitor, 0)];
  return statement.raw().all(first, step, last, LOCATIONS, limit) as KeyAndData[];
}

/** The first period from one up to another of which there is a row; `undefined` when there is none. */
export function firstPeriod(
  database: Database,
  tier: Tier,
  { monitor, from, to }: Omit<TierQuestion, 'limit'>,
): number | undefined {
  // Mostly it is the very first; a statement for many costs several times one for that.
  if (tierRows(database, tier, { monitor, from, to: from }).length > 0) return from;
  const oldest = Math.max(from + 1, oldestPeriod(database, tier) ?? Infinity);
  return oldest > to ? undefined : tierRows(database, tier, { monitor, from: oldest, to, limit: 1 })[0]?.period;
}

/** The oldest period of which any monitor has a row; `undefined` when the table is empty. */
export function oldestPeriod(database: Database, tier: Tier): number | undefined {
  const key = database.prepare<[], number | null>(`SELECT min(key) FROM ${tier}`).pluck().get();
  return typeof key === 'number' ? readHistoryKey(key).period : undefined;
}
