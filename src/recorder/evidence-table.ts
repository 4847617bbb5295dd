import { evidenceText } from '../core/kept-evidence.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { Status } from '../core/status.ts';
import type { Database, Statement } from '../db/native.ts';
import type { EvidenceRow, JournalRow } from '../db/schema.ts';

/** The newest evidence of each monitor, location and status. All calls within a transaction of the caller. */
export class EvidenceTable {
  readonly #put: Statement<[number, number, string, number, string, number]>;
  readonly #first: Statement<[number, string, string, number], EvidenceRow>;

  constructor(database: Database) {
    this.#put = database.prepare(`
      INSERT INTO evidence (monitor, location, status, slot, data) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (monitor, location, status) DO UPDATE SET slot = excluded.slot, data = excluded.data
      WHERE excluded.slot >= evidence.slot AND evidence.slot < ?`);
    this.#first = database.prepare(`
      SELECT monitor, location, status, slot, data FROM evidence
      WHERE monitor = ? AND status IN (?, ?) AND slot >= ? ORDER BY slot LIMIT 1`);
  }

  /**
   * Keeps what a result brought along, if anything, under the row that was made of it. Evidence from `since` on stays: it
   * is of the first of several results that are only together enough to say how the monitor stands.
   */
  keep({ monitor, location, status, slot }: JournalRow, result: CheckResult, since = Infinity): void {
    if (result.evidence === null) return;
    const until = Math.min(since, Number.MAX_SAFE_INTEGER);
    this.#put.run(monitor, location, status, slot, evidenceText(result, result.evidence), until);
  }

  /** The oldest that is here of results from a slot on with one of two statuses. */
  firstFrom(monitor: number, statuses: readonly [Status, Status], slot: number): EvidenceRow | undefined {
    return this.#first.get(monitor, ...statuses, slot);
  }
}
