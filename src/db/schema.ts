import { blob, index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { GroupRule } from '../core/history/objective.ts';
import type { ReportKind } from '../core/push-state.ts';
import type { Reason } from '../core/reasons.ts';
import type { Status } from '../core/status.ts';
import type { Severity } from '../core/trouble/event.ts';

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
 * of the newest span; the slot may be behind, and the journal from meta `replay_from` on brings it up to date. While meta
 * `heads_lead` holds, what is newer lies in a row with it, one interval after the other.
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
 * policies and maintenance as the file has them, without secrets: JSON), `maintenance_until` (until when it was noted, ms),
 * `monitors_as_of` (which state of `monitors` this is) and `heads_lead` (that saved heads lead to the newest results; both
 * src/db/meta-values.ts).
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
