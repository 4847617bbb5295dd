import type { Command } from 'commander';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';

/** `longwatch channels`: where messages go, and whether they arrive. */
export function addChannelsCommand(program: Command): void {
  withHistoryOptions(program.command('channels'))
    .summary('where messages go, and whether they arrive')
    .description('List the channels: whether they work, what waits, and what was given up.')
    .action(listChannels);
}

async function listChannels(options: HistoryOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.channels());
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { printChannels } = await import('./notifications-table.ts');
  printChannels(answer);
}
