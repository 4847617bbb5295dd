import type { Milliseconds } from '../duration.ts';
import type { EventKind, Severity } from '../trouble/event.ts';
import type { MonitorMatch } from './match.ts';

/** Hours of the week in a zone. `to` not after `from` reaches into the next day: 22:00 to 07:00. */
export interface Hours {
  /** 1 for Monday to 7 for Sunday, sorted; the day on which the hours begin. */
  readonly days: readonly number[];
  /** Minutes since midnight, 0 to 1439. */
  readonly from: number;
  /** Minutes since midnight, 1 to 1440. */
  readonly to: number;
  readonly zone: string;
}

/** The transitions a policy can be about, as its key `on` names them. The end of something is told to whom its begin was. */
export const POLICY_TOPICS = ['down', 'degraded', 'up', 'flapping', 'blind', 'channel'] as const;
export type PolicyTopic = (typeof POLICY_TOPICS)[number];

/** The topic that an event belongs to. */
export const TOPIC_OF: Readonly<Record<EventKind, PolicyTopic>> = {
  down: 'down',
  degraded: 'degraded',
  up: 'up',
  flapping: 'flapping',
  calm: 'flapping',
  blind: 'blind',
  sighted: 'blind',
  maintenance_ended: 'down',
  parent_recovered: 'down',
  channel_failing: 'channel',
  channel_working: 'channel',
};

/** Whom to tell, and how long after the incident was confirmed, if nobody acknowledged it until then. */
export interface PolicyStep {
  readonly after: Milliseconds;
  /** Ids of channels. */
  readonly tell: readonly string[];
}

/** Who is told of what, and when. */
export interface Policy {
  readonly id: string;
  readonly for: MonitorMatch;
  readonly on: readonly PolicyTopic[];
  readonly severity: readonly Severity[];
  /** Ids of channels that are told first. */
  readonly tell: readonly string[];
  /** How long trouble must last from its confirmation before anybody is told. */
  readonly delay: Milliseconds;
  /** In these hours only; outside of them the policy says nothing. `null` for always. */
  readonly hours: Hours | null;
  readonly escalate: readonly PolicyStep[];
  /** How often an open incident that nobody acknowledged is told again; `null` for never. */
  readonly repeat: Milliseconds | null;
  /** Messages are held in these hours, and told in one at their end. */
  readonly quiet: (Hours & { readonly except: readonly Severity[] }) | null;
  /** Messages are gathered for so long and told in one; `null` tells each. */
  readonly digest: Milliseconds | null;
  /** More messages to a channel than that within that time become one; `null` for never. */
  readonly storm: { readonly over: number; readonly within: Milliseconds } | null;
  /** Most messages to a channel within that time; the others are gathered until there is room. `null` for no limit. */
  readonly maxRate: { readonly messages: number; readonly within: Milliseconds } | null;
}

export const USUAL_STORM = { over: 5, within: 60_000 };

/** What holds when the file has channels and no policies: every channel is told of everything, at once. */
export function usualPolicy(channels: readonly string[]): Policy {
  return {
    id: 'default',
    for: { monitors: [], groups: [], tags: {} },
    on: [...POLICY_TOPICS],
    severity: ['critical', 'warning', 'info'],
    tell: channels,
    delay: 0,
    hours: null,
    escalate: [],
    repeat: null,
    quiet: null,
    digest: null,
    storm: USUAL_STORM,
    maxRate: null,
  };
}
