import { onTestFinished } from 'vitest';
import type { MaintenancePlan } from '../../../src/core/maintenance/plan.ts';
import type { DeliveryAnswer, Message, ReadyNotification } from '../../../src/core/notify/message.ts';
import type { PlanReport } from '../../../src/core/notify/plan-report.ts';
import { usualPolicy, type Policy } from '../../../src/core/notify/policy.ts';
import { NO_NOTIFY, type NotifySettings } from '../../../src/core/notify/settings.ts';
import type { EventData, EventKind, Severity } from '../../../src/core/trouble/event.ts';
import { writeMeta } from '../../../src/db/meta-values.ts';
import { shippedMigrations } from '../../../src/db/migrations.ts';
import { loadSqlite, type Database } from '../../../src/db/native.ts';
import { openForWriting } from '../../../src/db/open.ts';
import type { DeliveryRow, IncidentRow, NotificationRow, TimelineRow } from '../../../src/db/trouble-schema.ts';
import { endIncident, troubleTables } from '../../../src/recorder/end-incident.ts';
import { Planner, type PlannerOptions } from '../../../src/recorder/planner/planner.ts';
import { aDatabasePath } from '../../support/database.ts';

/** A Monday, 12:00 UTC. */
export const NOON = Date.UTC(2026, 10, 23, 12);
export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

const driver = await loadSqlite();
const migrations = shippedMigrations();

/** What a channel of a test answers. */
export type Answering = (message: Message, attempt: number) => Partial<DeliveryAnswer> | 'no answer';

export const DELIVERED: DeliveryAnswer = { outcome: 'delivered', detail: '200 OK', statusCode: 200, retryAfter: null };
export const FAILED: DeliveryAnswer = { outcome: 'failed', detail: '500 Oops', statusCode: 500, retryAfter: null };
export const REFUSED: DeliveryAnswer = { outcome: 'refused', detail: '404 Gone', statusCode: 404, retryAfter: null };

export interface OfficeOptions {
  readonly channels?: readonly string[];
  readonly policies?: readonly Policy[];
  readonly maintenance?: readonly MaintenancePlan[];
  readonly monitors?: readonly (string | MonitorGiven)[];
  readonly path?: string;
  /** What the planner measures its calls with, ms. */
  readonly monotonic?: () => number;
}

interface MonitorGiven {
  readonly id: string;
  readonly group?: string;
  readonly dependsOn?: readonly string[];
  readonly type?: string;
}

/** One message as its receiver sees it. */
export interface Received {
  readonly at: number;
  readonly channel: string;
  readonly attempt: number;
  readonly message: Message;
}

/** A policy that tells all channels at once, unless said otherwise. */
export function aPolicy(policy: Partial<Policy> = {}): Policy {
  return { ...usualPolicy(['mail']), ...policy };
}

/** A database with monitors and channels, a planner at work on it, and a sink for what it sends. */
export class Office {
  now = NOON;
  readonly path: string;
  readonly received: Received[] = [];
  readonly rechecks: string[] = [];
  /** Ids of messages that were handed out, by how often. */
  readonly handed = new Map<string, number>();
  /** What each channel answers; delivered, when nothing is said. */
  readonly answers = new Map<string, Answering>();
  database: Database;
  planner: Planner;
  #close: () => void;
  readonly #options: PlannerOptions;
  settings: NotifySettings;

