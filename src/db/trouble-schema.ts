import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { MessageKind } from '../core/notify/message.ts';
import type { Status } from '../core/status.ts';
import type { EventKind, Severity } from '../core/trouble/event.ts';
import type { IncidentKind, Resolution, TimelineKind } from '../core/trouble/incident.ts';

/** The tables of incidents and of what people are told of them; the rest are in schema.ts. */

/** Stretches of trouble. Written only on a change. */
export const incidents = sqliteTable(
  'incidents',
  {
    /** Its number, as people know it. */
    key: integer().primaryKey({ autoIncrement: true }),
    /** What it is at its worst. */
    kind: text().$type<IncidentKind>().notNull(),
    /** `null` for `blind`. */
    monitor: integer(),
    /** Where we were blind; `null` for the rest. */
    location: integer(),
    severity: text().$type<Severity>().notNull(),
    /** How its monitor stands as of the newest change, while it is open. */
    status: text().$type<Status>().notNull(),
    /** The slot of the first failure. */
    started_at: integer().notNull(),
    /** When it was confirmed and recorded. */
    opened_at: integer().notNull(),
    /** The slot of the first success after it; `null` while it is open. */
    resolved_at: integer(),
    /** When its end was recorded. */
    closed_at: integer(),
    resolution: text().$type<Resolution>(),
    /** The newest cause: an `EventCause` of src/core/trouble/event.ts as JSON. */
    cause: text(),
    /** 1 while the status changes all the time. */
    flapping: integer().notNull().default(0),
    acknowledged_at: integer(),
    acknowledged_by: text(),
    silenced_until: integer(),
  },
  (table) => [
    index('incidents_monitor').on(table.monitor, table.started_at),
    index('incidents_open')
      .on(table.monitor)
      .where(sql`resolved_at IS NULL`),
    index('incidents_started').on(table.started_at),
  ],
);

/** The timeline of each incident. */
export const incident_events = sqliteTable(
  'incident_events',
  {
    key: integer().primaryKey(),
    incident: integer().notNull(),
    at: integer().notNull(),
    kind: text().$type<TimelineKind>().notNull(),
    /** A JSON object; what it holds depends on the kind. */
    data: text().notNull(),
  },
  (table) => [index('incident_events_incident').on(table.incident)],
);

/** What was seen at the first failure and at the recovery of an incident. Without known secrets. */
export const incident_evidence = sqliteTable(
  'incident_evidence',
  {
    incident: integer().notNull(),
    moment: text().$type<'failure' | 'recovery'>().notNull(),
    slot: integer().notNull(),
    location: integer().notNull(),
    /** A JSON object, `KeptEvidence` of src/core/kept-evidence.ts. */
    data: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.incident, table.moment] })],
);

/** What happened that somebody may have to be told: a row comes with the change it tells of, in one transaction. */
export const outbox = sqliteTable(
  'outbox',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    kind: text().$type<EventKind>().notNull(),
    at: integer().notNull(),
    monitor: integer(),
    incident: integer(),
    severity: text().$type<Severity>().notNull(),
    /** A JSON object, `EventData` of src/core/trouble/event.ts. */
    data: text().notNull(),
    /** When it was decided who is told; `null` until then. */
    planned_at: integer(),
  },
  (table) => [
    index('outbox_unplanned')
      .on(table.seq)
      .where(sql`planned_at IS NULL`),
    index('outbox_incident').on(table.incident),
    index('outbox_channels')
      .on(table.seq)
      .where(sql`kind = 'channel_failing'`),
  ],
);

