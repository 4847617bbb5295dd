import type { CheckResult } from '../core/outcome.ts';
import { evidenceText } from '../core/kept-evidence.ts';
import type { Database, Statement } from '../db/native.ts';
import type { JournalRow } from '../db/schema.ts';

/** The newest evidence of each monitor, location and status. All calls within a transaction of the caller. */
export class EvidenceTable {
  readonly #put: Statement<[number, number, string, number, string]>;

  constructor(database: Database) {
    this.#put = database.prepare(`
      INSERT INTO evidence (monitor, location, status, slot, data) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (monitor, location, status) DO UPDATE SET slot = excluded.slot, data = excluded.data
      WHERE excluded.slot >= evidence.slot`);
  }

  /** Keeps what a result brought along, if anything, under the row that was made of it. */
  keep({ monitor, location, status, slot }: JournalRow, result: CheckResult): void {
    if (result.evidence === null) return;
    this.#put.run(monitor, location, status, slot, evidenceText(result, result.evidence));
  }
}
