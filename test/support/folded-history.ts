import { packBlock } from '../../src/core/history/block.ts';
import { DAY_MS, historyKey, HOUR_MS, hourOf, readHistoryKey } from '../../src/core/history/history-key.ts';
import type { KeptResult } from '../../src/core/history/kept-result.ts';
import { packHours, packRollup, sumOfHours } from '../../src/core/history/packed-rollup.ts';
import { addToRollup, emptyRollup, type Rollup } from '../../src/core/history/rollup.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { keptOfJournalRow } from '../../src/db/journal-result.ts';
import { writeMeta } from '../../src/db/meta-values.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import type { JournalRow } from '../../src/db/schema.ts';
import { Writer } from '../../src/recorder/writer.ts';
import type { Monitor } from '../../src/core/monitor/monitor.ts';
import { aDatabasePath } from './database.ts';

/** What a database is filled with. */
export interface FilledHistory {
  readonly monitors: readonly Monitor[];
  readonly results: readonly CheckResult[];
  /** Hours before this one (since the epoch) are folded; none when left out. */
  readonly seam?: number;
  /** When all of it was written, ms since the epoch. */
  readonly now: number;
  readonly path?: string;
}

/** A database with these results, written as a server would and folded by the contract. Returns its path. */
export async function aFilledDatabase({ monitors, results, seam = 0, now, path }: FilledHistory): Promise<string> {
  const file = path ?? aDatabasePath();
  const opened = openForWriting(file, { driver: await loadSqlite(), migrations: shippedMigrations(), now });
  const writer = new Writer(opened.database, now);
  writer.sync(monitors, [], now);
  for (let from = 0; from < results.length; from += 2000) {
    writer.flush({ batches: [results.slice(from, from + 2000)], now });
  }
  writer.finish(now);
  if (seam > 0) fold(opened.database, seam);
  opened.close();
  return file;
}

/** Packs all hours before the seam, in the plainest way. */
export function fold(database: Database, seam: number): void {
  const blocks = new Map<number, KeptResult[]>();
  const rows = database.prepare<[number], JournalRow>('SELECT * FROM journal WHERE slot < ? ORDER BY slot');
  for (const row of rows.all(seam * HOUR_MS)) {
    const key = historyKey(hourOf(row.slot), row.monitor, row.location);
    blocks.set(key, [...(blocks.get(key) ?? []), keptOfJournalRow(row)]);
  }
  const days = new Map<number, Map<number, Rollup>>();
  const put = (table: string, key: number, data: Uint8Array) =>
    database.prepare(`INSERT OR REPLACE INTO ${table} (key, data) VALUES (?, ?)`).run(key, Buffer.from(data));
  for (const [key, results] of blocks) {
    put('blocks', key, packBlock(results));
    const rollup = emptyRollup();
    for (const result of results) addToRollup(rollup, result);
    const { period, monitor, location } = readHistoryKey(key);
    const day = historyKey(Math.floor((period * HOUR_MS) / DAY_MS), monitor, location);
    days.set(day, (days.get(day) ?? new Map<number, Rollup>()).set(period % 24, rollup));
  }
  const daysUntil = Math.floor(seam / 24);
  for (const [key, hours] of days) {
    put('hours', key, packHours(hours));
    if (readHistoryKey(key).period < daysUntil) put('days', key, packRollup(sumOfHours(hours)));
  }
  writeMeta(database, 'folded_until', String(seam));
  writeMeta(database, 'days_until', String(daysUntil));
  database.prepare('DELETE FROM journal WHERE slot < ?').run(seam * HOUR_MS);
}
