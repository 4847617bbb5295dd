import type { Clock } from '../core/clock.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite } from '../db/native.ts';
import { restoreBackup, type RestoreReport } from '../db/replace.ts';

/** What is to be put in the place of what. */
export interface RestoreRequest {
  readonly backup: string;
  readonly path: string;
  readonly clock: Clock;
}

/** Puts a backup in the place of a database and keeps what was there. Throws as {@link restoreBackup} does. */
export async function restoreDatabase({ backup, path, clock }: RestoreRequest): Promise<RestoreReport> {
  const driver = await loadSqlite();
  return restoreBackup(backup, path, { driver, known: shippedMigrations().length, clock, verify: 'full' });
}
