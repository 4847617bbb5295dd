import { InvalidArgumentError, Option, type Command } from 'commander';
import { AppError } from '../core/errors.ts';
import { parseDuration } from '../core/duration.ts';
import type { IncidentAnswer } from '../query/trouble/incident-answer.ts';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { readNumber } from './incidents.ts';
import { ACTION_NOTES, withActionOptions, type ActionOptions } from './server-access.ts';

const NOTES = `
Examples:
  longwatch incident 12
  longwatch incident acknowledge 12 --note "the disk is full, I am on it"
  longwatch incident silence 12 --for 2h
  longwatch incident note 12 "the provider has an outage"
  longwatch incident resolve 12`;

/** `longwatch incident …`: all there is to know of one, and what can be done about it. */
export function addIncidentCommand(program: Command): void {
  const command = program
    .command('incident')
    .summary('one incident: what happened, who was told; acknowledge, note, silence, resolve')
    .description('Show one incident, or act on it.')
    .addHelpText('after', NOTES);
  withHistoryOptions(command.command('show', { isDefault: true }))
    .summary('what happened, what was seen, who was told')
    .argument('<number>', 'the incident', readShown)
    // A word that is mistyped comes here too, with what would follow it.
    .allowExcessArguments()
    .action(showIncident);
  withActionOptions(command.command('acknowledge'))
    .alias('ack')
    .summary('say that somebody looks after it: reminders and escalations end')
    .argument('<number>', 'the incident', readNumber)
    .option('--note <text>', 'what to write into the timeline with it')
    .addHelpText('after', ACTION_NOTES)
    .action(acknowledge);
  withActionOptions(command.command('note'))
    .summary('write a note into the timeline')
    .argument('<number>', 'the incident', readNumber)
    .argument('<text>', 'the note')
    .addHelpText('after', ACTION_NOTES)
    .action(writeNote);
  withActionOptions(command.command('silence'))
    .summary('tell nobody of it for a while')
    .argument('<number>', 'the incident', readNumber)
    .addOption(new Option('--for <duration>', 'how long, such as 2h').argParser(readLength).conflicts(['until', 'end']))
    .addOption(new Option('--until <time>', 'until when, such as 2026-11-23T12:00:00Z').conflicts('end'))
    .option('--end', 'end the silence')
    .addHelpText('after', ACTION_NOTES)
    .action(silence);
  withActionOptions(command.command('resolve'))
    .summary('end it by hand')
    .argument('<number>', 'the incident', readNumber)
    .option('--note <text>', 'what to write into the timeline with it')
    .addHelpText('after', ACTION_NOTES)
    .action(resolve);
}

function readShown(text: string): number {
  if (/^[-#]?\d/.test(text)) return readNumber(text);
  throw new InvalidArgumentError(
    'It must be a number, such as 12, or what to do: show, acknowledge, note, silence, resolve.',
  );
}

/** Reads a length of time that is longer than none; it stays text, because the server reads it. */
export function readLength(text: string): string {
  const length = parseDuration(text);
  if (length !== undefined && length > 0) return text;
  throw new InvalidArgumentError('It must be a duration such as 30m, longer than nothing.');
}

interface SilenceOptions extends ActionOptions {
  readonly for?: string;
  readonly until?: string;
  readonly end?: true;
}

async function showIncident(number: number, options: HistoryOptions, command: Command): Promise<void> {
  if (command.args.length > 1) throw new AppError('usage', 'one incident can be shown at a time');
  const { askHistory } = await import('./ask-history.ts');
  const report = await askHistory(options, (source) => source.incident(number));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(report);
    return;
  }
  const { printIncident } = await import('./incident-text.ts');
  printIncident(report);
}

async function acknowledge(number: number, { note, ...options }: ActionOptions & { note?: string }): Promise<void> {
  await act(`incidents/${number}/acknowledge`, {
    options,
    body: { note },
    done: 'acknowledged',
    idle: 'acknowledged already',
  });
}

async function writeNote(number: number, text: string, options: ActionOptions): Promise<void> {
  await act(`incidents/${number}/notes`, { options, body: { text }, done: 'noted', idle: 'noted already' });
}

async function silence(number: number, { for: length, until, end, ...options }: SilenceOptions): Promise<void> {
  if (length === undefined && until === undefined && end === undefined) {
    throw new AppError('usage', 'say for how long: --for 2h, --until a time, or --end');
  }
  const done = end === true ? 'no longer silenced' : 'silenced';
  const idle = end === true ? 'not silenced' : 'silenced so already, or over';
  await act(`incidents/${number}/silence`, { options, body: { for: length, until, end }, done, idle });
}

async function resolve(number: number, { note, ...options }: ActionOptions & { note?: string }): Promise<void> {
  await act(`incidents/${number}/resolve`, { options, body: { note }, done: 'resolved', idle: 'over already' });
}

interface Act {
  readonly options: ActionOptions;
  readonly body: object;
  /** What is said when it changed something, and when it did not. */
  readonly done: string;
  readonly idle: string;
}

async function act(path: string, { options, body, done, idle }: Act): Promise<void> {
  const { actOnServer, doerOf } = await import('./server-access.ts');
  const answer = await actOnServer<{ changed: boolean; incident: IncidentAnswer }>(options, path, {
    key: 'incident',
    body: { ...body, by: doerOf(options) },
  });
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { subjectOf } = await import('./incidents-table.ts');
  const { harmless } = await import('./words.ts');
  const { number } = answer.incident;
  process.stdout.write(
    `incident ${number} (${harmless(subjectOf(answer.incident))}): ${answer.changed ? done : idle}\n`,
  );
}
