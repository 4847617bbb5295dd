import type { Message, MessageItem, MessageMonitor } from '../../core/notify/message.ts';
import { SEVERITIES, type EventKind, type Severity, type TroubleEvent } from '../../core/trouble/event.ts';
import type { Database, Statement } from '../../db/native.ts';
import type { IncidentRow, NotificationRow } from '../../db/trouble-schema.ts';
import { ENDS } from '../../db/told-channels.ts';
import type { TroubleContext } from '../../db/trouble-context.ts';
import { causeIn } from '../end-incident.ts';

const MOST_ITEMS = 50;

const isEnd = (kind: string): boolean => (ENDS as readonly string[]).includes(kind);

/** Rows about one incident, or about one event that belongs to none. */
interface Group {
  readonly first: number;
  readonly last: number;
}

/** Makes the messages of rows whose time has come. */
export class Composer {
  readonly #context: TroubleContext;
  readonly #groups: Statement<[number], Group>;
  readonly #severities: Statement<[number], Severity>;
  readonly #seq: Statement<[number], number | null>;

  constructor(database: Database, context: TroubleContext) {
    this.#context = context;
    this.#groups = database.prepare(`
      SELECT min(key) AS first, max(key) AS last FROM notifications WHERE merged_into = ?
      GROUP BY coalesce(incident, -seq) ORDER BY 1`);
    this.#severities = database
      .prepare<[number], Severity>(`
        SELECT DISTINCT o.severity FROM notifications n JOIN outbox o ON o.seq = n.seq WHERE n.merged_into = ?`)
      .pluck();
    this.#seq = database.prepare<[number], number | null>('SELECT seq FROM notifications WHERE key = ?').pluck();
  }

  /** The message of a single event, of a reminder or an escalation. */
  single(row: NotificationRow, event: TroubleEvent | null, now: number): Message {
    const { kind } = row;
    const incident = row.incident === null ? undefined : this.#context.incident(row.incident);
    const data = event?.data;
    const isFollowUp = kind === 'reminder' || kind === 'escalation';
    const newest = incident === undefined ? null : causeIn(incident);
    const until = data?.until ?? (isEnd(kind) ? incident?.resolved_at : null) ?? null;
    return {
      ...this.#blank(row, now),
      severity: severityOf(row, event, incident),
      resolved: isEnd(kind),
      at: isFollowUp ? now : (event?.at ?? now),
      monitor: this.#monitor(event?.monitor ?? null),
      status: data === undefined ? null : { from: data.from, to: data.to },
      since: data?.since ?? incident?.started_at ?? null,
      until,
      cause: isFollowUp ? (newest ?? data?.cause ?? null) : (data?.cause ?? newest),
      proof: data?.proof ?? null,
      dependants: isEnd(kind) ? null : this.#dependants(event?.monitor ?? null),
      about: data?.location ?? data?.channel ?? null,
    };
  }

  /** The message of a row that others were merged into. */
  gathered(row: NotificationRow, now: number): Message {
    const groups = this.#groups.all(row.key);
    const items = groups.slice(0, MOST_ITEMS).map((group) => this.#item(group));
    const severities = new Set(this.#severities.all(row.key));
    const over = items.every(({ kind, until }) => isEnd(kind) || until !== null);
    const since = items.reduce((earliest, item) => Math.min(earliest, item.since), Infinity);
    return {
      ...this.#blank(row, now),
      severity: SEVERITIES.find((severity) => severities.has(severity)) ?? 'info',
      resolved: over && items.length === groups.length,
      since: Number.isFinite(since) ? since : null,
      items,
      total: groups.length,
    };
  }

  #blank({ id, kind, incident }: NotificationRow, now: number): Message {
    return {
      id,
      kind,
      severity: 'info',
      resolved: false,
      at: now,
      monitor: null,
      incident,
      status: null,
      since: null,
      until: null,
      cause: null,
      proof: null,
      dependants: null,
      items: [],
      total: 0,
      about: null,
      report: null,
    };
  }

  /** What began and ended meanwhile is one line. */
  #item({ first, last }: Group): MessageItem {
    const [begin, end] = [this.#eventOf(first), this.#eventOf(last)];
    const event = begin ?? end;
    const number = event?.incident ?? null;
    const incident = number === null ? undefined : this.#context.incident(number);
    return {
      kind: event?.kind ?? ('down' satisfies EventKind),
      monitor: this.#monitor(event?.monitor ?? null),
      incident: number,
      since: event?.data.since ?? 0,
      until: end?.data.until ?? incident?.resolved_at ?? null,
      cause: event?.data.cause ?? end?.data.cause ?? null,
    };
  }

  #eventOf(row: number): TroubleEvent | null {
    const seq = this.#seq.get(row) ?? null;
    return seq === null ? null : this.#context.event(seq);
  }

  #monitor(id: string | null): MessageMonitor | null {
    const facts = id === null ? undefined : this.#context.family.facts(id);
    if (facts === undefined) return null;
    const { name, group, target, tags } = facts;
    return { id: facts.id, name, group, target, tags };
  }

  #dependants(id: string | null): Message['dependants'] {
    const all = id === null ? [] : this.#context.family.dependantsOf(id);
    if (all.length === 0) return null;
    const down = this.#context.family.down();
    return { all: all.length, down: all.filter(({ key }) => down.has(key)).length };
  }
}

function severityOf(row: NotificationRow, event: TroubleEvent | null, incident: IncidentRow | undefined): Severity {
  const ofIncident = incident?.severity;
  const ofEvent = event?.severity;
  const isAboutIncident = isEnd(row.kind) || row.kind === 'reminder' || row.kind === 'escalation';
  return (isAboutIncident ? (ofIncident ?? ofEvent) : (ofEvent ?? ofIncident)) ?? 'info';
}
