import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseStep } from '../core/time-steps.ts';
import { withHistoryOptions, sentence, type HistoryOptions } from './history-options.ts';
import { rangesOf, withRangeOptions, type RangeOptions } from './range-options.ts';

interface SeriesOptions extends HistoryOptions, RangeOptions {
  readonly step?: string;
}

const USUAL_WINDOW = '24h';

const NOTES = `
Percentiles are off by at most 1 % of themselves, and are of checks that found the target up or degraded. Where single
results are no longer kept, steps are an hour or longer, and where hours are not, a day.

Examples:
  longwatch series checkout
  longwatch series checkout --window 1h --step 1m
  longwatch series checkout --period 2026-10 --step 1d --zone Europe/Berlin
  longwatch series checkout --window 30d --step auto --json`;

/** `longwatch series <id>`: how a monitor fared over time, in steps. */
export function addSeriesCommand(program: Command): void {
  const command = withHistoryOptions(program.command('series'))
    .summary('how one monitor fared over time')
    .description('Show how one monitor fared over time, step by step.')
    .argument('<id>', 'the monitor');
  withRangeOptions(command, USUAL_WINDOW)
    .addOption(
      new Option('--step <step>', '1m to 1d, or auto for 200 to 400 steps (default: about 30 lines; auto with --json)')
        .argParser(readStep), // prettier-ignore
    )
    .addHelpText('after', NOTES)
    .action(showSeries);
}

async function showSeries(id: string, options: SeriesOptions): Promise<void> {
  const { window, from, to, period, zone } = rangesOf(options);
  const usual = (from ?? to ?? period) === undefined ? USUAL_WINDOW : undefined;
  const asked = { id, window: window ?? usual, from, to, period, zone };
  const { askHistory } = await import('./ask-history.ts');
  const { stepForTable, seriesTable } = await import('./series-table.ts');
  const step = options.step ?? (options.json === true ? 'auto' : stepForTable(asked));
  const answer = await askHistory(options, (source) => source.series({ ...asked, step }));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  process.stdout.write(seriesTable(answer));
}

function readStep(text: string): string {
  const read = parseStep(text);
  if ('fault' in read) throw new InvalidArgumentError(sentence(read.fault));
  return text;
}
