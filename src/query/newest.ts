import { HOUR_MS } from '../core/history/history-key.ts';
import { areHeadsVouched, foldedUntilOf, readMeta } from '../db/meta-values.ts';
import type { Database } from '../db/native.ts';
import type { HeadRow, JournalRow } from '../db/schema.ts';

/**
 * The newest verdict of a monitor, brought up to date, and where its newest span begins. `status` is that of the span,
 * `last_status` that of the verdict itself where it is another one: failures that are not confirmed yet, for one.
 */
export type Newest = HeadRow;

/** How far a monitor is looked for in the rows of all before its own chain of slots is followed instead. */
const SCANNED_ROWS = 20_000;

type Tail = Pick<JournalRow, 'slot' | 'interval_ms' | 'status' | 'reason' | 'status_code' | 'duration_us'>;

/** The newest verdict of one monitor; `undefined` when it was never checked. */
export function newestOf(database: Database, monitor: number): Newest | undefined {
  const head = database.prepare<[number], HeadRow>('SELECT * FROM heads WHERE monitor = ?').get(monitor);
  if (head === undefined) return undefined;
  const from = Math.max(replayFrom(database), head.slot);
  const slot = slotInRow(database, head) ?? newestSlotFrom(database, monitor, from);
  if (slot === undefined || slot < from) return head;
  const tail = database
    .prepare<[number, number], Tail>(
      `SELECT slot, interval_ms, status, reason, status_code, duration_us FROM journal
       WHERE slot = ? AND monitor = ?
       ORDER BY CASE status WHEN 'down' THEN 3 WHEN 'degraded' THEN 2 WHEN 'up' THEN 1 ELSE 0 END DESC, location LIMIT 1`,
    )
    .get(slot, monitor);
  return tail === undefined ? head : upToDate(head, tail);
}

/**
 * The newest slot of a monitor when its results lie in a row from its saved head on; `undefined` when nobody vouches for
 * that. The look-ups double how far they reach until one finds nothing, and then halve what is left.
 */
function slotInRow(database: Database, { monitor, slot, interval_ms }: HeadRow): number | undefined {
  // Of a row that begins before the seam the journal may have lost a part.
  if (slot + interval_ms < foldedUntilOf(database) * HOUR_MS || !areHeadsVouched(database)) return undefined;
  const at = database.prepare<[number, number], 1>('SELECT 1 FROM journal WHERE slot = ? AND monitor = ? LIMIT 1');
  const isThere = (steps: number): boolean => at.pluck().get(slot + steps * interval_ms, monitor) !== undefined;
  let [known, beyond] = [0, 1];
  while (isThere(beyond)) [known, beyond] = [beyond, beyond * 2];
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if (isThere(middle)) known = middle;
    else beyond = middle;
  }
  return slot + known * interval_ms;
}

/** The newest slot of a monitor, not before another one: in the rows of all, of which there may be many after its own. */
function newestSlotFrom(database: Database, monitor: number, from: number): number | undefined {
  return database
    .prepare<[number, number], number>(
      'SELECT slot FROM journal WHERE monitor = ? AND slot >= ? ORDER BY slot DESC LIMIT 1',
    )
    .pluck()
    .get(monitor, from);
}

/** The newest slot of a monitor at or before a time, given its newest of all; `undefined` when there is none. */
export function slotAtOrBefore(
  database: Database,
  chain: { readonly monitor: number; readonly newest: number },
  time: number,
): number | undefined {
  if (chain.newest <= time) return chain.newest;
  const near = database
    .prepare<[number, number, number], number>(
      `SELECT slot FROM (SELECT slot, monitor FROM journal WHERE slot <= ? ORDER BY slot DESC LIMIT ?)
       WHERE monitor = ? LIMIT 1`,
    )
    .pluck()
    .get(time, SCANNED_ROWS, chain.monitor);
  if (near !== undefined) return near;
  return database
    .prepare<[{ newest: number; monitor: number; time: number }], number>(
      `WITH RECURSIVE chain (slot) AS (
         SELECT @newest
         UNION ALL
         SELECT (SELECT slot - coalesce(back_ms, interval_ms) FROM journal
                 WHERE slot = chain.slot AND monitor = @monitor LIMIT 1)
         FROM chain WHERE chain.slot > @time
       )
       SELECT journal.slot FROM chain CROSS JOIN journal ON journal.slot = chain.slot AND journal.monitor = @monitor
       WHERE chain.slot <= @time LIMIT 1`,
    )
    .pluck()
    .get({ ...chain, time });
}

/** The slot from which the journal is newer than the heads. */
export function replayFrom(database: Database): number {
  return Number(readMeta(database, 'replay_from') ?? 0);
}

/**
 * Status and beginning of the span, and what the machine remembers, are always saved with the head; the rest comes from
 * the newer row. Of several locations that reported on the newest slot the worst stands for it, of equal ones the first.
 */
function upToDate(head: Newest, tail: Tail): Newest {
  const { slot, interval_ms, status, reason, status_code, duration_us } = tail;
  const last_status = status === head.status ? null : status;
  return { ...head, slot, interval_ms, reason, status_code, duration_us, last_status };
}
