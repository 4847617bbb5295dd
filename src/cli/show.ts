import type { Command } from 'commander';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import type { HistorySource } from './history-source.ts';
import type { Shown } from './show-text.ts';

const NOTES = `
Examples:
  longwatch show checkout
  longwatch show checkout --json
  longwatch show checkout --server http://127.0.0.1:8080

What checks saw is kept of the newest one with each status, as old as an hour while nothing changes.

Exit status: 0 the monitor is not down, 1 it is.`;

/** `longwatch show <id>`: all there is to know of one monitor, and what its checks saw. */
export function addShowCommand(program: Command): void {
  withHistoryOptions(program.command('show'))
    .summary('one monitor, and what its checks saw')
    .description('Show how one monitor stands, why, and what its checks saw: expectations, addresses, certificates.')
    .argument('<id>', 'the monitor')
    .addHelpText('after', NOTES)
    .action(showMonitor);
}

async function showMonitor(id: string, options: HistoryOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const shown = await askHistory(options, (source) => lookUp(source, id));
  const { enabled, status } = shown.monitor;
  if (enabled && status === 'down') process.exitCode = 1;
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(shown);
    return;
  }
  const { printMonitor } = await import('./show-text.ts');
  printMonitor(shown);
}

async function lookUp(source: HistorySource, id: string): Promise<Shown> {
  const monitor = await source.monitor(id);
  const newest = { id, since: undefined, until: undefined, limit: 1, cursor: undefined, status: undefined };
  const { results } = await source.results(newest);
  const { evidence } = await source.evidence(id);
  const reports = monitor.type === 'push' ? (await source.reports(id)).reports : null;
  return { monitor, last: results[0] ?? null, evidence, reports };
}
