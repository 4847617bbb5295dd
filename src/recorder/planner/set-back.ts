import { wasSetBack } from '../../core/notify/clock-back.ts';
import type { Database } from '../../db/native.ts';

/**
 * Finds that the clock was set back since it was planned last at `plannedAt` (ms since the epoch; `undefined` when that was
 * before the start), and lets what waits for some time wait for no longer because of it. What waits for a date goes on.
 * Returns whether it was. Within a transaction of the caller.
 */
export function followSetBack(database: Database, plannedAt: number | undefined, now: number): boolean {
  const before = plannedAt ?? newestMoment(database);
  if (!wasSetBack(before, now)) return false;
  database
    .prepare(
      `UPDATE notifications SET due_at = due_at - @by, told_by = CASE WHEN told_by > @now THEN told_by - @by ELSE told_by END
      WHERE state IN ('waiting', 'ready') AND due_at > @now
        AND coalesce(why, '') NOT IN ('quiet', 'silenced', 'maintenance', 'outside_hours')`,
    )
    .run({ by: Math.floor(before - now), now });
  return true;
}

/** When something was noted last, ms since the epoch; -Infinity when nothing ever was. */
function newestMoment(database: Database): number {
  const newest = database
    .prepare<[], number | null>(
      `SELECT max(at) FROM (
        SELECT * FROM (SELECT at FROM outbox ORDER BY seq DESC LIMIT 1)
        UNION ALL SELECT * FROM (SELECT created_at FROM notifications ORDER BY key DESC LIMIT 1)
        UNION ALL SELECT * FROM (SELECT at FROM deliveries ORDER BY key DESC LIMIT 1))`,
    )
    .pluck()
    .get();
  return newest ?? -Infinity;
}
