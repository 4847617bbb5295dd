import { Option, type Command } from 'commander';

/** What the command line of `longwatch push` says. */
export interface PushOptions {
  readonly url?: string;
  readonly start?: true;
  readonly fail?: true;
  readonly msg?: string;
  readonly log?: true;
}

const NOTES = `
Examples:
  longwatch push TOKEN -- pg_dump --file backup.sql shop
  LONGWATCH_PUSH_TOKEN=... longwatch push --log -- ./nightly.sh
  longwatch push TOKEN                       report a success
  longwatch push TOKEN --fail --msg "disk full"

With a command: reports its start, runs it, and reports its exit status and how long it took. The job is neither kept
waiting nor made to fail when the server is away: a report is given up after about 10 s, with a warning. A job that
has its token on the command line shows it to whoever can list processes; LONGWATCH_PUSH_TOKEN does not.

Exit status: with a command that of the command, 128 and the number of the signal that ended it, 126 or 127 when it
cannot be run; else 0 reported, 2 no monitor has the token, 4 the server is out of reach.`;

/** `longwatch push`: reports for a job, or runs it and reports its end. */
export function addPushCommand(program: Command): void {
  program
    .command('push')
    .summary('report for a job, or run it and report its end')
    .description('Report for a job to its push monitor, or run the job and report how it ended.')
    .usage('[options] [token] [-- command...]')
    .argument('[token]', 'the token of the monitor (default: LONGWATCH_PUSH_TOKEN)')
    .argument('[command...]', 'after --: what to run')
    .option('--url <url>', 'the server (default: LONGWATCH_URL, or http://127.0.0.1:8080)')
    .addOption(new Option('--start', 'report that a run began').conflicts('fail'))
    .option('--fail', 'report a failure')
    .option('--msg <text>', 'a sentence to go with the report')
    .option('--log', 'send the last 10 KB of the output of the command along')
    .addHelpText('after', NOTES)
    .action(async (first: string | undefined, rest: string[], options: PushOptions) => {
      const words = first === undefined ? [] : [first, ...rest];
      const { runPush } = await import('./push-run.ts');
      process.exitCode = await runPush(partWords(words, process.argv), options);
    });
}

/** What stands before and after `--`, which commander leaves out. */
function partWords(
  words: readonly string[],
  argv: readonly string[],
): readonly [before: string[], after: string[] | null] {
  const dashes = argv.indexOf('--');
  const count = dashes === -1 ? 0 : argv.length - dashes - 1;
  return [words.slice(0, words.length - count), dashes === -1 ? null : words.slice(words.length - count)];
}
