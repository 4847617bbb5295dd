import type { Database } from '../../db/native.ts';
import { StepSize } from '../step-size.ts';

/** Messages and events of incidents that are over are kept for so long, ms. */
const KEPT_FOR_MS = 400 * 86_400_000;

const ROUND_EVERY_MS = 3_600_000;

interface OldRow {
  readonly key: number;
  readonly at: number;
  /** 1 or 0. */
  readonly settled: number;
}

const IS_CLOSED = `(incident IS NULL
  OR NOT EXISTS (SELECT 1 FROM incidents i WHERE i.key = incident AND i.resolved_at IS NULL))`;

/**
 * Removes messages with their attempts, and events, that are older than 400 days, in steps; what waits or is about an open
 * incident stays. Each hour it begins anew with the oldest rows.
 */
export class ToldPrune {
  readonly #database: Database;
  readonly #size = new StepSize({ first: 100, least: 20, most: 1000 });
  /** The newest row of each table that was looked at in this round; Infinity when it is over. */
  #message = Infinity;
  #event = Infinity;
  #roundAt = -Infinity;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Does a little; `false` when there is nothing to do. */
  step(now: number): boolean {
    if (Math.abs(now - this.#roundAt) >= ROUND_EVERY_MS) {
      this.#roundAt = now;
      this.#message = 0;
      this.#event = 0;
    }
    if (this.#message === Infinity && this.#event === Infinity) return false;
    const started = performance.now();
    const run = this.#database.transaction(() => {
      this.#removeMessages(now - KEPT_FOR_MS);
      this.#removeEvents(now - KEPT_FOR_MS);
    });
    run.immediate();
    this.#size.took(performance.now() - started);
    return true;
  }

  #removeMessages(before: number): void {
    if (this.#message === Infinity) return;
    const rows = this.#database
      .prepare<[number, number], OldRow>(
        `SELECT key, created_at AS at, state NOT IN ('waiting', 'ready') AND ${IS_CLOSED} AS settled FROM notifications
        WHERE key > ? ORDER BY key LIMIT ?`,
      )
      .all(this.#message, this.#size.size);
    const removeAttempts = this.#database.prepare('DELETE FROM deliveries WHERE notification = ?');
    const remove = this.#database.prepare('DELETE FROM notifications WHERE key = ?');
    this.#message = removeOld(rows, before, (key) => {
      removeAttempts.run(key);
      remove.run(key);
    });
  }

  #removeEvents(before: number): void {
    if (this.#event === Infinity) return;
    const rows = this.#database
      .prepare<[number, number], OldRow>(
        `SELECT seq AS key, at, planned_at IS NOT NULL AND ${IS_CLOSED} AS settled FROM outbox
        WHERE seq > ? ORDER BY seq LIMIT ?`,
      )
      .all(this.#event, this.#size.size);
    const remove = this.#database.prepare('DELETE FROM outbox WHERE seq = ?');
    this.#event = removeOld(rows, before, (key) => remove.run(key));
  }
}

/** Removes those of the rows that are old and settled. Returns the last old one; Infinity when there are no more. */
function removeOld(rows: readonly OldRow[], before: number, remove: (key: number) => unknown): number {
  for (const { key, at, settled } of rows) {
    if (at >= before) return Infinity;
    if (settled === 1) remove(key);
  }
  return rows.at(-1)?.key ?? Infinity;
}
