import { openConsumer, type Consumer } from './consumer.ts';
import { NOTIFICATIONS_QUEUE, type NotificationJob } from './payloads.ts';
import type { Transport } from './transport.ts';

/**
 * Takes messages from the queue, `concurrency` at once. A job whose attempt `send` does not know is of a process that is
 * gone: its message is still in the database, and comes again.
 */
export function openNotificationConsumer(
  transport: Transport,
  send: (job: NotificationJob) => Promise<void>,
  concurrency: number,
): Consumer {
  return openConsumer<NotificationJob>(transport, NOTIFICATIONS_QUEUE, send, { concurrency });
}
