import type { DropReason, WaitReason, WaitingRow } from '../../core/notify/situation.ts';
import type { TroubleEvent } from '../../core/trouble/event.ts';
import type { Database } from '../../db/native.ts';
import type { NotificationRow } from '../../db/trouble-schema.ts';
import { TroubleContext, type TroubleContextOptions } from '../../db/trouble-context.ts';
import { troubleTables, type TroubleTables } from '../end-incident.ts';
import { Composer } from './composer.ts';
import { NotificationTable } from './notification-table.ts';

/** What the parts of the planner work with. */
export interface Desk extends TroubleTables {
  readonly database: Database;
  readonly context: TroubleContext;
  readonly rows: NotificationTable;
  readonly composer: Composer;
}

export function openDesk(database: Database, options: TroubleContextOptions = {}): Desk {
  const context = new TroubleContext(database, options);
  const rows = new NotificationTable(database);
  return { database, context, rows, composer: new Composer(database, context), ...troubleTables(database) };
}

/** A row as decisions look at it. */
export function waitingRow(row: NotificationRow, event: TroubleEvent | null): WaitingRow {
  const { kind, channel, policy, step, why } = row;
  return { kind, channel, policy, step, why: why as WaitReason | null, event };
}

/** Waits that the file or a person asked for: until they end nobody should have been told. */
const WANTED: ReadonlySet<string | null> = new Set<WaitReason>([
  'delay',
  'quiet',
  'digest',
  'rate',
  'maintenance',
  'silenced',
  'outside_hours',
  'repeat',
  'escalation',
]);

/** When a message that waits should be told, ms since the epoch: lateness is counted from there. */
export function toldBy(why: string | null, dueAt: number, otherwise: number): number {
  return WANTED.has(why) ? dueAt : otherwise;
}

/** What is certain to be said elsewhere, or was never to be told, is no news in a timeline. */
const NO_NEWS: ReadonlySet<string> = new Set<DropReason>(['resolved', 'acknowledged', 'not_told', 'not_taken_yet']);

/** Drops a message, and has the timeline of its incident say so. */
export function drop({ rows, timeline }: Desk, row: NotificationRow, why: DropReason, now: number): void {
  rows.drop(row.key, why, now);
  if (!NO_NEWS.has(why)) noteFate({ timeline }, row, { state: 'dropped', detail: why }, now);
}

/** Puts what became of a message into the timeline of its incident. */
export function noteFate(
  { timeline }: Pick<Desk, 'timeline'>,
  { key, incident, channel, kind }: Pick<NotificationRow, 'key' | 'incident' | 'channel' | 'kind'>,
  fate: { readonly state: string; readonly detail: string },
  now: number,
): void {
  if (incident === null) return;
  timeline.add(incident, now, 'notification', { notification: key, channel, kind, ...fate });
}
