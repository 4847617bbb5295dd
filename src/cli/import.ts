import { withDatabaseOptions, type DatabaseOptions } from './database-options.ts';
import type { Command } from 'commander';

/** What the command line says. */
export interface ImportOptions extends DatabaseOptions {
  readonly dryRun?: true;
  readonly strict?: true;
  readonly json?: true;
}

const NOTES = `
The server must be stopped. What is there already stays as it is, so importing twice changes nothing. Monitors that are not
known are added as ones that were removed; a configuration that has them makes them go on. Results that are older than
storage.retention keeps are taken in, and removed by the server in its own time; so are rollups and spans.
Lines that are wrong are left out and told with their number. All is one transaction: an import that fails changes nothing.

Exit status: 0 fine, 1 some lines were left out or the file was cut off, 2 not an export.

Examples:
  longwatch import history.ndjson
  longwatch import history.ndjson --db new.db --dry-run
  zcat october.ndjson.gz | longwatch import - --strict`;

/** `longwatch import <file>`: results of an export, back in the database. */
export function addImportCommand(program: Command): void {
  withDatabaseOptions(program.command('import'))
    .summary('bring results of an export back')
    .description('Bring results of an export (ndjson) back into the database.')
    .argument('<file>', 'the export; - for standard input')
    .option('--dry-run', 'only say what would be done')
    .option('--strict', 'stop at the first line that is wrong, and import nothing')
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(async (file: string, options: ImportOptions) => {
      const { runImport } = await import('./import-run.ts');
      await runImport(file, options);
    });
}
