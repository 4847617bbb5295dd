import type { Command } from 'commander';
import { addDbBackupCommand } from './db-backup.ts';
import { addDbCheckCommand } from './db-check.ts';
import { addDbMigrateCommand } from './db-migrate.ts';
import { addDbRestoreCommand } from './db-restore.ts';
import { addDbStatsCommand } from './db-stats.ts';
import { addDbVacuumCommand } from './db-vacuum.ts';

/** `longwatch db …`: looking after the database file. */
export function addDbCommand(program: Command): void {
  const command = program
    .command('db')
    .summary('look after the database file')
    .description('Look after the database file: backups, soundness, size and schema.');
  addDbBackupCommand(command);
  addDbRestoreCommand(command);
  addDbCheckCommand(command);
  addDbStatsCommand(command);
  addDbVacuumCommand(command);
  addDbMigrateCommand(command);
}
