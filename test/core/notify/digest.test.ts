import { describe, expect, it } from 'vitest';
import { gatheredItems, type GatheredEvent } from '../../../src/core/notify/digest.ts';
import type { EventKind, TroubleEvent } from '../../../src/core/trouble/event.ts';
import { event, MINUTE, NOW } from './given.ts';

function gathered(
  seq: number,
  kind: EventKind,
  incident: number | null,
  data: Partial<TroubleEvent['data']> = {},
): GatheredEvent {
  const trouble = event(kind, { seq, incident });
  return { event: { ...trouble, data: { ...trouble.data, since: NOW, ...data } }, monitor: null };
}

/** `7 down`, `8 down until 1m`. */
function lines(all: readonly GatheredEvent[]): string[] {
  return gatheredItems(all).items.map(({ kind, incident, until }) => {
    return `${incident} ${kind}${until === null ? '' : ` until ${(until - NOW) / MINUTE}m`}`;
  });
}

describe('gatheredItems', () => {
  it('tells what goes on before what is over, each by when it began', () => {
    const all = [
      gathered(1, 'down', 7, { since: NOW + 5 }),
      gathered(2, 'up', 8, { until: NOW + MINUTE }),
      gathered(3, 'down', 9, { since: NOW + 2 }),
    ];
    expect(lines(all)).toEqual(['9 down', '7 down', '8 up until 1m']);
  });

  it('tells a beginning and its end in one line, in whatever order they come', () => {
    const both = [gathered(1, 'down', 7), gathered(2, 'up', 7, { until: NOW + MINUTE })];
    expect(lines(both)).toEqual(['7 down until 1m']);
    expect(lines([...both].reverse())).toEqual(['7 down until 1m']);
  });

  it('tells the newest of an incident', () => {
    expect(lines([gathered(1, 'degraded', 7), gathered(2, 'down', 7)])).toEqual(['7 down']);
    const cause = { reason: null, message: 'refused', statusCode: null, durationMs: null, unmet: [] };
    const all = [
      gathered(1, 'degraded', 7),
      gathered(2, 'down', 7, { cause }),
      gathered(3, 'up', 7, { until: NOW + MINUTE }),
    ];
    expect(gatheredItems(all)).toMatchObject({ total: 1, items: [{ kind: 'down', until: NOW + MINUTE, cause }] });
  });

  it('tells of a channel that fails and works again in one line', () => {
    const all = [
      gathered(1, 'channel_failing', null, { channel: 'chat' }),
      gathered(2, 'channel_failing', null, { channel: 'mail' }),
      gathered(3, 'channel_working', null, { channel: 'chat', until: NOW + MINUTE }),
    ];
    expect(lines(all)).toEqual(['null channel_failing', 'null channel_failing until 1m']);
  });

  it('shows fifty lines and counts them all', () => {
    const all = Array.from({ length: 1000 }, (_, index) => gathered(index, 'down', index));
    const { items, total } = gatheredItems(all);
    expect([items.length, total]).toEqual([50, 1000]);
  });

  it('tells nothing of nothing', () => {
    expect(gatheredItems([])).toEqual({ items: [], total: 0 });
  });
});
