import { HOUR_MS, hourOf } from '../core/history/history-key.ts';
import { daysUntilOf, foldedUntilOf, writeMeta } from '../db/meta-values.ts';
import type { Database } from '../db/native.ts';
import { dayOfHour } from './folded-tables.ts';

/** An hour is folded so long after its end, ms. */
const FOLDED_AFTER_MS = 5 * 60_000;

/**
 * Moves the seam as far as it can go without folding: what is imported for hours that are over goes into blocks at once,
 * and only hours of which the journal has rows wait for the server. Returns the first hour that is not folded. Within a
 * transaction of the caller. `now`: ms since the epoch.
 */
export function advanceSeam(database: Database, now: number): number {
  const seam = foldedUntilOf(database);
  const oldestRow = database
    .prepare<[number], number>('SELECT slot FROM journal WHERE slot >= ? ORDER BY slot LIMIT 1')
    .pluck()
    .get(seam * HOUR_MS);
  const over = hourOf(now - FOLDED_AFTER_MS);
  const moved = Math.max(seam, Math.min(over, oldestRow === undefined ? over : hourOf(oldestRow)));
  if (moved === seam) return seam;
  // Blocks of a fold that was broken off, of hours that have no rows any more, would begin to count.
  writeMeta(database, 'folded_until', String(moved));
  const hasRollups = database.prepare('SELECT 1 FROM hours LIMIT 1').get() !== undefined;
  if (daysUntilOf(database) === 0 && !hasRollups) {
    writeMeta(database, 'days_until', String(dayOfHour(moved).day));
  }
  return moved;
}
