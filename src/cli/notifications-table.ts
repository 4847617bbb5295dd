import type { NotificationState } from '../core/notify/notification-state.ts';
import type { ChannelAnswer, ChannelsAnswer } from '../query/trouble/channels.ts';
import type { NotificationReportAnswer, NotificationsAnswer } from '../query/trouble/notifications.ts';
import { clockTime } from './incidents-table.ts';
import { renderTable, type Cell } from './table.ts';
import { counted, harmless, shortMs } from './words.ts';

const STATE_CELLS: Readonly<Record<NotificationState, Cell>> = {
  waiting: { text: '… waiting', style: 'dim' },
  ready: { text: '→ sending', style: 'yellow' },
  delivered: { text: '✔ delivered', style: 'green' },
  dead: { text: '✖ given up', style: 'red' },
  dropped: { text: '- not sent', style: 'dim' },
  merged: { text: '+ merged', style: 'dim' },
};

const CHANNEL_CELLS: Readonly<Record<ChannelAnswer['state'], Cell>> = {
  working: { text: '✔ working', style: 'green' },
  failing: { text: '⚠ failing', style: 'yellow' },
  resting: { text: '✖ resting', style: 'red' },
  unused: { text: '- unused', style: 'dim' },
};

/** Prints messages as a table, and how to go on when there are more. */
export function printNotifications({ notifications, next_cursor }: NotificationsAnswer): void {
  if (notifications.length === 0) {
    process.stdout.write('no notifications\n');
    return;
  }
  const rows = notifications.map(({ number, channel, kind, monitor, incident, state, created_at, text }) => [
    { text: `#${number}`, align: 'right' as const },
    clockTime(created_at).slice(0, -4),
    channel,
    kind,
    monitor ?? '-',
    incident === null ? '-' : `#${incident}`,
    STATE_CELLS[state],
    text,
  ]);
  const titles = ['NUMBER', 'DECIDED (UTC)', 'CHANNEL', 'KIND', 'MONITOR', 'INCIDENT', 'STATE', 'WHAT BECAME OF IT'];
  process.stdout.write(renderTable(titles, rows));
  const more = next_cursor === null ? '' : `; older ones: --cursor ${next_cursor}`;
  process.stdout.write(`${counted(notifications.length, 'notification')}${more}\n`);
}

/** Prints one message, and each attempt to deliver it. */
export function printNotification({ notification, attempts, merged }: NotificationReportAnswer): void {
  const { number, channel, kind, incident, policy, text, told_by } = notification;
  const about = incident === null ? '' : ` about incident ${incident}`;
  const lines = [
    `notification ${number}: ${kind} to ${channel}${about}, by ${policy === null ? 'no policy' : `policy ${policy}`}`,
    `  to be told by ${clockTime(told_by)}: ${text}`,
    ...(merged.length === 0 ? [] : [`  tells also of ${counted(merged.length, 'notification')}: ${merged.join(', ')}`]),
    ...attempts.map(({ attempt, at, took_ms, outcome, status_code, answer }) => {
      const code = status_code === null ? '' : ` (${status_code})`;
      return `  attempt ${attempt}, ${clockTime(at)}, ${shortMs(took_ms)}: ${outcome}${code} ${answer}`;
    }),
  ];
  process.stdout.write(lines.map((line) => `${harmless(line).trimEnd()}\n`).join(''));
}

/** Prints the channels and how they fare. */
export function printChannels({ channels }: ChannelsAnswer): void {
  if (channels.length === 0) {
    process.stdout.write('no channels: nobody is told of anything\n');
    return;
  }
  const rows = channels.map((channel) => [
    channel.id,
    channel.type,
    CHANNEL_CELLS[channel.state],
    channel.last_delivered_at === null ? 'never' : clockTime(channel.last_delivered_at).slice(0, -4),
    { text: String(channel.waiting), align: 'right' as const },
    { text: String(channel.dead), align: 'right' as const },
    channel.policies.join(', ') || 'none',
    channel.failures === 0 ? '' : `${counted(channel.failures, 'failure')}: ${channel.last_error ?? ''}`,
  ]);
  const titles = ['CHANNEL', 'TYPE', 'STATE', 'LAST DELIVERED (UTC)', 'WAITING', 'DEAD', 'POLICIES', 'LAST ERROR'];
  process.stdout.write(renderTable(titles, rows));
}
