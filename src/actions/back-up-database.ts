import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { backUp, type BackupReport } from '../db/backup.ts';
import { backupName } from '../db/backup-folder.ts';
import { noteBackup } from '../db/backup-note.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite } from '../db/native.ts';

/** What is to be copied, and where to: a file, or a folder in which the copy is named after the time. */
export interface BackUpRequest {
  readonly path: string;
  readonly target: { readonly file: string } | { readonly folder: string };
  readonly clock: Clock;
}

/** Copies a database, also while a server writes, and checks the whole copy. Throws `db_…`, `file_exists`, `file_unwritable`. */
export async function backUpDatabase({ path, target, clock }: BackUpRequest): Promise<BackupReport> {
  const driver = await loadSqlite();
  const now = clock.now();
  const file = 'file' in target ? target.file : join(target.folder, backupName(now));
  const report = backUp(path, file, { driver, known: shippedMigrations().length, clock, verify: 'full' });
  noteBackup(driver, path, { at: Math.floor(now), path: report.path, bytes: report.bytes, tookMs: report.tookMs });
  return report;
}
