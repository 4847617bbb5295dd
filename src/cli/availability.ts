import { Option, type Command } from 'commander';
import { GROUP_RULES } from '../core/history/objective.ts';
import type { GroupAvailability } from '../query/availability.ts';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { byOption, rangesOf, withRangeOptions, type RangeOptions } from './range-options.ts';

interface AvailabilityOptions extends HistoryOptions, RangeOptions {
  readonly group?: string;
  readonly tag?: string;
  readonly rule?: string;
  readonly by?: string;
}

const NOTES = `
The rule says when monitors are down as a whole:
  any_down   as soon as one is; unknown while one is unknown and none is down
  all_down   when all are; unknown while one is unknown and none is up
  weighted   to the share of them that are
A monitor in maintenance is left out meanwhile; by weighted its share is counted apart.
A group has the rule that the configuration gives it, any_down when it gives none.

Examples:
  longwatch availability
  longwatch availability --group Shop --period 2026-10 --by day
  longwatch availability --tag team=payments --rule weighted --window 90d`;

/** `longwatch availability`: how available the monitors of a group, or with a tag, were as a whole. */
export function addAvailabilityCommand(program: Command): void {
  const command = withHistoryOptions(program.command('availability'))
    .summary('how available groups were as a whole')
    .description('Show how available the monitors of a group, or with a tag, were as a whole.')
    .addOption(new Option('--group <group>', 'the monitors of a group; all groups when left out').conflicts('tag'))
    .option('--tag <tag>', 'the monitors with a tag: team=payments, or team')
    .addOption(new Option('--rule <rule>', 'when they are down as a whole').choices(GROUP_RULES));
  withRangeOptions(command, '24h,7d,30d').addOption(byOption()).addHelpText('after', NOTES).action(showAvailability);
}

async function showAvailability(options: AvailabilityOptions): Promise<void> {
  const { group, tag, rule, by } = options;
  const { askHistory } = await import('./ask-history.ts');
  const request = { group, tag, rule, ...rangesOf(options, by) };
  const answer = await askHistory(options, (source) => source.availability(request));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { figuresTable, uptimeTable } = await import('./uptime-table.ts');
  const [first] = answer.groups;
  const isOne = group !== undefined || tag !== undefined;
  if (first === undefined) process.stdout.write('no groups\n');
  else if (isOne) process.stdout.write(`${summary(first)}\n${figuresTable(first.windows)}`);
  else process.stdout.write(uptimeTable('GROUP', answer.groups.map(named)));
}

function named({ group, windows }: GroupAvailability): { name: string; windows: GroupAvailability['windows'] } {
  return { name: group ?? '', windows };
}

function summary({ monitors, rule }: GroupAvailability): string {
  return `${monitors.length} monitor${monitors.length === 1 ? '' : 's'} as a whole by the rule ${rule}`;
}
