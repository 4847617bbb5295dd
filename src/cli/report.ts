import { InvalidArgumentError, Option, type Command } from 'commander';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { withRangeOptions, type RangeOptions } from './range-options.ts';

/** As what a report is given. */
export type ReportFormat = 'text' | 'html' | 'csv' | 'json';

/** What the command line says. */
export interface ReportOptions extends HistoryOptions, RangeOptions {
  /** `true`: last month. */
  readonly month?: string | true;
  readonly group?: readonly string[];
  readonly tag?: readonly string[];
  readonly format?: ReportFormat;
  readonly incidents?: true;
  readonly output: string;
  readonly title?: string;
}

const NOTES = `
Availability is the time up or degraded over the time that was observed, to the moment. Time in which nothing was
measured counts neither as up nor as down and is said apart. Times of answers are compared with the period before.
The page (html) is one file that needs nothing else: it can be sent by mail and printed.

Examples:
  longwatch report --month 2026-10 --zone Europe/Berlin
  longwatch report --month --group Shop --title "Example Ltd" --output october.html
  longwatch report --period 2026-Q3 --format csv --output quarter.csv
  longwatch report --from 2026-10-01 --to 2026-10-15 --format csv --incidents`;

/** `longwatch report [ids…]`: what one sends to a customer. */
export function addReportCommand(program: Command): void {
  const command = withHistoryOptions(program.command('report'))
    .summary('what there is to say to a customer about a month')
    .description('Report on a month, or any other stretch of time: uptime, incidents and percentiles of each monitor.')
    .argument('[ids...]', 'only these monitors; all of them when left out')
    .addOption(
      new Option('--month [month]', 'a month, such as 2026-10; last month when it is not named')
        .argParser(readMonth)
        .conflicts(['window', 'from', 'to', 'period']),
    );
  withRangeOptions(command, 'last month')
    .option('--group <group...>', 'only monitors of these groups')
    .option('--tag <tag...>', 'only monitors with one of these tags: team or team=web')
    .addOption(
      new Option('--format <format>', 'the default follows the name of the output, else text')
        .choices(['text', 'html', 'csv', 'json'])
        .conflicts('json'),
    )
    .option('--incidents', 'with csv: one line an incident instead of one a monitor')
    .option('--title <text>', 'what stands at the top')
    .option('-o, --output <file>', '- for standard output', '-')
    .addHelpText('after', NOTES)
    .action(async (ids: string[], options: ReportOptions) => {
      const { makeReport } = await import('./report-run.ts');
      await makeReport(ids, options);
    });
}

function readMonth(text: string): string {
  if (/^\d{4}-(?:0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a month such as 2026-10.');
}
