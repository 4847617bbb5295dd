import { Option, type Command } from 'commander';
import { readServer } from './history-options.ts';

export interface NotifyTestOptions {
  readonly server?: string;
  readonly config?: string;
  readonly json?: true;
}

const NOTES = `
The message is sent once and at once, whatever policies say. The server that runs here is asked to send it, and writes down
what was answered; when none runs, the channel of the configuration is tried from here.

Examples:
  longwatch notify test ops
  longwatch notify test ops --server https://watch.example

Exit status: 0 the channel took it, 1 it did not.`;

/** `longwatch notify test <channel>`: sends a test message and shows what was answered. */
export function addNotifyTestCommand(notify: Command): void {
  notify
    .command('test')
    .summary('send a test message to a channel')
    .description('Send a test message to a channel, and show what its service answered.')
    .argument('<channel>', 'the id of the channel')
    .addOption(new Option('-c, --config <file>', 'the configuration that has the channel').conflicts('server'))
    .addOption(new Option('--server <url>', 'have a running server send it').argParser(readServer))
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(async (channel: string, options: NotifyTestOptions) => {
      const { runNotifyTest } = await import('./notify-test-run.ts');
      process.exitCode = await runNotifyTest(channel, options);
    });
}
