import { randomUUID } from 'node:crypto';
import type { Channel } from '../core/channel/channel.ts';
import type { DeliveryReport, Message } from '../core/notify/message.ts';
import { deliver, type DeliveryDeps } from './delivery.ts';

/** A test message, and what its channel's service answered. */
export interface ChannelTest {
  readonly message: Message;
  readonly report: DeliveryReport;
}

/** Sends a message that says that it is a test, at once and once. Rejects when `stop` ends it. */
export async function sendTest(channel: Channel, deps: DeliveryDeps): Promise<ChannelTest> {
  const now = Math.round(deps.clock.now());
  const message = testMessage(channel.id, now);
  const ready = { key: 0, channel: channel.id, message, attempt: 1, dueAt: now };
  const report = await deliver(ready, channel, deps);
  if (report === null) throw new Error('the test was broken off: this process ends');
  return { message, report };
}

function testMessage(channel: string, now: number): Message {
  return {
    id: `test-${randomUUID()}`,
    kind: 'test',
    severity: 'info',
    resolved: false,
    at: now,
    monitor: null,
    incident: null,
    status: null,
    since: null,
    until: null,
    cause: null,
    proof: null,
    dependants: null,
    items: [],
    total: 0,
    about: channel,
    report: null,
  };
}
