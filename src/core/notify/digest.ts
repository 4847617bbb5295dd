import type { TroubleEvent } from '../trouble/event.ts';
import { isEnd } from './claims.ts';
import type { MessageItem, MessageMonitor } from './message.ts';

/** So many lines a digest or a storm shows. */
const MOST_ITEMS = 50;

/** A message that is gathered with others. */
export interface GatheredEvent {
  readonly event: TroubleEvent;
  /** `null` when the event is about no monitor. */
  readonly monitor: MessageMonitor | null;
}

/** The lines of a message that tells several. */
export interface GatheredItems {
  readonly items: MessageItem[];
  /** How many lines there are, shown or not. */
  readonly total: number;
}

/**
 * What several messages come to: one line for each incident (or channel) with the newest that is told of it, and what goes
 * on before what is over. An end together with its beginning is a line of the beginning with its `until`.
 */
export function gatheredItems(gathered: readonly GatheredEvent[]): GatheredItems {
  const subjects = new Map<string, GatheredEvent[]>();
  for (const one of [...gathered].sort((left, right) => left.event.seq - right.event.seq)) {
    const subject = subjectOf(one.event);
    subjects.set(subject, [...(subjects.get(subject) ?? []), one]);
  }
  const items = [...subjects.values()].map(itemOf);
  items.sort((left, right) => Number(isItemOver(left)) - Number(isItemOver(right)) || left.since - right.since);
  return { items: items.slice(0, MOST_ITEMS), total: items.length };
}

function subjectOf({ incident, data, seq }: TroubleEvent): string {
  if (incident !== null) return `incident ${incident}`;
  return data.channel === null ? `event ${seq}` : `channel ${data.channel}`;
}

function itemOf(gathered: readonly GatheredEvent[]): MessageItem {
  const newest = gathered.at(-1);
  if (newest === undefined) throw new RangeError('a line tells of one event at least');
  const { kind, data, incident } = newest.event;
  const over = isEnd(kind);
  const began = over ? gathered.findLast(({ event }) => !isEnd(event.kind))?.event : undefined;
  return {
    kind: began?.kind ?? kind,
    monitor: newest.monitor,
    incident,
    since: data.since,
    until: data.until,
    cause: began?.data.cause ?? data.cause,
  };
}

function isItemOver({ kind, until }: MessageItem): boolean {
  return isEnd(kind) || until !== null;
}
