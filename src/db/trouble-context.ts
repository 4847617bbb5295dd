import { windowAt } from '../core/maintenance/windows.ts';
import type { MaintenancePlan, MaintenanceWindow } from '../core/maintenance/plan.ts';
import { matches } from '../core/notify/match.ts';
import { NO_NOTIFY, type NotifySettings } from '../core/notify/settings.ts';
import type { IncidentFacts, MonitorFacts, ParentFacts, Situation } from '../core/notify/situation.ts';
import type { EventData, TroubleEvent } from '../core/trouble/event.ts';
import { readMeta } from './meta-values.ts';
import { MonitorFamily } from './monitor-family.ts';
import type { Database, Statement } from './native.ts';
import type { IncidentRow, MaintenanceRow, OutboxRow } from './trouble-schema.ts';
import { toldOfChannel, toldOfIncident, toldThatDown } from './told-channels.ts';

/** What a decision is about. */
export type Subject = Pick<TroubleEvent, 'kind' | 'monitor' | 'incident'> & {
  /** The number of the event; `null` for one that is only thought of. */
  readonly seq: number | null;
  /** When it was recorded, and when what it tells of began, ms since the epoch; `null` for those of its incident. */
  readonly at: number | null;
  readonly since: number | null;
  /** The channel that events about channels are about. */
  readonly channel: string | null;
};

/** What is read from the database beside what is in its tables. */
export interface TroubleContextOptions {
  /** The newest slot of a monitor by its key, where that is known in memory; read from the tables when left out. */
  readonly newestSlot?: (monitor: number) => number | undefined;
}

interface EventRow extends OutboxRow {
  readonly monitor_id: string | null;
}

const EVENT_COLUMNS =
  'o.seq, o.kind, o.at, o.monitor, o.incident, o.severity, o.data, o.planned_at, m.id AS monitor_id';
const EVENTS = `SELECT ${EVENT_COLUMNS} FROM outbox o LEFT JOIN monitors m ON m.key = o.monitor`;

/** So long after a failure was confirmed what it depends on may be looked at before somebody is told, ms. */
const UNSURE_FOR_MS = 30_000;

const WEEK_MS = 7 * 86_400_000;

/**
 * Reads from the database all that a decision about messages may look at. What it has read it remembers until `refresh`;
 * it never writes. The connection may be one that only reads.
 */
export class TroubleContext {
  readonly #database: Database;
  readonly #family: MonitorFamily;
  readonly #event: Statement<[number], EventRow>;
  readonly #unplanned: Statement<[number], EventRow>;
  readonly #incident: Statement<[number], IncidentRow>;
  readonly #byHand: Statement<[number], MaintenanceRow>;
  #text: string | undefined;
  #settings: NotifySettings = NO_NOTIFY;
  #plans: readonly MaintenancePlan[] | undefined;

  constructor(database: Database, { newestSlot }: TroubleContextOptions = {}) {
    this.#database = database;
    this.#family = new MonitorFamily(database, newestSlot);
    this.#event = database.prepare(`${EVENTS} WHERE o.seq = ?`);
    this.#unplanned = database.prepare(`${EVENTS} WHERE o.planned_at IS NULL ORDER BY o.seq LIMIT ?`);
    this.#incident = database.prepare('SELECT * FROM incidents WHERE key = ?');
    this.#byHand = database.prepare('SELECT * FROM maintenance WHERE coalesce(ended_at, "end") > ?');
  }

