import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { GroupRule } from '../core/history/objective.ts';
import type { MessageKind } from '../core/notify/message.ts';
import type { ReportKind } from '../core/push-state.ts';
import type { Reason } from '../core/reasons.ts';
import type { Status } from '../core/status.ts';
import type { EventKind, Severity } from '../core/trouble/event.ts';
import type { IncidentKind, Resolution, TimelineKind } from '../core/trouble/incident.ts';

/**
 * The tables, for drizzle-kit to write migrations from and for the types of rows. Keys are the names of the columns, so
 * that a row read by plain SQL has the type given here. All tables are STRICT, those of short rows without a rowid of
 * their own WITHOUT ROWID; drizzle cannot say so, and each migration is edited to. Times are whole ms since the epoch, UTC.
 */

/** What is watched. A monitor that is no longer configured keeps its row and its history. Never holds a secret. */
export const monitors = sqliteTable('monitors', {
  key: integer().primaryKey(),
  id: text().notNull().unique(),
  name: text().notNull(),
  type: text().notNull(),
  /** The address without credentials and query values. */
  target: text().notNull(),
  group_name: text(),
  /** A JSON object of strings. */
  tags: text().notNull(),
  /** 1 or 0. */
  enabled: integer().notNull(),
  interval_ms: integer().notNull(),
  timeout_ms: integer().notNull(),
  created_at: integer().notNull(),
  /** When it vanished from the configuration; `null` while it is there. */
  removed_at: integer(),
  /** Its service level objective in percent; `null` when it has none. */
  slo_target: real(),
  slo_window_ms: integer(),
  /** Its own retention, a JSON object `Retention` of src/core/history/retention.ts; `null` when it has none. */
  retention: text(),
  /** When its status changes, a JSON object `TroubleRules` of src/core/trouble/rules.ts; `null` for the usual rules. */
  rules: text(),
  /** The ids of the monitors it depends on, a JSON list; `null` for none. */
  depends_on: text(),
  /** How grave it is when it is down. */
  severity: text().$type<Severity>().notNull().default('critical'),
});

/** Where workers probe from. */
export const locations = sqliteTable('locations', {
  key: integer().primaryKey(),
  name: text().notNull().unique(),
});

/**
 * The newest results in order of time, appended to by every check. There is no index by monitor, which would cost fifty
 * times the writing: a monitor's rows are a chain, each naming the distance to the one before it.
 */
export const journal = sqliteTable(
  'journal',
  {
    slot: integer().notNull(),
    monitor: integer().notNull(),
    location: integer().notNull(),
    /** The monitor's interval when the check was due. */
    interval_ms: integer().notNull(),
    /** How far back the monitor's previous slot lies; `null` for one interval, which is nearly always. */
    back_ms: integer(),
    status: text().$type<Status>().notNull(),
    reason: text().$type<Reason>(),
    status_code: integer(),
    /** From the slot to the beginning of the check; `null` for one that never began. */
    late_ms: integer(),
    duration_us: integer(),
    dns_us: integer(),
    connect_us: integer(),
    tls_us: integer(),
    wait_us: integer(),
    body_us: integer(),
    /** Only when the status is not `up`. */
    message: text(),
    /** 1 when the request carried the trace id that core/trace-id.ts makes of meta `trace_seed`, monitor and slot. */
    traced: integer(),
    /** 4 or 6, the version of the Internet Protocol; `null` when no address was dialled. */
    family: integer().$type<4 | 6>(),
    /** Which try of its slot this was; `null` for the first. */
    attempt: integer(),
  },
  (table) => [primaryKey({ columns: [table.slot, table.monitor, table.location] })],
);

/**
 * Results of hours that are over, packed: one row an hour, monitor and location. Of hours before meta `folded_until` all
 * results are here and none counts in the journal; from that hour on it is the other way round.
 */
export const blocks = sqliteTable('blocks', {
  /** `historyKey` of src/core/history/history-key.ts with the hour since the epoch. */
  key: integer().primaryKey(),
  /** `packBlock` of src/core/history/block.ts. */
  data: blob({ mode: 'buffer' }).notNull(),
});

/** Rollups of the hours before meta `folded_until`: one row a day, monitor and location. */
export const hours = sqliteTable('hours', {
  /** `historyKey` with the day since the epoch. */
  key: integer().primaryKey(),
  /** `packHours` of src/core/history/packed-rollup.ts. */
  data: blob({ mode: 'buffer' }).notNull(),
});

/** Rollups of the days before meta `days_until`. */
export const days = sqliteTable('days', {
  /** `historyKey` with the day since the epoch. */
  key: integer().primaryKey(),
  /** `packRollup` of src/core/history/packed-rollup.ts. */
  data: blob({ mode: 'buffer' }).notNull(),
});

