import { InvalidArgumentError, type Command } from 'commander';
import { STATUSES, type Status } from '../core/status.ts';
import type { ResultAnswer, ResultsAnswer } from '../query/results.ts';
import { readMoment, withHistoryOptions, type HistoryOptions } from './history-options.ts';
import type { HistorySource } from './history-source.ts';

const MOST_RESULTS = 1000;

interface ResultsOptions extends HistoryOptions {
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly status?: readonly Status[];
  readonly verbose?: true;
}

const NOTES = `
Examples:
  longwatch results checkout
  longwatch results checkout --since 1h --status down,unknown
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
    .option('-v, --verbose', 'with the trace ids that the requests carried')
    .option('--cursor <cursor>', 'go on from next_cursor of the answer before')
    .addHelpText('after', NOTES)
    .action(showResults);
}

async function showResults(id: string, options: ResultsOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => fullAnswer(source, id, options));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { printResults } = await import('./results-table.ts');
  printResults(answer, options);
}

/** An answer may come short while there is more: looking for rare results takes several. */
async function fullAnswer(source: HistorySource, id: string, options: ResultsOptions): Promise<ResultsAnswer> {
  const { since, until, status, limit } = options;
  const results: ResultAnswer[] = [];
  let cursor: string | null | undefined = options.cursor;
  do {
    const request = { id, since, until, status, cursor, limit: limit - results.length };
    const page: ResultsAnswer = await source.results(request);
    results.push(...page.results);
    cursor = page.next_cursor;
  } while (cursor !== null && results.length < limit);
  return { results, next_cursor: cursor };
}

function readLimit(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_RESULTS) return limit;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_RESULTS}.`);
}

function readStatuses(text: string): Status[] {
  const statuses = text.split(',').map((word) => STATUSES.find((status) => status === word.trim()));
  if (statuses.every((status) => status !== undefined)) return statuses;
  throw new InvalidArgumentError(`It must be a list of ${STATUSES.join(', ')}.`);
}