  /** Forgets what was read: what is asked from now on is as the database is then. */
  refresh(): void {
    this.#family.refresh();
    this.#plans = undefined;
    const text = readMeta(this.#database, 'notify');
    if (text === this.#text) return;
    this.#text = text;
    this.#settings =
      text === undefined ? NO_NOTIFY : { ...NO_NOTIFY, ...(JSON.parse(text) as Partial<NotifySettings>) };
  }

  /** What the file says of telling people. */
  get settings(): NotifySettings {
    return this.#settings;
  }

  /** Who depends on whom. */
  get family(): MonitorFamily {
    return this.#family;
  }

  /** Maintenance by the file and by hand; of that by hand what was not over a week before a moment, ms since the epoch. */
  plans(now: number): readonly MaintenancePlan[] {
    this.#plans ??= [...this.#settings.maintenance, ...this.#byHand.all(Math.floor(now) - WEEK_MS).map(planOf)];
    return this.#plans;
  }

  /** The event of a number; `null` when it is not kept any more. */
  event(seq: number): TroubleEvent | null {
    const row = this.#event.get(seq);
    return row === undefined ? null : eventOf(row);
  }

  /** Events of which nobody decided who is told, in order, so many at most. */
  unplanned(most: number): TroubleEvent[] {
    return this.#unplanned.all(most).map(eventOf);
  }

  /** A row of incidents; `undefined` when there is none of that number. */
  incident(number: number): IncidentRow | undefined {
    return this.#incident.get(number);
  }

  /** All that a decision about an event may look at, as it is at a moment (ms since the epoch). */
  situation(subject: Subject, now: number): Situation {
    const { policies, channels } = this.#settings;
    const monitor = subject.monitor === null ? null : (this.#family.facts(subject.monitor) ?? null);
    const row = subject.incident === null ? undefined : this.incident(subject.incident);
    const incident = row === undefined ? null : factsOf(row);
    return {
      now,
      policies,
      channels,
      monitor,
      incident,
      maintenance: monitor === null ? null : this.maintenanceOf(monitor, now),
      parent: monitor === null ? { state: 'up' } : this.#parentOf(monitor, incident, { ...subject, now }),
      told: this.#told(subject),
      toldDown: this.#toldDown(subject),
    };
  }

  /** The maintenance that a monitor is in at a moment; of several the one that ends last. */
  maintenanceOf(monitor: MonitorFacts, now: number): MaintenanceWindow | null {
    let latest: MaintenanceWindow | null = null;
    for (const plan of this.plans(now)) {
      if (!matches(plan.for, monitor)) continue;
      const window = windowAt(plan, now);
      if (window !== undefined && window.end > (latest?.end ?? -Infinity)) latest = window;
    }
    return latest;
  }

  #parentOf(
    { id }: MonitorFacts,
    incident: IncidentFacts | null,
    { at, since, now }: Pick<Subject, 'at' | 'since'> & { readonly now: number },
  ): ParentFacts {
    const ancestors = this.#family.ancestorsOf(id);
    for (const parent of ancestors) {
      const down = this.#family.downIncidentOf(parent);
      if (down !== undefined) return { state: 'down', monitor: parent.facts.id, incident: down };
    }
    if (incident === null || incident.resolvedAt !== null) return { state: 'up' };
    // Trouble may become graver long after it began: what counts is when this was confirmed, and since when it was so.
    const until = (at ?? incident.openedAt) + UNSURE_FOR_MS;
    if (now >= until) return { state: 'up' };
    const moment = since ?? incident.startedAt;
    const unsure = ancestors.find((parent) => !this.#family.isKnownSince(parent, moment, now));
    return unsure === undefined ? { state: 'up' } : { state: 'unsure', monitor: unsure.facts.id, until };
  }

  #told({ kind, incident, seq, channel }: Subject): string[] {
    if (incident !== null) return toldOfIncident(this.#database, incident);
    if (kind !== 'channel_working' || channel === null) return [];
    return toldOfChannel(this.#database, channel, seq ?? Number.MAX_SAFE_INTEGER);
  }

  #toldDown({ kind, incident }: Subject): string[] {
    const asks = kind === 'maintenance_ended' || kind === 'parent_recovered';
    return asks && incident !== null ? toldThatDown(this.#database, incident) : [];
  }
}

/** What a decision about an event is about. */
export function subjectOf({ seq, kind, monitor, incident, at, data }: TroubleEvent): Subject {
  return { seq, kind, monitor, incident, at, since: data.since, channel: data.channel };
}

/** Maintenance that was begun by hand, as the plan it is. */
export function planOf(row: MaintenanceRow): MaintenancePlan {
  const end = Math.min(row.end, row.ended_at ?? row.end);
  return {
    id: row.id,
    name: row.name,
    for: JSON.parse(row.for) as MaintenancePlan['for'],
    times: { kind: 'once', start: row.start, end },
  };
}

function eventOf({ seq, kind, at, monitor_id, incident, severity, data }: EventRow): TroubleEvent {
  return { seq, kind, at, monitor: monitor_id, incident, severity, data: JSON.parse(data) as EventData };
}

function factsOf(row: IncidentRow): IncidentFacts {
  return {
    number: row.key,
    kind: row.kind,
    severity: row.severity,
    startedAt: row.started_at,
    openedAt: row.opened_at,
    resolvedAt: row.resolved_at,
    acknowledgedAt: row.acknowledged_at,
    silencedUntil: row.silenced_until,
    flapping: row.flapping === 1,
  };
}
