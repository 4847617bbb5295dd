import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { databasePath, withDatabaseOptions, type DatabaseOptions } from './database-options.ts';

interface RestoreOptions extends DatabaseOptions {
  readonly json?: true;
}

const NOTES = `
The server must be stopped. The backup is checked first, and stays. The database that was there is kept beside the new one
under a name that is printed; remove it when it is not needed any more.

Examples:
  longwatch db restore data/backups/longwatch-20261123T120000Z.db`;

/** `longwatch db restore <file>`: a backup in the place of the database. */
export function addDbRestoreCommand(group: Command): void {
  withDatabaseOptions(group.command('restore'))
    .summary('put a backup in the place of the database')
    .description('Put a backup in the place of the database, and keep what was there.')
    .argument('<file>', 'the backup')
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(restore);
}

async function restore(backup: string, options: RestoreOptions): Promise<void> {
  const { restoreDatabase } = await import('../actions/restore-database.ts');
  const path = await databasePath(options);
  const report = await restoreDatabase({ backup, path, clock: systemClock });
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(report);
    return;
  }
  const { inBytes } = await import('./byte-words.ts');
  const kept = report.replaced === null ? '' : `; what was there is ${report.replaced}`;
  process.stdout.write(`${path} is now ${backup} (${inBytes(report.bytes)}, schema ${report.schema})${kept}\n`);
}
