import type { Command } from 'commander';
import type { MonitorAnswer } from '../query/monitors.ts';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';

interface StatusOptions extends HistoryOptions {
  readonly down?: true;
  readonly group?: string;
}

const NOTES = `
Examples:
  longwatch status
  longwatch status --down --json
  longwatch status --server http://127.0.0.1:8080

Exit status: 0 nothing is down, 1 something is.`;

/** `longwatch status`: how every monitor stands, worst first. */
export function addStatusCommand(program: Command): void {
  withHistoryOptions(program.command('status'))
    .summary('how every monitor stands')
    .description('Show how every monitor stands, worst first.')
    .option('--down', 'only those that are down')
    .option('--group <group>', 'only those of a group')
    .addHelpText('after', NOTES)
    .action(showStatus);
}

async function showStatus(options: StatusOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.monitors());
  const inGroup = answer.monitors.filter(({ group }) => options.group === undefined || group === options.group);
  const shown = inGroup.filter((monitor) => options.down === undefined || isDown(monitor));
  if (inGroup.some(isDown)) process.exitCode = 1;
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson({ monitors: shown });
    return;
  }
  const { printStatus } = await import('./status-table.ts');
  printStatus(shown, inGroup);
}

function isDown({ status, enabled }: MonitorAnswer): boolean {
  return enabled && status === 'down';
}
