import type { Command } from 'commander';
import { readMoment, withHistoryOptions, type HistoryOptions } from './history-options.ts';

interface StormsOptions extends HistoryOptions {
  readonly since?: string;
  readonly until?: string;
}

const NOTES = `
Incidents belong together when they begin within a minute of each other and share a host, a reason or something they
depend on, or when they begin while what they depend on is down.

Examples:
  longwatch storms
  longwatch storms --since 30d --json`;

/** `longwatch storms`: incidents that belong together. */
export function addStormsCommand(program: Command): void {
  withHistoryOptions(program.command('storms'))
    .summary('incidents that belong together')
    .description('List incidents that have one cause, as far as one can see, newest first.')
    .option('--since <time>', 'only with an incident not over before this time (default: 7d)', readMoment)
    .option('--until <time>', 'only with an incident that began before this time', readMoment)
    .addHelpText('after', NOTES)
    .action(showStorms);
}

async function showStorms({ since, until, ...options }: StormsOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.storms({ since, until }));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { printStorms } = await import('./incidents-table.ts');
  printStorms(answer);
}
