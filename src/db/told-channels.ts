import type { DropReason } from '../core/notify/situation.ts';
import type { EventKind } from '../core/trouble/event.ts';
import type { Database } from './native.ts';

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

/** Whether a channel was not told that an open incident goes on, for this reason, and does not know it by now. */
export function isUntold(database: Database, incident: number, why: DropReason): boolean {
  const dropped = database
    .prepare<[number, string], string>(
      `SELECT DISTINCT channel FROM notifications
      WHERE incident = ? AND state = 'dropped' AND why = ? AND kind IN (${BEGINNING_WORDS})`,
    )
    .pluck()
    .all(incident, why);
  if (dropped.length === 0) return false;
  const told = new Set(toldThatDown(database, incident));
  return dropped.some((channel) => !told.has(channel));
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
