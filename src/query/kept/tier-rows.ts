import { firstKeyOf, historyKey, monitorKeys, readHistoryKey } from '../../core/history/history-key.ts';
import type { Database, Statement } from '../../db/native.ts';

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

const LOCATIONS = monitorKeys(0, 0)[1];
const PERIOD = firstKeyOf(1);

type Parameters = [first: number, step: number, last: number, locations: number, limit: number];

/** Finds the rows of one monitor, in the order of the question; rows of one period by location. One look-up a period. */
export function tierRows(database: Database, tier: Tier, question: TierQuestion): TierRow[] {
  const rows = statementOf(database, tier)
    .raw()
    .all(...parametersOf(question)) as [number, Uint8Array][];
  return rows.map(([key, data]) => {
    const { period, location } = readHistoryKey(key);
    return { period, location, data };
  });
}

/** The first period, in the order of the question, of which there is a row; `undefined` when there is none. */
export function firstPeriod(database: Database, tier: Tier, question: TierQuestion): number | undefined {
  const [row] = tierRows(database, tier, { ...question, limit: 1 });
  return row?.period;
}

/** The oldest period of which any monitor has a row; `undefined` when the table is empty. */
export function oldestPeriod(database: Database, tier: Tier): number | undefined {
  const key = database.prepare<[], number | null>(`SELECT min(key) FROM ${tier}`).pluck().get();
  return typeof key === 'number' ? readHistoryKey(key).period : undefined;
}

function parametersOf({ monitor, from, to, limit = ALL_ROWS }: TierQuestion): Parameters {
  const step = from <= to ? PERIOD : -PERIOD;
  return [historyKey(from, monitor, 0), step, historyKey(to, monitor, 0), LOCATIONS, limit];
}

function statementOf(database: Database, tier: Tier): Statement<Parameters> {
  // Without ORDER BY a recursive query gives rows in the order it finds them, and stops when enough were taken.
  return database.prepare(`
    WITH RECURSIVE
      asked (first, step, last, locations) AS (SELECT ?, ?, ?, ?),
      period (key) AS (
        SELECT first FROM asked
        UNION ALL
        SELECT key + step FROM period CROSS JOIN asked WHERE key <> last
      )
    SELECT kept.key, kept.data
    FROM asked CROSS JOIN period CROSS JOIN ${tier} AS kept ON kept.key BETWEEN period.key AND period.key + asked.locations
    LIMIT ?`);
}
