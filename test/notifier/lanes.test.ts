import { describe, expect, it } from 'vitest';
import type { ReadyNotification } from '../../src/core/notify/message.ts';
import { Lanes } from '../../src/notifier/lanes.ts';
import { anyMessage } from './any-message.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

function ready(
  key: number,
  { channel = 'ops', incident }: { channel?: string; incident?: number | null } = {},
): ReadyNotification {
  const message = anyMessage({ id: `m-${key}`, incident: incident === undefined ? key : incident });
  return { key, channel, attempt: 1, dueAt: NOW, message };
}

function keysOf(notifications: readonly ReadyNotification[]): number[] {
  return notifications.map(({ key }) => key);
}

function lanesWith(...notifications: readonly ReadyNotification[]): Lanes {
  const lanes = new Lanes();
  for (const notification of notifications) lanes.add(notification);
  return lanes;
}

describe('Lanes', () => {
  it('lets at most four messages to a channel go at once, the oldest first', () => {
    const lanes = lanesWith(...[6, 3, 5, 1, 2, 4].map((key) => ready(key)));
    expect(keysOf(lanes.next(NOW))).toEqual([1, 2, 3, 4]);
    expect(lanes.next(NOW)).toEqual([]);
    lanes.finish(ready(2), 'delivered');
    expect(keysOf(lanes.next(NOW))).toEqual([5]);
    expect(lanes.size).toEqual({ waiting: 1, underWay: 4 });
  });

  it('gives each channel places of its own', () => {
    const lanes = lanesWith(...[1, 2, 3, 4, 5].map((key) => ready(key)), ready(9, { channel: 'chat' }));
    expect(keysOf(lanes.next(NOW))).toEqual([1, 2, 3, 4, 9]);
  });

  it('holds back the end of an incident until its beginning is settled, on each channel by itself', () => {
    const down = ready(1, { incident: 7 });
    const lanes = lanesWith(down, ready(2, { incident: 7 }), ready(3, { incident: 7, channel: 'chat' }));
    expect(keysOf(lanes.next(NOW))).toEqual([1, 3]);
    lanes.answered('ops', 'delivered', NOW);
    expect(lanes.next(NOW)).toEqual([]);
    lanes.finish(down, 'delivered');
    expect(keysOf(lanes.next(NOW))).toEqual([2]);
  });

  it('forgets what was to follow a message that was not taken: it is decided anew', () => {
    const down = ready(1, { incident: 7 });
    const lanes = lanesWith(down, ready(2, { incident: 7 }), ready(3, { incident: 8 }));
    expect(keysOf(lanes.next(NOW))).toEqual([1, 3]);
    lanes.finish(down, 'failed');
    expect(lanes.next(NOW)).toEqual([]);
    expect(lanes.size).toEqual({ waiting: 0, underWay: 1 });
  });

  it('does not make messages of no incident wait for each other', () => {
    const lanes = lanesWith(ready(1, { incident: null }), ready(2, { incident: null }));
    expect(keysOf(lanes.next(NOW))).toEqual([1, 2]);
  });

  it('takes a message that is under way only once, and of one that waits the newest form', () => {
    const lanes = lanesWith(ready(1));
    lanes.next(NOW);
    lanes.add(ready(1));
    expect(lanes.next(NOW)).toEqual([]);
    const waiting = lanesWith(ready(1), { ...ready(1), attempt: 2 });
    expect(waiting.next(NOW).map(({ attempt }) => attempt)).toEqual([2]);
  });

  it('tries nothing while the circuit of a channel is open, then one message, then all', () => {
    const lanes = lanesWith(...[1, 2, 3, 4, 5, 6, 7].map((key) => ready(key)));
    for (let failures = 0; failures < 5; failures += 1) lanes.answered('ops', 'failed', NOW);
    expect(lanes.next(NOW)).toEqual([]);
    expect(lanes.nextAt).toBe(NOW + 30_000);
    const later = NOW + 30_000;
    const [tried] = lanes.next(later);
    expect(tried?.key).toBe(1);
    expect(lanes.next(later)).toEqual([]);
    lanes.answered('ops', 'delivered', later);
    lanes.finish(ready(1), 'delivered');
    expect(keysOf(lanes.next(later))).toEqual([2, 3, 4, 5]);
    expect(lanes.nextAt).toBeNull();
  });
});
