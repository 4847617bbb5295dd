import type { Clock } from '../core/clock.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite } from '../db/native.ts';
import { compact, type CompactReport } from '../db/replace.ts';

/** Makes a database as small as it can be, while no server uses it. Throws `db_…`. */
export async function compactDatabase(path: string, clock: Clock): Promise<CompactReport> {
  const driver = await loadSqlite();
  return compact(path, { driver, known: shippedMigrations().length, clock, verify: 'quick' });
}
