import type { Command } from 'commander';
import { readWindows, withHistoryOptions, type HistoryOptions } from './history-options.ts';

interface LatencyOptions extends HistoryOptions {
  readonly window: string;
}

const NOTES = `
Counted are checks that found the target up or degraded. Percentiles are off by at most 1 % of themselves.

Examples:
  longwatch latency
  longwatch latency checkout --window 1h,24h --json`;

/** `longwatch latency [id]`: how fast monitors answered. */
export function addLatencyCommand(program: Command): void {
  withHistoryOptions(program.command('latency'))
    .summary('how fast monitors answered')
    .description('Show how fast monitors answered, over windows that end now.')
    .argument('[id]', 'one monitor; all of them when left out')
    .option('-w, --window <windows>', 'windows, such as 1h or 24h,7d', readWindows, '24h')
    .addHelpText('after', NOTES)
    .action(showLatency);
}

async function showLatency(id: string | undefined, options: LatencyOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.latency({ id, window: options.window }));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { latencyTable } = await import('./latency-table.ts');
  process.stdout.write(latencyTable(answer));
}
