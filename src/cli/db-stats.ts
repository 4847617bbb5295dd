import type { Command } from 'commander';
import { databasePath, withDatabaseOptions, type DatabaseOptions } from './database-options.ts';

interface StatsOptions extends DatabaseOptions {
  readonly json?: true;
}

const NOTES = `
Works while a server writes. Reads the whole file.`;

/** `longwatch db stats`: what is in the database, and how much room it takes. */
export function addDbStatsCommand(group: Command): void {
  withDatabaseOptions(group.command('stats'))
    .summary('what is in the database, and how much room it takes')
    .description('Show what is in the database, and how much room it takes.')
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(async (options: StatsOptions) => {
      const { askDatabaseStats } = await import('../query/database-stats.ts');
      const stats = await askDatabaseStats(await databasePath(options));
      if (options.json === true) {
        const { printJson } = await import('./output.ts');
        printJson(stats);
        return;
      }
      const { statsText } = await import('./db-stats-text.ts');
      process.stdout.write(statsText(stats));
    });
}
