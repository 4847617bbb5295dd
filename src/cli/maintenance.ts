import { InvalidArgumentError, Option, type Command } from 'commander';
import type { MaintenancePlanAnswer } from '../query/trouble/maintenance.ts';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { readLength } from './incident.ts';
import { ACTION_NOTES, withActionOptions, type ActionOptions } from './server-access.ts';

const NOTES = `
In maintenance checks go on and nobody is told of trouble; what is still down when it ends is told then.

Examples:
  longwatch maintenance
  longwatch maintenance start --for 30m --group Shop
  longwatch maintenance start --until 2026-11-23T06:00:00Z --tag team=payments --name "new database"
  longwatch maintenance end m-3f9a`;

interface StartOptions extends ActionOptions {
  readonly for?: string;
  readonly until?: string;
  readonly start?: string;
  readonly name?: string;
  readonly group?: readonly string[];
  readonly monitor?: readonly string[];
  readonly tag?: Readonly<Record<string, readonly string[]>>;
  readonly all?: true;
}

/** `longwatch maintenance …`: when trouble is expected, and nobody is told. */
export function addMaintenanceCommand(program: Command): void {
  const command = program
    .command('maintenance')
    .summary('when trouble is expected: what is planned, start, end')
    .description('List maintenance with its next windows, begin it or end it.')
    .addHelpText('after', NOTES);
  withHistoryOptions(command.command('list', { isDefault: true }))
    .summary('maintenance that is now or comes')
    .action(listMaintenance);
  withActionOptions(command.command('start'))
    .summary('begin maintenance')
    .addOption(new Option('--for <duration>', 'how long, such as 30m').argParser(readLength).conflicts('until'))
    .option('--until <time>', 'until when, such as 2026-11-23T12:00:00Z')
    .option('--start <time>', 'from when on (default: now)')
    .option('--name <text>', 'what it is')
    .option('--monitor <id>', 'for this monitor; may stand several times', collect)
    .option('--group <group>', 'for the monitors of this group; may stand several times', collect)
    .option('--tag <tag>', 'only for those with this tag: team or team=payments; may stand several times', collectTag)
    .addOption(new Option('--all', 'for every monitor').conflicts(['monitor', 'group', 'tag']))
    .addHelpText('after', ACTION_NOTES)
    .action(startMaintenance);
  withActionOptions(command.command('end'))
    .summary('end maintenance that was begun by hand')
    .argument('<id>', 'its id, as the list has it')
    .addHelpText('after', ACTION_NOTES)
    .action(endMaintenance);
}

async function listMaintenance(options: HistoryOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.maintenance());
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { printMaintenance } = await import('./maintenance-table.ts');
  printMaintenance(answer);
}

async function startMaintenance(options: StartOptions): Promise<void> {
  const { AppError } = await import('../core/errors.ts');
  const { for: duration, until: end, start, name, monitor, group, tag, all } = options;
  if ((duration ?? end) === undefined) throw new AppError('usage', 'say how long: --for 30m, or --until a time');
  if (all === undefined && (monitor ?? group ?? tag) === undefined) {
    throw new AppError('usage', 'say for what: --monitor, --group, --tag, or --all for every monitor');
  }
  const { actOnServer, doerOf } = await import('./server-access.ts');
  const match = { monitors: monitor, groups: group, tags: tag };
  const answer = await actOnServer<{ maintenance: MaintenancePlanAnswer }>(options, 'maintenance', {
    key: 'maintenance',
    body: { by: doerOf(options), name, for: match, start, duration, end },
  });
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { startedWords } = await import('./maintenance-table.ts');
  process.stdout.write(`${startedWords(answer.maintenance)}\n`);
}

async function endMaintenance(id: string, options: ActionOptions): Promise<void> {
  const { actOnServer, doerOf } = await import('./server-access.ts');
  const path = `maintenance/${encodeURIComponent(id)}/end`;
  const answer = await actOnServer<{ changed: boolean; id: string }>(options, path, {
    key: 'id',
    body: { by: doerOf(options) },
  });
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  process.stdout.write(`maintenance ${id}: ${answer.changed ? 'ended' : 'over already'}\n`);
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return [...before, text];
}

/** A name alone asks for the tag with any value. */
function collectTag(
  text: string,
  before: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const [, name, value] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It must be a tag, such as team or team=payments.');
  const known = Object.hasOwn(before, name) ? (before[name] ?? []) : [];
  return { ...before, [name]: value === undefined ? known : [...known, value] };
}
