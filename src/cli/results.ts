import { InvalidArgumentError, Option, type Command } from 'commander';
import { REASONS, type Reason } from '../core/reasons.ts';
import { STATUSES, type Status } from '../core/status.ts';
import type { ResultsRequest } from '../query/asked-results.ts';
import type { ResultAnswer, ResultsAnswer } from '../query/results.ts';
import { readMoment, withHistoryOptions, type HistoryOptions } from './history-options.ts';
import type { HistorySource } from './history-source.ts';

const MOST_RESULTS = 10_000;

interface ResultsOptions extends HistoryOptions {
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: readonly Status[];
  readonly reason?: readonly Reason[];
  readonly location?: readonly string[];
  readonly all?: true;
  readonly group?: true;
  readonly verbose?: true;
}

const NOTES = `
A failure that repeats itself slot after slot is one line, which says how often and since when. With --all every
result is a line of its own. With --json every result stands for itself unless --group is given.

Examples:
  longwatch results checkout
  longwatch results checkout --since 1h --status down,unknown
  longwatch results checkout --reason timeout_wait --location frankfurt --all
  longwatch results checkout --since 2026-11-23T12:00:00Z --limit 1000 --json`;

/** `longwatch results <id>`: what checks of one monitor saw, newest first. */
export function addResultsCommand(program: Command): void {
  withHistoryOptions(program.command('results'))
    .summary('what the checks of one monitor saw')
    .description('Show what the checks of one monitor saw, newest first.')
    .argument('<id>', 'the monitor')
    .option('--since <time>', 'only from this time on: 1h ago, or 2026-11-23T12:00:00Z', readMoment)
    .option('--until <time>', 'only before this time', readMoment)
    .option('-n, --limit <n>', `how many at most, 1 to ${MOST_RESULTS}`, readLimit, 100)
    .option('--status <statuses>', `only these: ${STATUSES.join(', ')}`, readStatuses)
    .option('--reason <reasons>', 'only with one of these reasons, such as timeout_wait,conn_refused', readReasons)
    .option('--location <names>', 'only from these locations', readNames)
    .option('--all', 'a line for each result, also of a failure that repeats itself')
    .addOption(new Option('--group', 'with --json: one entry for a failure that repeats itself').conflicts('all'))
    .option('-v, --verbose', 'with addresses, tries and the trace ids that the requests carried')
    .option('--cursor <cursor>', 'go on from next_cursor of the answer before')
    .addHelpText('after', NOTES)
    .action(showResults);
}

async function showResults(id: string, options: ResultsOptions): Promise<void> {
  const { since, until, status, reason, location, limit, cursor } = options;
  const group = options.json === true ? options.group === true : options.all !== true;
  const request = { id, since, until, status, reason, location, limit, cursor, group };
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => fullAnswer(source, request));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { printResults } = await import('./results-table.ts');
  printResults(answer, options);
}

/** An answer may come short while there is more: looking for rare results takes several. */
async function fullAnswer(
  source: HistorySource,
  request: ResultsRequest & { readonly limit: number },
): Promise<ResultsAnswer> {
  const { joinRuns } = await import('./join-runs.ts');
  let results: ResultAnswer[] = [];
  let cursor: string | null | undefined = request.cursor;
  do {
    const page: ResultsAnswer = await source.results({ ...request, cursor, limit: request.limit - results.length });
    results = joinRuns(results, page.results);
    cursor = page.next_cursor;
  } while (cursor !== null && results.length < request.limit);
  return { results, next_cursor: cursor };
}

function readLimit(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_RESULTS) return limit;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_RESULTS}.`);
}

function readNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function readStatuses(text: string): Status[] {
  const statuses = readNames(text).map((word) => STATUSES.find((status) => status === word));
  if (statuses.every((status) => status !== undefined)) return statuses;
  throw new InvalidArgumentError(`It must be a list of ${STATUSES.join(', ')}.`);
}

function readReasons(text: string): Reason[] {
  const names = Object.keys(REASONS) as Reason[];
  const reasons = readNames(text).map((word) => names.find((reason) => reason === word));
  if (reasons.every((reason) => reason !== undefined)) return reasons;
  throw new InvalidArgumentError('It must be a list of reasons, such as timeout_wait,conn_refused.');
}
