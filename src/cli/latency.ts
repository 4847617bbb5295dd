import type { Command } from 'commander';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { rangesOf, withRangeOptions, type RangeOptions } from './range-options.ts';

interface LatencyOptions extends HistoryOptions, RangeOptions {}

const USUAL_WINDOW = '24h';

const NOTES = `
Counted are checks that found the target up or degraded. Percentiles are off by at most 1 % of themselves.

Examples:
  longwatch latency
  longwatch latency checkout --window 1h,24h --json
  longwatch latency checkout --period 2026-10 --zone Europe/Berlin`;

/** `longwatch latency [id]`: how fast monitors answered. */
export function addLatencyCommand(program: Command): void {
  const command = withHistoryOptions(program.command('latency'))
    .summary('how fast monitors answered')
    .description('Show how fast monitors answered, over any stretch of time.')
    .argument('[id]', 'one monitor; all of them when left out');
  withRangeOptions(command, USUAL_WINDOW).addHelpText('after', NOTES).action(showLatency);
}

async function showLatency(id: string | undefined, options: LatencyOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const { window, from, to, period, zone } = rangesOf(options);
  const usual = (from ?? to ?? period) === undefined ? USUAL_WINDOW : undefined;
  const request = { id, window: window ?? usual, from, to, period, zone };
  const answer = await askHistory(options, (source) => source.latency(request));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { latencyTable } = await import('./latency-table.ts');
  process.stdout.write(latencyTable(answer));
}
