import type { Milliseconds } from '../duration.ts';
import type { Status } from '../status.ts';
import type { EventCause, EventKind, EventProof, Severity } from '../trouble/event.ts';

/**
 * What a message is. The kinds of events tell one event. `reminder`: an incident is still open. `escalation`: nobody
 * acknowledged it. `digest` and `storm`: several in one. `report`: how a period was. `test`: somebody asked for it.
 */
export type MessageKind = EventKind | 'reminder' | 'escalation' | 'digest' | 'storm' | 'report' | 'test';

/** The monitor a message is about. */
export interface MessageMonitor {
  readonly id: string;
  readonly name: string;
  readonly group: string | null;
  /** Its address without secrets. */
  readonly target: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** One line of a digest or a storm. */
export interface MessageItem {
  readonly kind: EventKind;
  readonly monitor: MessageMonitor | null;
  readonly incident: number | null;
  /** When what it tells of began, ms. */
  readonly since: number;
  readonly until: number | null;
  readonly cause: EventCause | null;
}

/** One message to one channel, before it is put into words and into the form of the service. */
export interface Message {
  /** The same for each attempt to send it: receivers may use it to know a message that came twice. */
  readonly id: string;
  readonly kind: MessageKind;
  readonly severity: Severity;
  /** Whether what it tells is over: `up`, `calm`, `sighted`, `channel_working`. */
  readonly resolved: boolean;
  /** When what it tells was recorded, ms. */
  readonly at: number;
  readonly monitor: MessageMonitor | null;
  /** The number of the incident; messages of one incident belong together (threads, deduplication). */
  readonly incident: number | null;
  readonly status: { readonly from: Status | null; readonly to: Status | null } | null;
  /** When the trouble began and ended, ms. */
  readonly since: number | null;
  readonly until: number | null;
  readonly cause: EventCause | null;
  readonly proof: EventProof | null;
  /** How many monitors depend on this one, and how many of them are down; `null` when none does. */
  readonly dependants: { readonly all: number; readonly down: number } | null;
  /** Digests and storms: at most 50 lines, and how many there are in all. */
  readonly items: readonly MessageItem[];
  readonly total: number;
  /** The location or the channel that it is about. */
  readonly about: string | null;
  /** A report, ready to be read; `null` for the rest. */
  readonly report: MessageReport | null;
}

/** How a period was, for people. */
export interface MessageReport {
  readonly title: string;
  readonly text: string;
  /** A whole page for mail. */
  readonly html: string;
}

/** What is known only when a message is sent. */
export interface Sending {
  /** From 1 up. */
  readonly attempt: number;
  /** How much later it comes than it should have, when that is more than a minute; `null` when it is not late. */
  readonly lateBy: Milliseconds | null;
  readonly links: MessageLinks;
}

/** Absolute addresses; `null` without `server.public_url`. */
export interface MessageLinks {
  readonly incident: string | null;
  readonly acknowledge: string | null;
}

/** A message whose time has come. */
export interface ReadyNotification {
  /** Its row. */
  readonly key: number;
  readonly channel: string;
  readonly message: Message;
  /** Of the attempt to be made now, from 1 up. */
  readonly attempt: number;
  /** When it should have been told, ms since the epoch: lateness is counted from here. */
  readonly dueAt: number;
}

/** What a service answered to one attempt. */
export interface DeliveryAnswer {
  /** `delivered`; `failed`: try again later; `refused`: it will never be taken as it is. */
  readonly outcome: 'delivered' | 'failed' | 'refused';
  /** A sentence for people: the status and the beginning of the answer, without secrets; at most 300 characters. */
  readonly detail: string;
  readonly statusCode: number | null;
  /** How long the service asks to be left alone, ms; `null` when it does not. */
  readonly retryAfter: Milliseconds | null;
}

/** What became of one attempt. */
export interface DeliveryReport extends DeliveryAnswer {
  readonly notification: number;
  readonly attempt: number;
  /** When the attempt began, ms since the epoch. */
  readonly at: number;
  readonly tookMs: Milliseconds;
}
