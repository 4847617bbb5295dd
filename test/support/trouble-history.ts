import type { NotifySettings } from '../../src/core/notify/settings.ts';
import { usualPolicy } from '../../src/core/notify/policy.ts';
import type { EventCause } from '../../src/core/trouble/event.ts';
import type { TimelineKind } from '../../src/core/trouble/incident.ts';
import { writeMeta } from '../../src/db/meta-values.ts';
import type { Database } from '../../src/db/native.ts';
import type {
  ChannelStateRow,
  DeliveryRow,
  IncidentRow,
  MaintenanceRow,
  NotificationRow,
} from '../../src/db/trouble-schema.ts';

/** Noon of a day in November. */
export const NOON = Date.UTC(2026, 10, 23, 12);

/** A monitor of a test about trouble. */
export interface TroubledMonitor {
  readonly id: string;
  readonly target?: string;
  readonly group?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly dependsOn?: readonly string[];
  readonly status?: 'up' | 'degraded' | 'down' | 'unknown';
  /** What the status machine remembers, and the status of the newest result when it is another one. */
  readonly machine?: object;
  readonly lastStatus?: 'up' | 'degraded' | 'down' | 'unknown';
}

/** Puts monitors that were checked half a minute before noon into a database. Gives their keys by id. */
export function addTroubled(database: Database, monitors: readonly TroubledMonitor[]): ReadonlyMap<string, number> {
  const addMonitor = database.prepare(`
    INSERT INTO monitors (id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms, created_at, depends_on)
    VALUES (?, ?, 'http', ?, ?, ?, 1, 60000, 10000, 0, ?)`);
  const addHead = database.prepare(`
    INSERT INTO heads (monitor, slot, interval_ms, status, reason, since, machine, last_status)
    VALUES (?, ?, 60000, ?, ?, ?, ?, ?)`);
  const keys = new Map<string, number>();
  for (const { id, target, group, tags, dependsOn, status = 'up', machine, lastStatus } of monitors) {
    const parents = dependsOn === undefined ? null : JSON.stringify(dependsOn);
    const address = target ?? `https://${id}.test/`;
    const { lastInsertRowid } = addMonitor.run(
      id,
      `The ${id}`,
      address,
      group ?? null,
      JSON.stringify(tags ?? {}),
      parents,
    );
    const memory = machine === undefined ? null : JSON.stringify(machine);
    const reason = (lastStatus ?? status) === 'down' ? 'timeout_wait' : null;
    addHead.run(lastInsertRowid, NOON - 30_000, status, reason, NOON - 600_000, memory, lastStatus ?? null);
    keys.set(id, Number(lastInsertRowid));
  }
  return keys;
}

const CAUSE: EventCause = {
  reason: 'status_unexpected',
  message: null,
  statusCode: 503,
  durationMs: 21.5,
  unmet: [{ what: 'status', expected: '2xx', got: '503' }],
};

/** Puts a row into a table; gives its key. */
function insert(database: Database, table: string, row: object): number {
  const names = Object.keys(row);
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
    )
    .run(row);
  return Number(lastInsertRowid);
}

/** An incident that began ten minutes before noon and was confirmed within ten seconds, unless something else is said. */
export function addIncident(database: Database, given: Partial<IncidentRow> & { cause?: string | null } = {}): number {
  const started_at = given.started_at ?? NOON - 600_000;
  return insert(database, 'incidents', {
    kind: 'down',
    monitor: 1,
    severity: 'critical',
    status: 'down',
    opened_at: started_at + 10_000,
    cause: JSON.stringify(CAUSE),
    ...given,
    started_at,
  });
}

/** One entry of a timeline. */
export function addEvent(database: Database, incident: number, at: number, [kind, data]: [TimelineKind, object]): void {
  insert(database, 'incident_events', { incident, at, kind, data: JSON.stringify(data) });
}

/** What a check of an incident saw. */
export function addIncidentEvidence(database: Database, incident: number, moment: 'failure' | 'recovery'): void {
  const data = {
    reason: moment === 'failure' ? 'status_unexpected' : null,
    message: null,
    statusCode: moment === 'failure' ? 503 : 200,
    address: '192.0.2.1',
    startedAt: NOON - 600_000,
    durationMs: 21.5,
    phases: { dns: 1, connect: 2, tls: null, wait: 18.5, body: null },
    traced: false,
    cut: false,
    findings: [
      { what: 'status', ok: false, expected: '2xx', got: '503', reason: 'status_unexpected', severity: 'down' },
    ],
    attempts: [{ address: '192.0.2.1', reason: null, ms: 2 }],
    certificates: [],
    facts: { server: 'nginx' },
  };
  insert(database, 'incident_evidence', {
    incident,
    moment,
    slot: NOON - 600_000,
    location: 1,
    data: JSON.stringify(data),
  });
}

let messages = 0;

/** A message that was delivered at once, unless something else is said. */
export function addNotification(database: Database, given: Partial<NotificationRow> = {}): number {
  messages += 1;
  const at = given.created_at ?? NOON - 590_000;
  const delivered = given.state === undefined || given.state === 'delivered';
  return insert(database, 'notifications', {
    id: `message-${messages}`,
    channel: 'pager',
    kind: 'down',
    policy: 'default',
    step: 0,
    state: 'delivered',
    told_by: at,
    due_at: at,
    attempts: delivered ? 1 : 0,
    delivered_at: delivered ? at + 500 : null,
    ...given,
    created_at: at,
  });
}

/** An attempt to deliver a message. */
export function addDelivery(database: Database, notification: number, given: Partial<DeliveryRow> = {}): void {
  insert(database, 'deliveries', {
    notification,
    attempt: 1,
    at: NOON - 589_000,
    took_ms: 120,
    outcome: 'delivered',
    status_code: 200,
    answer: 'ok',
    ...given,
  });
}

/** How a channel fares. */
export function addChannelState(database: Database, given: Partial<ChannelStateRow> & { channel: string }): void {
  insert(database, 'channel_states', { failures: 0, ...given });
}

/** Maintenance that was begun by hand, from half an hour before noon to half an hour after. */
export function addMaintenance(database: Database, given: Partial<MaintenanceRow> & { id: string }): void {
  insert(database, 'maintenance', {
    name: 'Maintenance',
    for: '{"monitors":[],"groups":[],"tags":{}}',
    start: NOON - 1_800_000,
    end: NOON + 1_800_000,
    created_at: NOON - 1_800_000,
    created_by: 'anna',
    ...given,
  });
}

/** Puts what the file says of telling people into a database. */
export function setNotify(database: Database, given: Partial<NotifySettings> = {}): void {
  const channels = [
    { id: 'pager', type: 'webhook' },
    { id: 'mail', type: 'email' },
  ];
  const settings: NotifySettings = {
    channels,
    policies: [usualPolicy(['pager', 'mail'])],
    maintenance: [],
    reports: [],
    ...given,
  };
  writeMeta(database, 'notify', JSON.stringify(settings));
}
