import type { Command } from 'commander';
import { readWindows, withHistoryOptions, type HistoryOptions } from './history-options.ts';

interface UptimeOptions extends HistoryOptions {
  readonly window: string;
}

const NOTES = `
Uptime is the time up or degraded over the time that was observed. Time in which nothing was measured is unknown:
it counts neither as up nor as down, and every figure says how much of its window was observed.

Examples:
  longwatch uptime
  longwatch uptime checkout --window 24h,7d,30d --json`;

/** `longwatch uptime [id]`: how long monitors were up. */
export function addUptimeCommand(program: Command): void {
  withHistoryOptions(program.command('uptime'))
    .summary('how long monitors were up')
    .description('Show how long monitors were up, over windows that end now.')
    .argument('[id]', 'one monitor; all of them when left out')
    .option('-w, --window <windows>', 'windows, such as 1h or 24h,7d', readWindows, '24h,7d,30d')
    .addHelpText('after', NOTES)
    .action(showUptime);
}

async function showUptime(id: string | undefined, options: UptimeOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.uptime({ id, window: options.window }));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { uptimeOfAll, uptimeOfOne } = await import('./uptime-table.ts');
  process.stdout.write(id === undefined ? uptimeOfAll(answer) : uptimeOfOne(answer));
}
