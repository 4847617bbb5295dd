import { InvalidArgumentError, Option, type Command } from 'commander';
import { NOTIFICATION_STATES, type NotificationState } from '../core/notify/notification-state.ts';
import type { NotificationAnswer } from '../query/trouble/notifications.ts';
import { withHistoryOptions, type HistoryOptions } from './history-options.ts';
import { readLimit, readNumber } from './incidents.ts';
import { ACTION_NOTES, withActionOptions, type ActionOptions } from './server-access.ts';

const NOTES = `
Examples:
  longwatch notifications --dead
  longwatch notifications --channel pager --state waiting,ready
  longwatch notifications --incident 12 --json
  longwatch notifications show 318
  longwatch notifications resend 318`;

interface NotificationsOptions extends HistoryOptions {
  readonly dead?: true;
  readonly state?: readonly NotificationState[];
  readonly channel?: string;
  readonly incident?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/** `longwatch notifications …`: messages and their fate. */
export function addNotificationsCommand(program: Command): void {
  const command = program
    .command('notifications')
    .summary('messages and what became of them; send again what was given up')
    .description('List messages, newest first: who was told, when, and why not; or send one again.')
    .addHelpText('after', NOTES);
  withHistoryOptions(command.command('list', { isDefault: true }))
    .summary('messages and what became of them, newest first')
    .option('--dead', 'only those that were given up')
    .addOption(
      new Option('--state <states>', `only these: ${NOTIFICATION_STATES.join(', ')}`)
        .argParser(readStates)
        .conflicts('dead'),
    )
    .option('--channel <id>', 'only to this channel')
    .option('--incident <number>', 'only about this incident', readNumber)
    .option('-n, --limit <n>', 'how many at most, 1 to 1000', readLimit, 100)
    .option('--cursor <cursor>', 'go on from next_cursor of the answer before')
    .action(listNotifications);
  withHistoryOptions(command.command('show'))
    .summary('one message, and each attempt to deliver it')
    .argument('<number>', 'the message', readNumber)
    .action(showNotification);
  withActionOptions(command.command('resend'))
    .summary('send messages again that were given up')
    .argument('<number...>', 'the messages', collectNumber, [])
    .addHelpText('after', ACTION_NOTES)
    .action(resend);
}

async function listNotifications(options: NotificationsOptions): Promise<void> {
  const { dead, channel, incident, limit, cursor } = options;
  const state = dead === true ? (['dead'] as const) : options.state;
  const { askHistory } = await import('./ask-history.ts');
  const answer = await askHistory(options, (source) =>
    source.notifications({ state, channel, incident, limit, cursor }),
  );
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  const { printNotifications } = await import('./notifications-table.ts');
  printNotifications(answer);
}

async function showNotification(number: number, options: HistoryOptions): Promise<void> {
  const { askHistory } = await import('./ask-history.ts');
  const report = await askHistory(options, (source) => source.notification(number));
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(report);
    return;
  }
  const { printNotification } = await import('./notifications-table.ts');
  printNotification(report);
}

async function resend(numbers: readonly number[], options: ActionOptions): Promise<void> {
  const { actOnServer, doerOf } = await import('./server-access.ts');
  for (const number of numbers) {
    const path = `notifications/${number}/resend`;
    const answer = await actOnServer<{ changed: boolean; notification: NotificationAnswer }>(options, path, {
      key: 'notification',
      body: { by: doerOf(options) },
    });
    if (options.json === true) {
      const { printJson } = await import('./output.ts');
      printJson(answer);
    } else {
      const { harmless } = await import('./words.ts');
      const { channel, state } = answer.notification;
      const words = answer.changed ? 'is sent again' : `need not be sent again: it is ${state}`;
      process.stdout.write(harmless(`notification ${number} to ${channel} ${words}`) + '\n');
    }
  }
}

function collectNumber(text: string, before: readonly number[]): readonly number[] {
  return [...before, readNumber(text)];
}

function readStates(text: string): NotificationState[] {
  const states = text.split(',').map((word) => NOTIFICATION_STATES.find((state) => state === word.trim()));
  if (states.every((state) => state !== undefined)) return states;
  throw new InvalidArgumentError(`It must be a list of ${NOTIFICATION_STATES.join(', ')}.`);
}
