import { USUAL_RETENTION, type Retention } from '../core/history/retention.ts';
import type { Database } from '../db/native.ts';

/** The tiers of history that are kept for a time of their own. */
export type TierOfRetention = keyof Retention;

/** How long history is kept: in general, and of monitors that have a retention of their own. Times in ms. */
export class KeptFor {
  readonly #database: Database;
  readonly #general: Retention;
  #own = new Map<number, Retention>();
  /** Grows with each change, so that what was looked through with another retention is looked through again. */
  version = 0;

  constructor(database: Database, general: Retention = USUAL_RETENTION) {
    this.#database = database;
    this.#general = general;
    this.reload();
  }

  /** Reads the monitors' own retention again. */
  reload(): void {
    const rows = this.#database
      .prepare<[], { key: number; retention: string }>(
        'SELECT key, retention FROM monitors WHERE retention IS NOT NULL ORDER BY key',
      )
      .all();
    const before = JSON.stringify([...this.#own]);
    this.#own = new Map(rows.map(({ key, retention }) => [key, JSON.parse(retention) as Retention]));
    if (JSON.stringify([...this.#own]) !== before) this.version += 1;
  }

  /** What is older than this may go, of one monitor, ms since the epoch; -Infinity: nothing may. */
  since(tier: TierOfRetention, monitor: number, now: number): number {
    return now - ((this.#own.get(monitor) ?? this.#general)[tier] ?? Infinity);
  }

  /** The same for single results. */
  resultsSince(monitor: number, now: number): number {
    return this.since('results', monitor, now);
  }

  /** The different times for which a tier is kept, ms, the general one included; without those kept for ever. */
  lengths(tier: TierOfRetention): number[] {
    const lengths = [this.#general, ...this.#own.values()].map((retention) => retention[tier]);
    return [...new Set(lengths.filter((length) => length !== null))];
  }
}
