import { randomUUID } from 'node:crypto';
import { NOTIFICATION_STATES } from '../../core/notify/notification-state.ts';
import type { MessageKind } from '../../core/notify/message.ts';
import { BEGINNINGS, ENDS } from '../../db/told-channels.ts';
import type { Database, Statement } from '../../db/native.ts';
import type { NotificationRow } from '../../db/trouble-schema.ts';
import type { TimeRange } from '../../core/uptime.ts';

/** A message as it is decided first. */
export interface NewNotification {
  readonly channel: string;
  readonly kind: MessageKind;
  readonly policy: string | null;
  readonly seq: number | null;
  readonly incident: number | null;
  readonly step: number;
  readonly state: NotificationRow['state'];
  readonly why: string | null;
  readonly toldBy: number;
  readonly dueAt: number;
}

const words = (kinds: readonly string[]): string => kinds.map((kind) => `'${kind}'`).join();

/** Rows that gather others; the others are single messages. */
const GATHERERS = words(['storm', 'digest']);
/** States of what waits no more. */
const OVER = NOTIFICATION_STATES.filter((state) => state !== 'waiting');
const NOT_COUNTED = words(['storm', 'digest', 'report', 'test']);

/** Messages, and what becomes of each. All calls that write are within a transaction of the caller. */
export class NotificationTable {
  readonly #database: Database;
  readonly #insert: Statement<[Omit<NotificationRow, 'key' | 'attempts' | 'delivered_at' | 'answer' | 'merged_into'>]>;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(`
      INSERT INTO notifications (id, channel, kind, policy, seq, incident, step, state, why, created_at, told_by, due_at,
        decided_at, message)
      VALUES (@id, @channel, @kind, @policy, @seq, @incident, @step, @state, @why, @created_at, @told_by, @due_at,
        @decided_at, @message)
      ON CONFLICT DO NOTHING`);
  }

  /** Adds one and returns its key; `undefined` when there is one already for that event, channel, purpose and step. */
  add(
    row: NewNotification,
    now: number,
    message: { readonly id: string; readonly json: string } | null = null,
  ): number | undefined {
    const { channel, kind, policy, seq, incident, step, state, why } = row;
    const at = Math.floor(now);
    const { changes, lastInsertRowid } = this.#insert.run({
      id: message?.id ?? randomUUID(),
      channel,
      kind,
      policy,
      seq,
      incident,
      step,
      state,
      why,
      created_at: at,
      told_by: Math.floor(row.toldBy),
      due_at: Math.ceil(row.dueAt),
      decided_at: state === 'waiting' ? null : at,
      message: message?.json ?? null,
    });
    return changes === 0 ? undefined : Number(lastInsertRowid);
  }

  find(key: number): NotificationRow | undefined {
    return this.#database.prepare<[number], NotificationRow>('SELECT * FROM notifications WHERE key = ?').get(key);
  }

  /** Single messages whose time has come, so many at most. */
  due(now: number, most: number): NotificationRow[] {
    return this.#database
      .prepare<[number, number], NotificationRow>(
        `SELECT * FROM notifications WHERE state = 'waiting' AND due_at <= ? AND kind NOT IN (${GATHERERS})
        ORDER BY due_at, key LIMIT ?`,
      )
      .all(Math.floor(now), most);
  }

  /** The first message that gathers others and whose time has come. */
  dueGatherer(now: number): NotificationRow | undefined {
    return this.#database
      .prepare<[number], NotificationRow>(
        `SELECT * FROM notifications WHERE state = 'waiting' AND due_at <= ? AND kind IN (${GATHERERS})
        ORDER BY due_at, key LIMIT 1`,
      )
      .get(Math.floor(now));
  }

  /** When the first message that waits is due; `null` when none waits. */
  nextDue(): number | null {
    return (
      this.#database
        .prepare<[], number | null>("SELECT min(due_at) FROM notifications WHERE state = 'waiting'")
        .pluck()
        .get() ?? null
    );
  }

  /** Lets one wait on. It should have been told then and not before, but when it waits to be known or taken. */
  wait(key: number, until: number, why: string | null, toldBy: number): void {
    this.#database
      .prepare('UPDATE notifications SET due_at = ?, why = ?, told_by = ? WHERE key = ?')
      .run(Math.ceil(until), why, Math.floor(toldBy), key);
  }

  drop(key: number, why: string, now: number): void {
    this.#database
      .prepare("UPDATE notifications SET state = 'dropped', why = ?, decided_at = ? WHERE key = ?")
      .run(why, Math.floor(now), key);
  }

  /** Lets another message tell it. */
  merge(key: number, into: { readonly key: number; readonly why: string }, now: number): void {
    this.#database
      .prepare("UPDATE notifications SET state = 'merged', merged_into = ?, why = ?, decided_at = ? WHERE key = ?")
      .run(into.key, into.why, Math.floor(now), key);
  }

  /** Makes one ready to be sent. */
  ready(key: number, message: string, now: number): void {
    this.#database
      .prepare(
        `UPDATE notifications SET state = 'ready', why = NULL, merged_into = NULL, message = ?, due_at = ?, decided_at = ?
        WHERE key = ?`,
      )
      .run(message, Math.floor(now), Math.floor(now), key);
  }

  /** Those merged into another one, oldest first, so many at most. */
  mergedInto(key: number, most: number): NotificationRow[] {
    return this.#database
      .prepare<[number, number], NotificationRow>(
        'SELECT * FROM notifications WHERE merged_into = ? ORDER BY key LIMIT ?',
      )
      .all(key, most);
  }

  /** Messages to a channel about an incident that were not delivered and are of one of these kinds. */
  pendingOf(incident: number, channel: string, which: 'beginnings' | 'ends'): NotificationRow[] {
    const kinds = words(which === 'ends' ? ENDS : BEGINNINGS);
    return this.#database
      .prepare<[number, string], NotificationRow>(
        `SELECT * FROM notifications WHERE incident = ? AND channel = ? AND state IN ('waiting', 'ready')
          AND kind IN (${kinds}) ORDER BY key`,
      )
      .all(incident, channel);
  }

  /** Messages of an event that were not delivered. */
  pendingOfEvent(seq: number, channel: string): NotificationRow[] {
    return this.#database
      .prepare<[number, string], NotificationRow>(
        "SELECT * FROM notifications WHERE seq = ? AND channel = ? AND state IN ('waiting', 'ready') ORDER BY key",
      )
      .all(seq, channel);
  }

  /** Whether an attempt to send it was begun of which nobody knows how it ended. */
  isInDoubt({ key, attempts, state, decided_at }: NotificationRow): boolean {
    if (state !== 'ready' || attempts === 0) return false;
    // Attempts are counted anew when a message is sent again by hand.
    const settled = this.#database
      .prepare<[number, number, number], number>(
        'SELECT count(*) FROM deliveries WHERE notification = ? AND attempt = ? AND at >= ?',
      )
      .pluck()
      .get(key, attempts, decided_at ?? 0);
    return settled === 0;
  }

  /** Whether a reminder or an escalation is there and was not dropped. */
  hasFollowUp({ incident, policy, channel, kind, step }: NewNotification): boolean {
    const found = this.#database
      .prepare(
        `SELECT 1 FROM notifications WHERE incident = ? AND kind = ? AND channel = ? AND step = ? AND policy IS ?
          AND state <> 'dropped' LIMIT 1`,
      )
      .get(incident, kind, channel, step, policy);
    return found !== undefined;
  }

  /** Reminders and escalations of an incident that wait. */
  followUpsOf(incident: number): NotificationRow[] {
    return this.#database
      .prepare<[number], NotificationRow>(
        `SELECT * FROM notifications WHERE incident = ? AND state IN ('waiting', 'ready') AND state = 'waiting'
          AND kind IN ('reminder', 'escalation') ORDER BY key`,
      )
      .all(incident);
  }

  /** Has what waits for a reason decided again now; of one incident, or of all. */
  wake(why: string, now: number, incident: number | null = null): void {
    const rows = this.#database
      .prepare<[string, number], { key: number; incident: number | null }>(
        "SELECT key, incident FROM notifications INDEXED BY notifications_reason WHERE state = 'waiting' AND why = ? AND due_at > ?",
      )
      .all(why, Math.floor(now));
    const update = this.#database.prepare('UPDATE notifications SET due_at = ? WHERE key = ?');
    for (const row of rows) {
      if (incident === null || row.incident === incident) update.run(Math.floor(now), row.key);
    }
  }

  /** Has what waits for a channel and a reason decided now, with what it gathers; of one policy, or of all. */
  wakeChannel(channel: string, { why, policy }: { why: string; policy: string | null }, now: number): void {
    this.#database
      .prepare(
        `UPDATE notifications INDEXED BY notifications_reason SET due_at = @now
        WHERE state = 'waiting' AND due_at > @now AND channel = @channel
          AND why = @why AND kind NOT IN (${GATHERERS}) AND (@policy IS NULL OR policy = @policy)`,
      )
      .run({ channel, why, policy, now: Math.floor(now) });
  }

  /** The message that gathers others for a channel, and waits; of one policy, or whichever. */
  openGatherer(channel: string, kind: 'storm' | 'digest', policy: string | null): NotificationRow | undefined {
    return this.#database
      .prepare<[{ channel: string; kind: string; policy: string | null }], NotificationRow>(
        `SELECT * FROM notifications WHERE channel = @channel AND kind IN (${GATHERERS}) AND kind = @kind
          AND state = 'waiting' AND (@policy IS NULL OR policy = @policy) ORDER BY key DESC LIMIT 1`,
      )
      .get({ channel, kind, policy });
  }

  /** The newest storm message of a channel that was told. */
  lastStorm(channel: string): { readonly step: number; readonly at: number } | null {
    // Of each state the newest: else all storms there ever were would be sorted.
    const newest = OVER.map(
      (state) => `SELECT max(key) AS key FROM notifications
        WHERE channel = @channel AND kind IN (${GATHERERS}) AND kind = 'storm' AND state = '${state}'`,
    );
    const newestOfAll = `SELECT max(key) FROM (${newest.join(' UNION ALL ')})`;
    const found = this.#database
      .prepare<[{ channel: string }], { step: number; at: number }>(
        `SELECT step, decided_at AS at FROM notifications WHERE key = (${newestOfAll})`,
      )
      .get({ channel });
    return found ?? null;
  }

  /** When messages came to a channel, one by one or in storms, later than `from`, in order; the newest ones of very many. */
  momentsSince(channel: string, { from, to }: TimeRange, most: number): number[] {
    return this.#database
      .prepare<[string, number, number, number], number>(
        `SELECT decided_at FROM notifications
        WHERE channel = ? AND decided_at > ? AND decided_at <= ? AND kind NOT IN (${NOT_COUNTED})
          AND (state IN ('ready', 'delivered', 'dead') OR (state = 'merged' AND why = 'storm'))
        ORDER BY decided_at DESC LIMIT ?`,
      )
      .pluck()
      .all(channel, Math.floor(from), Math.floor(to), most)
      .reverse();
  }

  /** When single messages for a channel came about that wait a moment for others, but for one. */
  gathering(channel: string, now: number, but: number): Pick<NotificationRow, 'told_by'>[] {
    return this.#database
      .prepare<[string, number, number], Pick<NotificationRow, 'told_by'>>(
        `SELECT told_by FROM notifications INDEXED BY notifications_reason
        WHERE state = 'waiting' AND channel = ? AND due_at <= ? + 1000 AND why = 'gather' AND kind NOT IN (${GATHERERS})
          AND key <> ? ORDER BY told_by`,
      )
      .all(channel, Math.floor(now), but);
  }

  /** When messages were sent to a channel, whatever they told, later than `from`, newest first. */
  sentSince(channel: string, { from, to }: TimeRange, most: number): number[] {
    return this.#database
      .prepare<[string, number, number, number], number>(
        `SELECT decided_at FROM notifications
        WHERE channel = ? AND decided_at > ? AND decided_at <= ? AND kind NOT IN ('report', 'test') AND state IN ('ready', 'delivered', 'dead')
        ORDER BY decided_at DESC LIMIT ?`,
      )
      .pluck()
      .all(channel, Math.floor(from), Math.floor(to), most);
  }

  /** Whether messages to a channel wait until there is room. */
  hasRateWaiters(channel: string, but: number): boolean {
    const found = this.#database
      .prepare(
        `SELECT 1 FROM notifications INDEXED BY notifications_reason
        WHERE state = 'waiting' AND why = 'rate' AND channel = ? AND key <> ? LIMIT 1`,
      )
      .get(channel, but);
    return found !== undefined;
  }
}
