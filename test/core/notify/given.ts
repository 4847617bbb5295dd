import { usualPolicy, type Policy } from '../../../src/core/notify/policy.ts';
import type { IncidentFacts, MonitorFacts, Situation } from '../../../src/core/notify/situation.ts';
import type { EventKind, TroubleEvent } from '../../../src/core/trouble/event.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday. */
export const NOW = Date.parse('2026-11-23T12:00:00Z');

export const WEEK = [1, 2, 3, 4, 5, 6, 7];

export function policy(changes: Partial<Policy> = {}): Policy {
  return { ...usualPolicy(['chat']), storm: null, ...changes };
}

export const SHOP: MonitorFacts = {
  id: 'shop',
  group: 'Shop',
  tags: { team: 'web' },
  name: 'Shop',
  target: 'https://shop.example/',
  severity: 'critical',
  dependsOn: ['edge'],
};

export function incident(changes: Partial<IncidentFacts> = {}): IncidentFacts {
  return {
    number: 7,
    kind: 'down',
    severity: 'critical',
    startedAt: NOW - 15 * SECOND,
    openedAt: NOW,
    resolvedAt: null,
    acknowledgedAt: null,
    silencedUntil: null,
    flapping: false,
    ...changes,
  };
}

export function situation(changes: Partial<Situation> = {}): Situation {
  return {
    now: NOW,
    policies: [policy()],
    channels: ['chat', 'mail', 'phone', 'boss'].map((id) => ({ id, type: 'webhook' })),
    monitor: SHOP,
    incident: incident(),
    maintenance: null,
    parent: { state: 'up' },
    told: [],
    toldDown: [],
    ...changes,
  };
}

const SEVERITY: Partial<Record<EventKind, TroubleEvent['severity']>> = {
  degraded: 'warning',
  flapping: 'warning',
  calm: 'warning',
  blind: 'warning',
  sighted: 'warning',
  channel_failing: 'warning',
  channel_working: 'warning',
};

export function event(kind: EventKind, changes: Partial<TroubleEvent> & { channel?: string } = {}): TroubleEvent {
  const { channel, ...rest } = changes;
  const isOurs = ['blind', 'sighted', 'channel_failing', 'channel_working'].includes(kind);
  return {
    seq: 1,
    kind,
    at: NOW,
    monitor: isOurs ? null : 'shop',
    incident: kind.startsWith('channel_') ? null : 7,
    severity: SEVERITY[kind] ?? 'critical',
    data: {
      from: 'up',
      to: 'down',
      since: NOW - 15 * SECOND,
      until: null,
      cause: null,
      proof: null,
      location: null,
      channel: channel ?? null,
    },
    ...rest,
  };
}
