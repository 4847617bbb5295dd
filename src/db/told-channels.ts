import type { DropReason } from '../core/notify/situation.ts';
import type { EventKind } from '../core/trouble/event.ts';
import type { Database } from './native.ts';
import type { IncidentRow } from './trouble-schema.ts';

/** Events that tell that something began, or that it goes on. */
export const BEGINNINGS = [
  'down',
  'degraded',
  'flapping',
  'blind',
  'maintenance_ended',
  'parent_recovered',
  'channel_failing',
] as const satisfies readonly EventKind[];

/** Events that tell that it is over. */
export const ENDS = ['up', 'calm', 'sighted', 'channel_working'] as const satisfies readonly EventKind[];

/** Beginnings that tell that a target is down. */
const DOWN_KINDS = ['down', 'maintenance_ended', 'parent_recovered'] as const satisfies readonly EventKind[];

const words = (kinds: readonly EventKind[]): string => kinds.map((kind) => `'${kind}'`).join();
const BEGINNING_WORDS = words(BEGINNINGS);

/** Those told, or that will be. What is merged into a message that was given up was not told. */
const IS_TOLD = `(
  n.state IN ('ready', 'delivered')
  OR (n.state = 'waiting' AND n.kind IN (${BEGINNING_WORDS}))
  OR (n.state = 'merged' AND coalesce(
    (SELECT whole.state FROM notifications whole WHERE whole.key = n.merged_into), 'delivered') NOT IN ('dead', 'dropped'))
)`;

/** Channels that were told that an incident began, or will be, in the order in which they were. */
export function toldOfIncident(database: Database, incident: number): string[] {
  return database
    .prepare<[number], string>(
      `SELECT n.channel FROM notifications n
      WHERE n.incident = ? AND n.kind IN (${BEGINNING_WORDS}, 'reminder', 'escalation') AND ${IS_TOLD}
      GROUP BY n.channel ORDER BY min(n.key)`,
    )
    .pluck()
    .all(incident);
}

/** Channels that know that the monitor of an incident is down: what they were told last of it, or will be, says so. */
export function toldThatDown(database: Database, incident: number): string[] {
  return database
    .prepare<[number], { readonly channel: string; readonly kind: EventKind }>(
      `SELECT n.channel, n.kind, max(n.key) FROM notifications n
      WHERE n.incident = ? AND n.kind IN (${BEGINNING_WORDS}) AND ${IS_TOLD} GROUP BY n.channel`,
    )
    .all(incident)
    .filter(({ kind }) => (DOWN_KINDS as readonly EventKind[]).includes(kind))
    .map(({ channel }) => channel);
}

/** An open incident, the id of its monitor, and whether somebody should be told that it is down. */
export interface StandingIncident extends IncidentRow {
  readonly monitor: number;
  readonly monitor_id: string;
  /** 1 when the monitor is down and some channel was not told for the reason asked for, and does not know by now; else 0. */
  readonly untold: 0 | 1;
}

/** Open incidents of monitors whose key is larger than `after`, by key, `most` of them. */
export function standingIncidents(
  database: Database,
  why: DropReason,
  { after, most }: { readonly after: number; readonly most: number },
): StandingIncident[] {
  return database
    .prepare<[string, number, number], StandingIncident>(
      `SELECT i.*, m.id AS monitor_id, i.kind = 'down' AND i.status IN ('down', 'unknown') AND EXISTS (
        SELECT 1 FROM notifications d
        WHERE d.incident = i.key AND d.state = 'dropped' AND d.why = ? AND d.kind IN (${BEGINNING_WORDS})
          AND coalesce((SELECT n.kind FROM notifications n
            WHERE n.incident = i.key AND n.channel = d.channel AND n.kind IN (${BEGINNING_WORDS}) AND ${IS_TOLD}
            ORDER BY n.key DESC LIMIT 1), '') NOT IN (${words(DOWN_KINDS)})) AS untold
      FROM incidents i INDEXED BY incidents_open JOIN monitors m ON m.key = i.monitor
      WHERE i.resolved_at IS NULL AND i.monitor > ? ORDER BY i.monitor LIMIT ?`,
    )
    .all(why, after, most);
}

/** Channels that were told, by the newest event before one, that a channel fails. */
export function toldOfChannel(database: Database, channel: string, before: number): string[] {
  const failing = failingBefore(database, channel, before);
  if (failing === undefined) return [];
  return database
    .prepare<[number], string>(
      `SELECT DISTINCT n.channel FROM notifications n WHERE n.seq = ? AND n.kind = 'channel_failing' AND ${IS_TOLD}`,
    )
    .pluck()
    .all(failing);
}

/** The number of the newest event before one that said that a channel fails. */
export function failingBefore(database: Database, channel: string, before: number): number | undefined {
  return database
    .prepare<[number, string], number>(
      `SELECT seq FROM outbox WHERE kind = 'channel_failing' AND seq < ? AND data ->> 'channel' = ?
      ORDER BY seq DESC LIMIT 1`,
    )
    .pluck()
    .get(before, channel);
}
