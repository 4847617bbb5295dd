import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { databasePath, withDatabaseOptions, type DatabaseOptions } from './database-options.ts';

interface VacuumOptions extends DatabaseOptions {
  readonly json?: true;
}

const NOTES = `
The server must be stopped, and the disk needs room for a second copy. A running server gives freed pages back by itself,
a few at a time; this does it at once and puts the rest in order.`;

/** `longwatch db vacuum`: the database as small as it can be. */
export function addDbVacuumCommand(group: Command): void {
  withDatabaseOptions(group.command('vacuum'))
    .summary('make the file as small as it can be')
    .description('Write the database anew without the pages that are free.')
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(vacuum);
}

async function vacuum(options: VacuumOptions): Promise<void> {
  const { compactDatabase } = await import('../actions/compact-database.ts');
  const path = await databasePath(options);
  const { bytesBefore, bytesAfter } = await compactDatabase(path, systemClock);
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson({ path, bytes_before: bytesBefore, bytes_after: bytesAfter });
    return;
  }
  const { inBytes } = await import('./byte-words.ts');
  process.stdout.write(`${path}: ${inBytes(bytesBefore)} before, ${inBytes(bytesAfter)} now\n`);
}
