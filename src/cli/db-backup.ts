import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { databasePath, storageOf, withDatabaseOptions, type DatabaseOptions } from './database-options.ts';

interface BackupOptions extends DatabaseOptions {
  readonly json?: true;
}

const NOTES = `
Works while a server writes. The copy is one snapshot, has everything the database has, and is checked before it gets its
name. Without FILE it is put where the configuration keeps backups, or into "backups" beside the database.

Examples:
  longwatch db backup
  longwatch db backup /mnt/other-disk/longwatch.db`;

/** `longwatch db backup [file]`: a copy of the database. */
export function addDbBackupCommand(group: Command): void {
  withDatabaseOptions(group.command('backup'))
    .summary('copy the database, also while a server writes')
    .description('Copy the database, also while a server writes, and check the copy.')
    .argument('[file]', 'the copy; must not be there yet')
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(backUp);
}

async function backUp(file: string | undefined, options: BackupOptions): Promise<void> {
  const { backUpDatabase } = await import('../actions/back-up-database.ts');
  const { path, target } = await placeFor(file, options);
  const report = await backUpDatabase({ path, target, clock: systemClock });
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson({ path: report.path, bytes: report.bytes, schema: report.schema, took_ms: report.tookMs });
    return;
  }
  const { inBytes } = await import('./byte-words.ts');
  process.stdout.write(`${report.path}: ${inBytes(report.bytes)}, checked, ${report.tookMs} ms\n`);
}

async function placeFor(
  file: string | undefined,
  options: DatabaseOptions,
): Promise<{ readonly path: string; readonly target: { readonly file: string } | { readonly folder: string } }> {
  if (file !== undefined) return { path: await databasePath(options), target: { file } };
  if (options.db !== undefined) return { path: options.db, target: { folder: join(dirname(options.db), 'backups') } };
  const { path, backup } = await storageOf(options.config);
  return { path, target: { folder: backup?.folder ?? join(dirname(path), 'backups') } };
}
