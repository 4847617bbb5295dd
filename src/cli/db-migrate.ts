import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { databasePath, withDatabaseOptions, type DatabaseOptions } from './database-options.ts';

interface MigrateOptions extends DatabaseOptions {
  readonly dryRun?: true;
  readonly json?: true;
}

const NOTES = `
"longwatch serve" does the same when it starts. The server must be stopped. A copy of the file as it was is made first.`;

/** `longwatch db migrate`: the database with the schema of this program. */
export function addDbMigrateCommand(group: Command): void {
  withDatabaseOptions(group.command('migrate'))
    .summary('bring the database to the schema of this program')
    .description('Bring the database to the schema of this program.')
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(migrate);
}

async function migrate(options: MigrateOptions): Promise<void> {
  const { migrateDatabase } = await import('../actions/migrate-database.ts');
  const path = await databasePath(options);
  const dryRun = options.dryRun === true;
  const report = await migrateDatabase({ path, dryRun, clock: systemClock });
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson({ path, dry_run: dryRun, ...report });
    return;
  }
  process.stdout.write(`${path}: ${words(report, dryRun)}\n`);
}

function words(
  { from, to, applied, backup }: { from: number; to: number; applied: readonly string[]; backup: string | null },
  dryRun: boolean,
): string {
  if (applied.length === 0) return `up to date, schema ${to}`;
  const steps = `schema ${from} to ${to} (${applied.join(', ')})`;
  if (dryRun) return `would go from ${steps}`;
  return `went from ${steps}${backup === null ? '' : `; as it was before: ${backup}`}`;
}
