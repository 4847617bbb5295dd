import { Option, type Command } from 'commander';
import type { ExportFormat } from '../actions/export-sink.ts';
import { systemClock } from '../core/clock.ts';
import { readTime, withDatabaseOptions, type DatabaseOptions } from './database-options.ts';

/** What the command line says. Times in ms since the epoch. */
export interface ExportOptions extends DatabaseOptions {
  readonly format?: ExportFormat;
  readonly since?: number;
  readonly until?: number;
  readonly monitor?: readonly string[];
  readonly output: string;
}

const NOTES = `
The export is one snapshot, also while a server writes, and memory does not grow with it. A file appears when it is whole.
ndjson: one JSON object a line, with monitors and spans; "longwatch import" reads it. csv: results only. sqlite: plain
tables with times as text, for a database browser. For a copy of everything, use "longwatch db backup".

Exit status: 0 fine, 1 some hours of results were damaged and left out.

Examples:
  longwatch export --output history.ndjson
  longwatch export --format csv --since 30d --monitor shop api > shop.csv
  longwatch export --since 2026-10-01T00:00:00Z --until 2026-11-01T00:00:00Z | gzip > october.ndjson.gz
  longwatch export --format sqlite --output history.sqlite`;

/** `longwatch export`: all results, for other programs. */
export function addExportCommand(program: Command): void {
  const readMoment = readTime(() => systemClock.now());
  withDatabaseOptions(program.command('export'))
    .summary('write all results to a file or to standard output')
    .description('Write all results to a file or to standard output, from a consistent snapshot.')
    .addOption(
      new Option('--format <format>', 'the default follows the name of the output, else ndjson').choices([
        'ndjson',
        'csv',
        'sqlite',
      ]),
    )
    .option('--since <time>', 'only from this time on: 30d ago, or 2026-11-23T12:00:00Z', readMoment)
    .option('--until <time>', 'only before this time', readMoment)
    .option('--monitor <id...>', 'only these monitors')
    .option('-o, --output <file>', '- for standard output', '-')
    .addHelpText('after', NOTES)
    .action(async (options: ExportOptions) => {
      const { runExport } = await import('./export-run.ts');
      await runExport(options);
    });
}
