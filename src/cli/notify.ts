import type { Command } from 'commander';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { ACTION_NOTES, withActionOptions, type ActionOptions } from './server-access.ts';

const NOTES = `
Examples:
  longwatch notify explain checkout
  longwatch notify test pager`;

const TEST_NOTES = `
When no server runs by the configuration that --config names, its channel is tried from here, and nothing is written down.

Exit status: 0 it was delivered, 1 it was not.`;

/** `longwatch notify …`: who would be told, and whether a channel works. */
export function addNotifyCommand(program: Command): void {
  const command = program
    .command('notify')
    .summary('who would be told what, and whether a channel works')
    .description('Explain who would be told of a monitor, or send a test message.')
    .addHelpText('after', NOTES);
  withHistoryOptions(command.command('explain'))
    .summary('who would be told what of a monitor and when, and why not')
    .argument('<monitor>', 'the monitor')
    .action(explain);
  withActionOptions(command.command('test'))
    .summary('send a test message and show the answer')
    .argument('<channel>', 'the channel')
    .addHelpText('after', `${ACTION_NOTES}${TEST_NOTES}`)
    .action(test);
}

async function explain(monitor: string, options: HistoryOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) => source.notifyExplanation(monitor));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { harmless } = await import('./words.ts');
  process.stdout.write(answer.lines.map((line) => `${harmless(line)}\n`).join(''));
}

async function test(channel: string, options: ActionOptions): Promise<void> {
  const { testChannel } = await import('./notify-test.ts');
  await testChannel(channel, options);
}