  constructor(options: OfficeOptions = {}) {
    const { channels = ['mail'], policies, maintenance = [], monitors = ['shop'], path, monotonic } = options;
    this.#options = { random: () => 0.5, ...(monotonic === undefined ? {} : { monotonic }) };
    this.path = path ?? aDatabasePath();
    const opened = openForWriting(this.path, { driver, migrations, now: this.now });
    this.database = opened.database;
    this.#close = () => opened.close();
    onTestFinished(() => this.#close());
    this.settings = {
      ...NO_NOTIFY,
      channels: channels.map((id) => ({ id, type: 'webhook' })),
      policies: policies ?? [aPolicy({ tell: channels })],
      maintenance,
    };
    this.configure({});
    for (const monitor of monitors) this.addMonitor(typeof monitor === 'string' ? { id: monitor } : monitor);
    this.planner = this.#newPlanner();
  }

  #newPlanner(): Planner {
    return new Planner(this.database, this.#options);
  }

  configure(settings: Partial<NotifySettings>): void {
    this.settings = { ...this.settings, ...settings };
    writeMeta(this.database, 'notify', JSON.stringify(this.settings));
  }

  addMonitor({ id, group, dependsOn, type = 'http' }: MonitorGiven): void {
    this.database
      .prepare(
        `INSERT INTO monitors (id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms, created_at, depends_on)
        VALUES (?, ?, ?, ?, ?, '{}', 1, 60000, 10000, 0, ?)`,
      )
      .run(
        id,
        id,
        type,
        `https://${id}.test/`,
        group ?? null,
        dependsOn === undefined ? null : JSON.stringify(dependsOn),
      );
  }

  keyOf(monitor: string): number {
    return Number(this.database.prepare('SELECT key FROM monitors WHERE id = ?').pluck().get(monitor));
  }

  /** As kill -9 and a new start: what is in memory is gone. */
  restart(): void {
    this.#close();
    const opened = openForWriting(this.path, { driver, migrations, now: this.now });
    this.database = opened.database;
    this.#close = () => opened.close();
    this.planner = this.#newPlanner();
  }

  /** A result of a monitor. */
  result(monitor: string, status: 'up' | 'down', { slot = this.now, machine = null as string | null } = {}): void {
    this.database
      .prepare(
        `INSERT OR REPLACE INTO heads (monitor, slot, interval_ms, status, since, machine) VALUES (?, ?, 60000, ?, ?, ?)`,
      )
      .run(this.keyOf(monitor), slot, status, slot, machine);
  }

  /** An incident begins: its row and its event in one transaction, as the recorder writes them. */
  down(
    monitor: string,
    { kind = 'down', since = this.now - 10 * SECOND }: { kind?: 'down' | 'degraded' | 'flapping'; since?: number } = {},
  ): number {
    const tables = troubleTables(this.database);
    const severity = kind === 'down' ? 'critical' : 'warning';
    return this.database.transaction(() => {
      const key = this.keyOf(monitor);
      const status = kind === 'degraded' ? 'degraded' : 'down';
      const incident = tables.incidents.open({
        kind,
        monitor: key,
        location: null,
        severity,
        status,
        started_at: since,
        opened_at: this.now,
        cause: null,
        flapping: kind === 'flapping' ? 1 : 0,
      });
      this.#event(kind, { monitor: key, incident, severity, data: { since, from: 'up', to: status } });
      return incident;
    })();
  }

  /** The open incident of a monitor goes from degraded to down. */
  worse(monitor: string, since?: number): void {
    const incident = this.openIncident(monitor);
    const tables = troubleTables(this.database);
    this.database.transaction(() => {
      tables.incidents.change(incident, { kind: 'down', severity: 'critical', status: 'down' });
      const data = { since: since ?? incident.started_at, from: 'degraded', to: 'down' } as const;
      this.#event('down', { monitor: incident.monitor, incident: incident.key, severity: 'critical', data });
    })();
  }

  openIncident(monitor: string): IncidentRow {
    const row = troubleTables(this.database).incidents.openOf(this.keyOf(monitor));
    if (row === undefined) throw new Error(`${monitor} has no open incident`);
    return row;
  }

  up(monitor: string, event: 'up' | 'calm' = 'up'): void {
    const incident = this.openIncident(monitor);
    this.database.transaction(() => {
      endIncident(troubleTables(this.database), incident, {
        now: this.now,
        resolvedAt: this.now,
        resolution: 'recovered',
        proof: null,
        from: 'down',
        to: 'up',
        event,
      });
    })();
  }

  blind(): number {
    const tables = troubleTables(this.database);
    return this.database.transaction(() => {
      const incident = tables.incidents.open({
        kind: 'blind',
        monitor: null,
        location: 1,
        severity: 'warning',
        status: 'unknown',
        started_at: this.now,
        opened_at: this.now,
        cause: null,
        flapping: 0,
      });
      this.#event('blind', {
        monitor: null,
        incident,
        severity: 'warning',
        data: { since: this.now, location: 'home' },
      });
      return incident;
    })();
  }

  sighted(number: number): void {
    const tables = troubleTables(this.database);
    const incident = tables.incidents.find(number)!;
    this.database.transaction(() => {
      endIncident(tables, incident, {
        now: this.now,
        resolvedAt: this.now,
        resolution: 'recovered',
        proof: null,
        from: null,
        to: null,
        event: 'sighted',
        location: 'home',
      });
    })();
  }

  #event(
    kind: EventKind,
    event: {
      monitor: number | null;
      incident: number | null;
      severity: Severity;
      data: Partial<EventData> & Pick<EventData, 'since'>;
    },
  ): void {
    troubleTables(this.database).outbox.add({ kind, at: this.now, ...event });
  }

  /** Plans until nothing more can be done at this moment. */
  plan(): PlanReport {
    const ready: ReadyNotification[] = [];
    for (let call = 0; call < 10_000; call += 1) {
      const report = this.planner.plan(this.now);
      for (const { message } of report.ready) this.handed.set(message.id, (this.handed.get(message.id) ?? 0) + 1);
      ready.push(...report.ready);
      this.rechecks.push(...report.rechecks);
      if (!report.more) return { ...report, ready };
    }
    throw new Error('planning does not end');
  }

  /** Plans, sends what is ready, and settles it, until nothing is ready at this moment. Returns what was received. */
  tell(): Message[] {
    const before = this.received.length;
    for (let call = 0; call < 1000; call += 1) {
      const { ready } = this.plan();
      if (ready.length === 0) return this.received.slice(before).map(({ message }) => message);
      for (const one of ready) this.send(one);
    }
    throw new Error('telling does not end');
  }

  /** One attempt. */
  send({ key, channel, message, attempt }: ReadyNotification): void {
    const answer = this.answers.get(channel)?.(message, attempt) ?? DELIVERED;
    if (answer === 'no answer') return;
    const report = { ...DELIVERED, ...answer, notification: key, attempt, at: this.now, tookMs: 5 };
    if (report.outcome === 'delivered') this.received.push({ at: this.now, channel, attempt, message });
    this.planner.settle([report], this.now);
  }

  /** Lets time pass, doing what is due when it is due. Returns what was received meanwhile. */
  pass(ms: number): Message[] {
    const before = this.received.length;
    const end = this.now + ms;
    for (let step = 0; step < 20_000; step += 1) {
      this.tell();
      const { nextAt } = this.plan();
      if (nextAt === null || nextAt >= end) {
        this.now = end;
        this.tell();
        return this.received.slice(before).map(({ message }) => message);
      }
      this.now = Math.max(this.now + 1, nextAt);
    }
    throw new Error('time does not pass');
  }

  rows(where = '1'): NotificationRow[] {
    return this.database.prepare<[], NotificationRow>(`SELECT * FROM notifications WHERE ${where} ORDER BY key`).all();
  }

  /** What became of messages, in few words: `mail down dropped maintenance`. */
  fates(where = '1'): string[] {
    return this.rows(where).map(({ channel, kind, state, why }) =>
      [channel, kind, state, why].filter((word) => word !== null).join(' '),
    );
  }

  deliveries(): DeliveryRow[] {
    return this.database.prepare<[], DeliveryRow>('SELECT * FROM deliveries ORDER BY key').all();
  }

  timeline(incident: number): string[] {
    return this.database
      .prepare<[number], TimelineRow>('SELECT * FROM incident_events WHERE incident = ? ORDER BY key')
      .all(incident)
      .map(({ kind, data }) => {
        const { channel, kind: what, state, detail } = JSON.parse(data) as Record<string, string>;
        return kind === 'notification' ? `${channel} ${what} ${state}: ${detail}` : kind;
      });
  }
}

/** What messages say, in few words: `down shop`. */
export function said(messages: readonly Message[]): string[] {
  return messages.map(({ kind, monitor, total, about }) =>
    [kind, monitor?.id ?? about ?? (total > 0 ? total : null)].filter((word) => word !== null).join(' '),
  );
}
