import { Option, type Command } from 'commander';
import type { SloAnswer } from '../query/slo.ts';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';

interface SloOptions extends HistoryOptions {
  readonly group?: string;
}

const NOTES = `
An objective is a share of the observed time, in a rolling window, that a target is to be up. The budget is how long it
may be down in the window; a burn rate of 1 uses exactly all of it within the window. ENDS says when nothing is left of
the budget if things go on as in the last 24 h. What was down in maintenance takes nothing from it.

Examples:
  longwatch slo
  longwatch slo checkout --json
  longwatch slo --group Shop

Exit status: 0 no objective is missed, 1 one is.`;

/** `longwatch slo [id]`: how service level objectives stand. */
export function addSloCommand(program: Command): void {
  withHistoryOptions(program.command('slo'))
    .summary('how service level objectives stand')
    .description('Show how service level objectives stand: what was attained, and what is left of the error budget.')
    .argument('[id]', 'one monitor; everything that has an objective when left out')
    .addOption(new Option('--group <group>', 'the objective of a group as a whole'))
    .addHelpText('after', NOTES)
    .action(showSlo);
}

async function showSlo(id: string | undefined, options: SloOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.slo({ id, group: options.group }));
  if (answer.objectives.some(({ met }) => met === false)) process.exitCode = 1;
  await printSlo(answer, options.json === true);
}

async function printSlo(answer: SloAnswer, asJson: boolean): Promise<void> {
  if (asJson) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { sloTable } = await import('./slo-table.ts');
  process.stdout.write(sloTable(answer));
}