/** What is said of groups of monitors as a whole; only groups of which something is said have a row. */
export const group_settings = sqliteTable('group_settings', {
  name: text().primaryKey(),
  rule: text().$type<GroupRule>().notNull(),
  /** Percent; `null` without an objective. */
  slo_target: real(),
  slo_window_ms: integer(),
});

/** The newest evidence of each status: what a check saw beyond its figures. Without known secrets. */
export const evidence = sqliteTable(
  'evidence',
  {
    monitor: integer().notNull(),
    location: integer().notNull(),
    status: text().$type<Status>().notNull(),
    slot: integer().notNull(),
    /** A JSON object, `KeptEvidence` of src/core/kept-evidence.ts. */
    data: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.monitor, table.location, table.status] })],
);

/** Stretches of one status, each to the beginning of the next. Written only on a change. */
export const spans = sqliteTable(
  'spans',
  {
    monitor: integer().notNull(),
    start: integer().notNull(),
    status: text().$type<Status>().notNull(),
    reason: text().$type<Reason>(),
  },
  (table) => [primaryKey({ columns: [table.monitor, table.start] })],
);

/**
 * The newest verdict of each monitor, written on a change and every few minutes. `status` and `since` are always those
 * of the newest span; the slot may be behind, and the journal from meta `replay_from` on brings it up to date.
 */
export const heads = sqliteTable('heads', {
  monitor: integer().primaryKey(),
  slot: integer().notNull(),
  interval_ms: integer().notNull(),
  status: text().$type<Status>().notNull(),
  reason: text().$type<Reason>(),
  /** Where the newest span begins. */
  since: integer().notNull(),
  status_code: integer(),
  duration_us: integer(),
  /** The status of the newest verdict itself, to which the reason belongs; `null` while it is that of the span. */
  last_status: text().$type<Status>(),
  /** What the status machine remembers beyond that, JSON; `null` for nothing: nothing is being confirmed. */
  machine: text(),
});

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
      .on(table.key)
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
    index('notifications_incident').on(table.incident),
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
  (table) => [primaryKey({ columns: [table.monitor, table.start, table.plan] })],
);

/** Where the monitors stand whose jobs report by themselves: what a restart would lose. Written at every report. */
export const push_states = sqliteTable('push_states', {
  monitor: integer().primaryKey(),
  /** When reports were due as of then, to tell a changed definition from the same. */
  rule: text().notNull(),
  watched_since: integer().notNull(),
  last_report: integer(),
  due: integer().notNull(),
  spoken_until: integer().notNull(),
  last_slot: integer(),
  status: text().$type<Status>().notNull(),
  reason: text().$type<Reason>(),
  /** A JSON list of the runs that began and did not end yet. */
  runs: text().notNull(),
  /** When it was switched off or left the configuration; `null` while it is watched. */
  left_at: integer(),
});

/** The newest reports of each monitor, with what came along, cut and without secrets. */
export const reports = sqliteTable(
  'reports',
  {
    key: integer().primaryKey(),
    monitor: integer().notNull(),
    at: integer().notNull(),
    kind: text().$type<ReportKind>().notNull(),
    exit_status: integer(),
    /** The UUID of the run. */
    run: text(),
    run_us: integer(),
    message: text(),
    text: text(),
  },
  (table) => [index('reports_monitor').on(table.monitor)],
);

/**
 * Single values: `replay_from` (the slot from which the journal is newer than heads), `owner` (JSON of the server),
 * `trace_seed` (what trace ids are made from), `push_alive` (when reports could last be taken in, ms), `folded_until` (the
 * first hour since the epoch that is not folded into blocks), `days_until` (the first day whose rollup is not written),
 * `folded`, `pruned_age` and `pruned_size` (what was last folded and removed: JSON, src/db/meta-values.ts), `notify` (channels,
 * policies and maintenance as the file has them, without secrets: JSON), `maintenance_until` (until when it was noted, ms).
 */
export const meta = sqliteTable('meta', {
  name: text().primaryKey(),
  value: text().notNull(),
});

export type MonitorRow = typeof monitors.$inferSelect;
export type JournalRow = typeof journal.$inferSelect;
export type EvidenceRow = typeof evidence.$inferSelect;
export type SpanRow = typeof spans.$inferSelect;
export type HeadRow = typeof heads.$inferSelect;
export type PushStateRow = typeof push_states.$inferSelect;
export type GroupSettingsRow = typeof group_settings.$inferSelect;
export type ReportRow = typeof reports.$inferSelect;
export type IncidentRow = typeof incidents.$inferSelect;
export type TimelineRow = typeof incident_events.$inferSelect;
export type OutboxRow = typeof outbox.$inferSelect;
export type NotificationRow = typeof notifications.$inferSelect;
export type DeliveryRow = typeof deliveries.$inferSelect;
export type ChannelStateRow = typeof channel_states.$inferSelect;
export type MaintenanceRow = typeof maintenance.$inferSelect;
export type MaintenancePeriodRow = typeof maintenance_periods.$inferSelect;
