import { InvalidArgumentError, Option, type Command } from 'commander';
import { INCIDENT_KINDS, type IncidentKind } from '../core/trouble/incident.ts';
import { readMoment, withHistoryOptions, type HistoryOptions } from './history-options.ts';

const MOST_INCIDENTS = 1000;

interface IncidentsOptions extends HistoryOptions {
  readonly open?: true;
  readonly closed?: true;
  readonly monitor?: string;
  readonly status?: readonly IncidentKind[];
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly cursor?: string;
}

const NOTES = `
Examples:
  longwatch incidents --open
  longwatch incidents --since 7d --monitor checkout
  longwatch incidents --status down,flapping --json`;

/** `longwatch incidents`: stretches of trouble, newest first. */
export function addIncidentsCommand(program: Command): void {
  withHistoryOptions(program.command('incidents'))
    .summary('what went wrong: stretches of trouble')
    .description('List incidents, newest first: what went wrong, since when, why, and whether somebody looks after it.')
    .option('--open', 'only those that are open')
    .addOption(new Option('--closed', 'only those that are over').conflicts('open'))
    .option('--monitor <id>', 'only of this monitor')
    .option('--status <words>', `only what was one of these at its worst: ${INCIDENT_KINDS.join(', ')}`, readKinds)
    .option(
      '--since <time>',
      'only those not over before this time: 1h ago, a date, or 2026-11-23T12:00:00Z',
      readMoment,
    )
    .option('--until <time>', 'only those that began before this time', readMoment)
    .option('-n, --limit <n>', `how many at most, 1 to ${MOST_INCIDENTS}`, readLimit, 100)
    .option('--cursor <cursor>', 'go on from next_cursor of the answer before')
    .addHelpText('after', NOTES)
    .action(showIncidents);
}

async function showIncidents(options: IncidentsOptions): Promise<void> {
  const { open, closed, monitor, status, since, until, limit, cursor } = options;
  const wanted = open === true ? true : closed === true ? false : undefined;
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) =>
    source.incidents({ open: wanted, monitor, status, since, until, limit, cursor }),
  );
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { printIncidents } = await import('./incidents-table.ts');
  printIncidents(answer);
}

/** Reads how many are asked for. */
export function readLimit(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_INCIDENTS) return limit;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_INCIDENTS}.`);
}

/** Reads the number of an incident or of a notification, with or without a sharp before it. */
export function readNumber(text: string): number {
  const number = /^#?\d{1,15}$/.test(text) ? Number(text.replace('#', '')) : 0;
  if (number >= 1) return number;
  throw new InvalidArgumentError('It must be a number, such as 12.');
}

function readKinds(text: string): IncidentKind[] {
  const kinds = text.split(',').map((word) => INCIDENT_KINDS.find((kind) => kind === word.trim()));
  if (kinds.every((kind) => kind !== undefined)) return kinds;
  throw new InvalidArgumentError(`It must be a list of ${INCIDENT_KINDS.join(', ')}.`);
}
