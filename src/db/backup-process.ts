import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { AppError, toError } from '../core/errors.ts';
import { backUp, type BackupReport } from './backup.ts';
import { backupName, removeAbandonedParts, removeOldBackups } from './backup-folder.ts';
import { noteBackup } from './backup-note.ts';
import { shippedMigrations } from './migrations.ts';
import { loadSqlite } from './native.ts';

/** What this process is told to do. */
export interface BackupOrder {
  readonly path: string;
  readonly folder: string;
  readonly keep: number;
  /** Wall-clock time of whoever ordered it, ms. */
  readonly now: number;
}

/** What came of it. */
export type BackupOutcome =
  | { readonly report: BackupReport; readonly removed: readonly string[] }
  | { readonly fault: { readonly code: string; readonly message: string; readonly hint: string | null } };

process.once('message', (order: BackupOrder) => {
  void carryOut(order).then((outcome) => {
    process.send?.(outcome, () => process.disconnect());
  });
});

/** Older backups are removed only when the new one was opened and is whole. */
async function carryOut({ path, folder, keep, now }: BackupOrder): Promise<BackupOutcome> {
  const driver = await loadSqlite();
  try {
    removeAbandonedParts(folder, systemClock.now());
    const options = { driver, known: shippedMigrations().length, clock: systemClock, verify: 'quick' } as const;
    const report = backUp(path, join(folder, backupName(now)), options);
    const removed = removeOldBackups(folder, keep);
    noteBackup(driver, path, { at: now, path: report.path, bytes: report.bytes, tookMs: report.tookMs });
    return { report, removed };
  } catch (thrown) {
    const error = toError(thrown);
    noteBackup(driver, path, { at: now, error: error.message });
    const known = error instanceof AppError ? error : undefined;
    return { fault: { code: known?.code ?? 'internal', message: error.message, hint: known?.hint ?? null } };
  }
}
