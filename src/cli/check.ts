import { InvalidArgumentError, Option, type Command } from 'commander';
import { formatDuration, parseDuration, type Milliseconds } from '../core/duration.ts';
import type { CheckOptions } from './check-options.ts';

const MOST_CONCURRENCY = 10_000;
const LONGEST_TIMEOUT: Milliseconds = 3_600_000;

const NOTES = `
Examples:
  longwatch check https://example.com
  longwatch check --file urls.txt --concurrency 500
  cut -f1 sites.tsv | longwatch check --file - --json > results.jsonl
  longwatch check --verbose tcp://db.internal:5432 tls://example.com dns://example.com?type=MX ping://192.0.2.1
  longwatch check --config longwatch.yaml --monitor checkout --verbose
  longwatch check --nagios https://example.com

A list holds one URL a line; blank lines and lines that begin with # are skipped. A URL without a scheme is
taken as http://. A URL is OK when its final answer, after at most 5 redirects, has a status from 200 to 299 and
comes whole before the timeout; one that is only slower than a monitor wants it to be is OK, but said to be degraded.
Addresses with tcp://, tls://, dns://, ping://, ws:// or wss:// are checked as a monitor with that url would be.

Lists of some hundreds to some thousands of URLs keep two cores busy; a longer file keeps one busy, which is enough for
a few thousand URLs a second, takes less of the machine's time in all, and leaves the other core to others.

--monitor checks a monitor of the file as it is defined there, with its own timeout, also when it is switched off.
--nagios prints the line of a plugin: OK, WARNING (degraded), CRITICAL (down) or UNKNOWN, the worst of all targets.

Exit status: 0 all OK, 1 some Bad, 2 wrong usage, 130 interrupted; with --nagios 0, 1, 2 or 3 as plugins do.`;

/** `longwatch check`: checks URLs once, now. Opens no database and no queue. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .summary('check URLs once, now')
    .description('Check URLs once, now, and print a line for each as it finishes.')
    .argument('[urls...]', 'the URLs to check')
    .option('-f, --file <file>', 'read URLs from a file too, or from standard input with -')
    .option('-c, --concurrency <n>', `how many to check at a time, 1 to ${MOST_CONCURRENCY}`, readConcurrency, 100)
    .addOption(
      new Option('-t, --timeout <duration>', 'how long one check may take, redirects and all')
        .argParser(readTimeout)
        .default(10_000, '10s'),
    )
    .addOption(
      new Option(
        '--threads <n>',
        'how many processor cores to keep busy, 1 or 2 (default: what suits the list)',
      ).argParser(readThreads),
    )
    .option('--monitor <id>', 'check this monitor of the file too, may be repeated', collect)
    .addOption(new Option('--config <file>', 'the file that --monitor means'))
    .option('--json', 'print one JSON object a line, with all that was seen')
    .addOption(new Option('-v, --verbose', 'print below each line all that was seen').conflicts('json'))
    .addOption(new Option('--nagios', 'print the line of a monitoring plugin').conflicts(['json', 'verbose']))
    .addHelpText('after', NOTES)
    .action(async (urls: string[], options: CheckOptions) => {
      const { runCheck } = await import('./check-run.ts');
      const run = (): Promise<number> => runCheck(urls, options);
      if (options.nagios === true) process.exitCode = await (await import('./check-nagios.ts')).asPlugin(run);
      else process.exitCode = await run();
    });
}

function collect(id: string, before: readonly string[] = []): readonly string[] {
  return [...before, id];
}

function readConcurrency(text: string): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_CONCURRENCY) return count;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_CONCURRENCY}.`);
}

function readThreads(text: string): number {
  if (text === '1' || text === '2') return Number(text);
  throw new InvalidArgumentError('It must be 1 or 2.');
}

function readTimeout(text: string): Milliseconds {
  const timeout = parseDuration(text);
  if (timeout === undefined) throw new InvalidArgumentError('It must be a duration with a unit, such as 500ms or 10s.');
  if (timeout >= 1 && timeout <= LONGEST_TIMEOUT) return timeout;
  throw new InvalidArgumentError(`It must be from 1ms to ${formatDuration(LONGEST_TIMEOUT)}.`);
}
