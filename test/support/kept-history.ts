import { HOUR_MS } from '../../src/core/history/history-key.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { writeMeta } from '../../src/db/meta-values.ts';
import type { Database } from '../../src/db/native.ts';
import type { JournalRow } from '../../src/db/schema.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { fold } from './folded-history.ts';
import { aMonitor } from './monitors.ts';

/** How far the history of a test is folded. */
export interface Folding {
  /** Hours before this one (since the epoch) are folded; 0: none. */
  readonly seam: number;
  /** Whether the folding stopped half-way: the next hour is packed, and nothing was removed from the journal. */
  readonly halfWay?: boolean;
}

/** Writes results of `website` and of `other` into an empty database, and folds them. */
export function writeHistory(database: Database, results: readonly CheckResult[], now: number, folding: Folding): void {
  const writer = new Writer(database, now);
  writer.sync([aMonitor(), aMonitor({ id: 'other', name: 'Other' })], [], now);
  for (let from = 0; from < results.length; from += 2000) {
    writer.flush({ batches: [results.slice(from, from + 2000)], now });
  }
  writer.finish(now);
  foldHistory(database, folding);
}

/** Folds what is in the journal. */
export function foldHistory(database: Database, { seam, halfWay = false }: Folding): void {
  if (seam === 0) return;
  if (!halfWay) {
    fold(database, seam);
    return;
  }
  const rows = database.prepare<[], JournalRow>('SELECT * FROM journal').all();
  fold(database, seam + 1);
  writeMeta(database, 'folded_until', String(seam));
  writeMeta(database, 'days_until', String(Math.floor(seam / 24)));
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) return;
  const put = database.prepare(
    `INSERT OR IGNORE INTO journal (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
  );
  for (const row of rows) put.run(row);
}

/** Removes what is older than a retention of so many hours before the seam would leave. */
export function prune(database: Database, table: 'blocks' | 'hours', before: number): void {
  const period = table === 'blocks' ? before / HOUR_MS : before / (24 * HOUR_MS);
  database.prepare(`DELETE FROM ${table} WHERE key < ?`).run(Math.floor(period) * 2 ** 32);
}