/** Messages, one to one channel each, and why one is not sent. Unique by event, channel, purpose and step. */
export const notifications = sqliteTable(
  'notifications',
  {
    key: integer().primaryKey(),
    /** The id of its message: the same for each attempt. */
    id: text().notNull().unique(),
    channel: text().notNull(),
    kind: text().$type<MessageKind>().notNull(),
    /** The policy by which it is sent; `null` for tests. */
    policy: text(),
    /** The event it tells of; `null` for one that tells of several or of none. */
    seq: integer(),
    incident: integer(),
    /** 0 for whom the policy tells first, then its escalations; of reminders which one it is. */
    step: integer().notNull(),
    /**
     * `waiting` for `due_at`, `ready` to be sent (again) at `due_at`, `delivered`, `dead` (given up), `dropped` (it need not
     * be sent: `why`), `merged` into another one.
     */
    state: text().$type<'waiting' | 'ready' | 'delivered' | 'dead' | 'dropped' | 'merged'>().notNull(),
    /** Why it waits or was dropped, a word of src/core/notify. */
    why: text(),
    created_at: integer().notNull(),
    /** When it should have been told: lateness is counted from here. */
    told_by: integer().notNull(),
    due_at: integer().notNull(),
    /** When it became ready (again), was dropped or merged; `null` until then. */
    decided_at: integer(),
    /** Attempts that were begun, also those of which nobody knows how they ended. */
    attempts: integer().notNull().default(0),
    delivered_at: integer(),
    /** What the service answered last. */
    answer: text(),
    /** The one that tells what this one would have told. */
    merged_into: integer(),
    /** A JSON object, `Message` of src/core/notify/message.ts; `null` until it is due. */
    message: text(),
  },
  (table) => [
    index('notifications_waiting')
      .on(table.due_at)
      .where(sql`state = 'waiting'`),
    index('notifications_reason')
      .on(table.why, table.channel, table.due_at)
      .where(sql`state = 'waiting'`),
    index('notifications_pending')
      .on(table.incident, table.channel)
      .where(sql`state IN ('waiting', 'ready')`),
    index('notifications_ready')
      .on(table.channel, table.due_at)
      .where(sql`state = 'ready'`),
    index('notifications_gathered')
      .on(table.channel, table.kind, table.state)
      .where(sql`kind IN ('storm', 'digest')`),
    index('notifications_merged')
      .on(table.merged_into)
      .where(sql`merged_into IS NOT NULL`),
    index('notifications_decided').on(table.channel, table.decided_at),
    index('notifications_incident').on(table.incident, table.channel, table.kind, table.step),
    index('notifications_channel').on(table.channel, table.created_at),
    uniqueIndex('notifications_once').on(table.seq, table.channel, table.kind, table.step),
  ],
);

/** Each attempt to deliver a message. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    key: integer().primaryKey(),
    notification: integer().notNull(),
    attempt: integer().notNull(),
    at: integer().notNull(),
    took_ms: integer().notNull(),
    outcome: text().$type<'delivered' | 'failed' | 'refused'>().notNull(),
    status_code: integer(),
    answer: text().notNull(),
  },
  (table) => [index('deliveries_notification').on(table.notification)],
);

/** How channels fare: a row once one has failed. */
export const channel_states = sqliteTable('channel_states', {
  channel: text().primaryKey(),
  /** Failures in a row. */
  failures: integer().notNull(),
  failing_since: integer(),
  /** Nothing is sent before then: the circuit is open. */
  open_until: integer(),
  last_delivered_at: integer(),
  last_error: text(),
  /** When the others were told that it fails; `null` while they need not know. */
  reported_at: integer(),
});

/** Maintenance that was begun by hand. */
export const maintenance = sqliteTable('maintenance', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** A JSON object, `MonitorMatch` of src/core/notify/match.ts. */
  for: text().notNull(),
  start: integer().notNull(),
  end: integer().notNull(),
  created_at: integer().notNull(),
  created_by: text().notNull(),
  /** When it was ended before its time. */
  ended_at: integer(),
});

/** When each monitor was in maintenance, as it came to pass: what the file says later changes nothing of it. */
export const maintenance_periods = sqliteTable(
  'maintenance_periods',
  {
    monitor: integer().notNull(),
    start: integer().notNull(),
    end: integer().notNull(),
    /** The id and the name of the plan. */
    plan: text().notNull(),
    name: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.monitor, table.start, table.plan] }),
    index('maintenance_periods_end').on(table.end),
  ],
);

export type IncidentRow = typeof incidents.$inferSelect;
export type TimelineRow = typeof incident_events.$inferSelect;
export type OutboxRow = typeof outbox.$inferSelect;
export type NotificationRow = typeof notifications.$inferSelect;
export type DeliveryRow = typeof deliveries.$inferSelect;
export type ChannelStateRow = typeof channel_states.$inferSelect;
export type MaintenanceRow = typeof maintenance.$inferSelect;
export type MaintenancePeriodRow = typeof maintenance_periods.$inferSelect;
