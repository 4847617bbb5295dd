import { InvalidArgumentError, type Command } from 'commander';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { rangesOf, withRangeOptions, type RangeOptions } from './range-options.ts';

interface InsightsOptions extends HistoryOptions, RangeOptions {
  readonly limit: number;
}

const NOTES = `
Slow are checks by their 95th percentile; flaky is what changes its status often. Outages count from their beginning,
also when that is before the window.

Examples:
  longwatch insights
  longwatch insights --window 30d --limit 3
  longwatch insights --period 2026-10 --zone Europe/Berlin --json`;

/** `longwatch insights`: what is worth a look. */
export function addInsightsCommand(program: Command): void {
  const command = withHistoryOptions(program.command('insights'))
    .summary('what is slow, flaky and long down')
    .description('Show which monitors are slow, flaky and long down, and how punctual Longwatch itself is.')
    .option('-n, --limit <number>', 'so many of each, 1 to 1000', readLimit, 10);
  withRangeOptions(command, '7d').addHelpText('after', NOTES).action(showInsights);
}

async function showInsights(options: InsightsOptions): Promise<void> {
  const { by: _, ...time } = rangesOf(options);
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.insights({ ...time, limit: options.limit }));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { insightsText } = await import('./insights-text.ts');
  process.stdout.write(insightsText(answer));
}

function readLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 1000) throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return limit;
}
