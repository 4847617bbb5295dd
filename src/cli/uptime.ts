import type { Command } from 'commander';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { byOption, rangesOf, withRangeOptions, type RangeOptions } from './range-options.ts';

interface UptimeOptions extends HistoryOptions, RangeOptions {
  readonly by?: string;
}

const NOTES = `
Uptime is the time up or degraded over the time that was observed. Time in which nothing was measured is unknown:
it counts neither as up nor as down, and every figure says how much of its window was observed. Time in maintenance
is counted apart, whatever the checks found.

Examples:
  longwatch uptime
  longwatch uptime checkout --window 24h,7d,30d --json
  longwatch uptime checkout --period 2026-10 --by day --zone Europe/Berlin
  longwatch uptime --from 2026-01-01 --by month`;

/** `longwatch uptime [id]`: how long monitors were up. */
export function addUptimeCommand(program: Command): void {
  const command = withHistoryOptions(program.command('uptime'))
    .summary('how long monitors were up')
    .description('Show how long monitors were up, over any stretch of time, day by day or month by month.')
    .argument('[id]', 'one monitor; all of them when left out');
  withRangeOptions(command, '24h,7d,30d').addOption(byOption()).addHelpText('after', NOTES).action(showUptime);
}

async function showUptime(id: string | undefined, options: UptimeOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.uptime({ id, ...rangesOf(options, options.by) }));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { uptimeOfAll, uptimeOfOne } = await import('./uptime-table.ts');
  process.stdout.write(id === undefined ? uptimeOfAll(answer) : uptimeOfOne(answer));
}
