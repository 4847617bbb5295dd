import type { Message, MessageItem, MessageMonitor, Sending } from '../../src/core/notify/message.ts';
import type { EventCause } from '../../src/core/trouble/event.ts';

/** 2026-11-23 12:00:05 UTC. */
export const SINCE = Date.UTC(2026, 10, 23, 12, 0, 5);
export const MINUTE = 60_000;

export const SHOP: MessageMonitor = {
  id: 'shop',
  name: 'Shop',
  group: 'Sales',
  target: 'https://shop.example/',
  tags: { team: 'web' },
};

export const REFUSED: EventCause = {
  reason: 'conn_refused',
  message: 'the connection was refused (192.0.2.7:443)',
  statusCode: null,
  durationMs: 3,
  unmet: [],
};

export const GOT_503: EventCause = {
  reason: 'status_unexpected',
  message: 'got 503, expected 2xx',
  statusCode: 503,
  durationMs: 81.5,
  unmet: [{ what: 'status', expected: '2xx', got: '503' }],
};

export const ON_TIME: Sending = {
  attempt: 1,
  lateBy: null,
  links: {
    incident: 'https://watch.example/incidents/12',
    acknowledge: 'https://watch.example/incidents/12/acknowledge?token=t',
  },
};

/** A message that a monitor is down, but for what is given. */
export function anyMessage(parts: Partial<Message> = {}): Message {
  return {
    id: 'm-41',
    kind: 'down',
    severity: 'critical',
    resolved: false,
    at: SINCE + 10_000,
    monitor: SHOP,
    incident: 12,
    status: { from: 'up', to: 'down' },
    since: SINCE,
    until: null,
    cause: null,
    proof: null,
    dependants: null,
    items: [],
    total: 0,
    about: null,
    report: null,
    ...parts,
  };
}

/** A line of a digest that a monitor is down, but for what is given. */
export function anyItem(parts: Partial<MessageItem> = {}): MessageItem {
  return { kind: 'down', monitor: SHOP, incident: 12, since: SINCE, until: null, cause: null, ...parts };
}
