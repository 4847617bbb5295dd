import type { Command } from 'commander';
import type { MonitorAnswer } from '../query/monitors.ts';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';

/** `longwatch ls`: which monitors there are. */
export function addLsCommand(program: Command): void {
  withHistoryOptions(program.command('ls'))
    .summary('which monitors there are')
    .description('List the monitors: id, name, interval, group, target.')
    .action(listMonitors);
}

/** What a monitor is, without how it stands. */
function definitionOf(monitor: MonitorAnswer): Partial<MonitorAnswer> {
  const { id, name, type, target, group, tags, enabled, interval_ms, removed_at } = monitor;
  return { id, name, type, target, group, tags, enabled, interval_ms, removed_at };
}

async function listMonitors(options: HistoryOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const { monitors } = await askHistory(options, (source) => source.monitors());
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson({
      monitors: monitors.map(definitionOf),
    });
    return;
  }
  const [{ renderTable }, { formatDuration }, { counted }] = await Promise.all([
    import('./table.ts'),
    import('../core/duration.ts'),
    import('./words.ts'),
  ]);
  if (monitors.length > 0) {
    const rows = monitors.map(({ id, name, type, interval_ms, group, enabled, target }) => [
      id,
      name,
      type,
      enabled ? formatDuration(interval_ms) : 'paused',
      group ?? '-',
      target,
    ]);
    process.stdout.write(renderTable(['ID', 'NAME', 'TYPE', 'EVERY', 'GROUP', 'TARGET'], rows));
  }
  process.stdout.write(`${monitors.length === 0 ? 'no monitors' : counted(monitors.length, 'monitor')}\n`);
}
