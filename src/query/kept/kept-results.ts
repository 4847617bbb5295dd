import { unpackBlock } from '../../core/history/block.ts';
import { HOUR_MS, hourOf } from '../../core/history/history-key.ts';
import type { KeptResult } from '../../core/history/kept-result.ts';
import type { TimeRange } from '../../core/uptime.ts';
import { foldedUntilOf } from '../../db/meta-values.ts';
import type { Database } from '../../db/native.ts';
import { JournalWalk } from './journal-results.ts';
import { oldestPeriod, tierRows, type TierRow } from './tier-rows.ts';

/** One result, and the key of the location it is from. */
export interface LocatedResult {
  readonly location: number;
  readonly result: KeptResult;
}

/** Part of a monitor's results, newest first, those of one slot by location. */
export interface ResultBatch {
  readonly results: readonly LocatedResult[];
  /** All results of slots from here on have been given, ms since the epoch. */
  readonly searchedFrom: number;
  /** What was looked through: results, and hours without any. */
  readonly cost: number;
}

/** Blocks, and hours without a block, that are read at a time. */
const BLOCKS_AT_A_TIME = 12;
const HOURS_AT_A_TIME = 1000;

/**
 * The results of one monitor (by its key) whose slots lie in a range, from the newest back: from the journal after the seam
 * and from blocks before it, each exactly once. In batches that are read only when they are asked for, of the journal `slots`
 * at a time. Within a snapshot of the caller (`inSnapshot`), which must last until no more are asked for.
 */
export function* resultsBackwards(
  database: Database,
  { monitor, slots, ...range }: TimeRange & { readonly monitor: number; readonly slots: number },
): Generator<ResultBatch> {
  const seam = foldedUntilOf(database) * HOUR_MS;
  const walk = new JournalWalk(database, { monitor, from: Math.max(range.from, seam), to: range.to });
  while (!walk.ended) {
    const results = walk.read(slots);
    const searchedFrom = walk.ended ? Math.max(range.from, seam) : (results.at(-1)?.result.slot ?? range.to);
    yield { results, searchedFrom, cost: results.length };
  }
  yield* blocksBackwards(database, monitor, { from: range.from, to: Math.min(range.to, seam) });
}

/** The results of blocks, oldest first. The range must end at the seam or before it. */
export function blockResults(database: Database, monitor: number, range: TimeRange): LocatedResult[] {
  const hours = hoursWithin(database, range);
  if (hours === undefined) return [];
  const rows = tierRows(database, 'blocks', { monitor, from: hours.first, to: hours.last });
  return byHour(rows).flatMap((blocks) => resultsOf(blocks, range));
}

function* blocksBackwards(database: Database, monitor: number, range: TimeRange): Generator<ResultBatch> {
  const hours = hoursWithin(database, range);
  if (hours === undefined) return;
  for (let from = hours.last; from >= hours.first;) {
    const to = Math.max(hours.first, from - HOURS_AT_A_TIME + 1);
    const rows = tierRows(database, 'blocks', { monitor, from, to, limit: BLOCKS_AT_A_TIME });
    const more = rows.length === BLOCKS_AT_A_TIME;
    // The last hour found may have more locations than were read: it is read again, whole.
    const last = rows.at(-1)?.period ?? to;
    const searched = more ? last : to;
    const whole = more ? [...rows.filter(({ period }) => period !== last), ...hourRows(database, monitor, last)] : rows;
    const results = byHour(whole).flatMap((blocks) => resultsOf(blocks, range).reverse().sort(inReverse));
    yield { results, searchedFrom: Math.max(range.from, searched * HOUR_MS), cost: results.length + from - searched };
    from = searched - 1;
  }
}

function hourRows(database: Database, monitor: number, hour: number): TierRow[] {
  return tierRows(database, 'blocks', { monitor, from: hour, to: hour });
}

/** The hours that a range touches and of which there may be blocks. */
function hoursWithin(database: Database, { from, to }: TimeRange): Record<'first' | 'last', number> | undefined {
  if (to <= from) return undefined;
  const oldest = oldestPeriod(database, 'blocks');
  if (oldest === undefined) return undefined;
  const [first, last] = [Math.max(oldest, hourOf(from)), hourOf(to - 1)];
  return first <= last ? { first, last } : undefined;
}

/** Rows of one hour after those of another, in lists of their own. */
function byHour(rows: readonly TierRow[]): TierRow[][] {
  const hours: TierRow[][] = [];
  for (const row of rows) {
    const current = hours.at(-1);
    if (current?.[0]?.period === row.period) current.push(row);
    else hours.push([row]);
  }
  return hours;
}

/** The results of the blocks of one hour that lie in a range, oldest first. */
function resultsOf(blocks: readonly TierRow[], { from, to }: TimeRange): LocatedResult[] {
  const found: LocatedResult[] = [];
  for (const { location, data } of blocks) {
    for (const result of unpackBlock(data)) {
      if (result.slot >= from && result.slot < to) found.push({ location, result });
    }
  }
  return blocks.length > 1 ? found.sort(inOrder) : found;
}

function inOrder(one: LocatedResult, other: LocatedResult): number {
  return one.result.slot - other.result.slot || one.location - other.location;
}

/** Newest slot first, and within a slot by location. */
function inReverse(one: LocatedResult, other: LocatedResult): number {
  return other.result.slot - one.result.slot || one.location - other.location;
}
