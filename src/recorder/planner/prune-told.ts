import type { Database } from '../../db/native.ts';

/** Rows looked at in one go. */
const AT_ONCE = 200;

/** How far a removal came: the newest row of each table that was looked at. */
export interface PrunePosition {
  readonly notification: number;
  readonly event: number;
}

export const PRUNE_START: PrunePosition = { notification: 0, event: 0 };

interface OldRow {
  readonly key: number;
  readonly at: number;
  /** 1 or 0. */
  readonly settled: number;
}

const IS_CLOSED =
  '(incident IS NULL OR NOT EXISTS (SELECT 1 FROM incidents i WHERE i.key = incident AND i.resolved_at IS NULL))';

/**
 * Removes messages with their attempts, and events, that are older than a moment, ms since the epoch; what waits or is about
 * an open incident stays. Looks at some rows from a position on, and returns the next one; `null` when all that is old was
 * looked at. Within a transaction of the caller.
 */
export function pruneTold(database: Database, before: number, from: PrunePosition): PrunePosition | null {
  const notifications = database
    .prepare<[number, number], OldRow>(
      `SELECT key, created_at AS at, state NOT IN ('waiting', 'ready') AND ${IS_CLOSED} AS settled FROM notifications
      WHERE key > ? ORDER BY key LIMIT ?`,
    )
    .all(from.notification, AT_ONCE);
  const events = database
    .prepare<[number, number], OldRow>(
      `SELECT seq AS key, at, planned_at IS NOT NULL AND ${IS_CLOSED} AS settled FROM outbox
      WHERE seq > ? ORDER BY seq LIMIT ?`,
    )
    .all(from.event, AT_ONCE);
  const [removeAttempts, removeMessage, removeEvent] = [
    database.prepare('DELETE FROM deliveries WHERE notification = ?'),
    database.prepare('DELETE FROM notifications WHERE key = ?'),
    database.prepare('DELETE FROM outbox WHERE seq = ?'),
  ];
  const notification = lastOf(notifications, before, (key) => {
    removeAttempts.run(key);
    removeMessage.run(key);
  });
  const event = lastOf(events, before, (key) => removeEvent.run(key));
  if (notification === null && event === null) return null;
  return { notification: notification ?? from.notification, event: event ?? from.event };
}

/** Removes the settled ones of the rows that are old, and returns the last of these; `null` when none is old. */
function lastOf(rows: readonly OldRow[], before: number, remove: (key: number) => unknown): number | null {
  let last: number | null = null;
  for (const { key, at, settled } of rows) {
    if (at >= before) break;
    if (settled === 1) remove(key);
    last = key;
  }
  return last;
}
