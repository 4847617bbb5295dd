import { NOTIFICATIONS_QUEUE, notificationJobId, type NotificationJob } from './payloads.ts';
import type { Transport } from './transport.ts';

/** Puts messages that are to be sent into the queue. */
export interface NotificationProducer {
  /** Queues these attempts; one that is queued already is not queued twice. Rejects within about 2 s when the queue is away. */
  enqueue(jobs: readonly NotificationJob[]): Promise<void>;
  close(): Promise<void>;
}

export function openNotificationProducer(transport: Transport): NotificationProducer {
  const queue = transport.queue<NotificationJob>(NOTIFICATIONS_QUEUE, {
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    streams: { events: { maxLen: 1000 } },
  });
  return {
    async enqueue(jobs) {
      await queue.addBulk(
        jobs.map((job) => ({ name: 'notification', data: job, opts: { jobId: notificationJobId(job) } })),
      );
    },
    close: () => queue.close(),
  };
}
