import { AppError } from '../../core/errors.ts';
import { roughly } from '../../core/figure-words.ts';
import type { DeliveryAnswer, MessageKind } from '../../core/notify/message.ts';
import type { NotificationState } from '../../core/notify/notification-state.ts';
import { reasonSentence } from '../../core/notify/reason-sentence.ts';
import type { DropReason, WaitReason } from '../../core/notify/situation.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { Database } from '../../db/native.ts';
import type { DeliveryRow, NotificationRow } from '../../db/trouble-schema.ts';
import { inSnapshot } from '../snapshot.ts';
import { readNumberCursor, writeNumberCursor } from './number-cursor.ts';

/** The most messages one answer holds, and how many when nothing is said. */
export const MOST_NOTIFICATIONS = 1000;
const USUAL_NOTIFICATIONS = 100;

/** What is not sent within so long after it should have been told was delivered late, ms. */
const LATE = 60_000;

/** Which messages are asked for. */
export interface NotificationsQuestion {
  /** Only those that are in one of these states; all when left out. */
  readonly state?: readonly NotificationState[] | undefined;
  readonly channel?: string | undefined;
  /** Only those about this incident. */
  readonly incident?: number | undefined;
  /** 1 to 1,000; 100 when left out. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the answer before. */
  readonly cursor?: string | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

/** One message to one channel, and its fate. Times are RFC 3339. */
export interface NotificationAnswer {
  readonly number: number;
  /** The id of the message, the same for each attempt. */
  readonly id: string;
  readonly channel: string;
  readonly kind: MessageKind;
  readonly policy: string | null;
  readonly incident: number | null;
  /** The monitor of the incident. */
  readonly monitor: string | null;
  /** 0 for whom the policy tells first, then its escalations; of reminders which one it is. */
  readonly step: number;
  readonly state: NotificationState;
  /** Why it waits or was dropped. */
  readonly why: string | null;
  /** What became of it, in words. */
  readonly text: string;
  readonly created_at: string;
  /** When it should have been told. */
  readonly told_by: string;
  /** When it is looked at again; `null` when nothing more happens to it. */
  readonly due_at: string | null;
  readonly attempts: number;
  readonly delivered_at: string | null;
  /** How much later it came than it should have, when that is more than a minute. */
  readonly late_seconds: number | null;
  /** What the service answered last. */
  readonly answer: string | null;
  /** The number of the message that tells what this one would have told. */
  readonly merged_into: number | null;
}

/** Messages, newest first. */
export interface NotificationsAnswer {
  readonly notifications: NotificationAnswer[];
  readonly next_cursor: string | null;
}

/** One attempt to deliver a message. */
export interface DeliveryAttemptAnswer {
  readonly attempt: number;
  readonly at: string;
  readonly took_ms: number;
  readonly outcome: DeliveryAnswer['outcome'];
  readonly status_code: number | null;
  readonly answer: string;
}

/** One message, and each attempt to deliver it. */
export interface NotificationReportAnswer {
  readonly notification: NotificationAnswer;
  readonly attempts: DeliveryAttemptAnswer[];
  /** The numbers of the messages that it tells of instead of them. */
  readonly merged: number[];
}

type Row = NotificationRow & { readonly monitor_id: string | null };

const SELECT = `
  SELECT notifications.*, monitors.id AS monitor_id FROM notifications
  LEFT JOIN incidents ON incidents.key = notifications.incident
  LEFT JOIN monitors ON monitors.key = incidents.monitor`;

/** Which messages are there? Throws `bad_request`. */
export function askNotifications(database: Database, question: NotificationsQuestion): NotificationsAnswer {
  const { state, channel, incident, cursor, now, limit = USUAL_NOTIFICATIONS } = question;
  const before = cursor === undefined ? undefined : readNumberCursor(cursor);
  const conditions: [string, unknown][] = [
    ['notifications.key < @before', before],
    ['notifications.state IN (SELECT value FROM json_each(@states))', state],
    ['notifications.channel = @channel', channel],
    ['notifications.incident = @incident', incident],
  ];
  const asked = conditions.filter(([, value]) => value !== undefined).map(([condition]) => condition);
  const rows = database
    .prepare<[Record<string, unknown>], Row>(
      `${SELECT} ${asked.length === 0 ? '' : `WHERE ${asked.join(' AND ')}`}
       ORDER BY notifications.key DESC LIMIT @most`,
    )
    .all({ before, states: JSON.stringify(state ?? []), channel, incident, most: limit + 1 });
  const page = rows.slice(0, limit);
  return {
    notifications: page.map((row) => notificationAnswer(row, now)),
    next_cursor: rows.length > limit ? writeNumberCursor(page.at(-1)?.key) : null,
  };
}

/** What became of one message? Throws `not_found`. */
export function askNotification(
  database: Database,
  { number, now }: { readonly number: number; readonly now: number },
): NotificationReportAnswer {
  return inSnapshot(database, () => {
    const row = database.prepare<[number], Row>(`${SELECT} WHERE notifications.key = ?`).get(number);
    if (row === undefined) {
      const hint = '"longwatch notifications" lists them.';
      throw new AppError('not_found', `there is no notification ${number}`, { hint });
    }
    const attempts = database
      .prepare<[number], DeliveryRow>('SELECT * FROM deliveries WHERE notification = ? ORDER BY key')
      .all(number);
    const merged = database
      .prepare<[number], number>('SELECT key FROM notifications WHERE merged_into = ? ORDER BY key')
      .pluck()
      .all(number);
    return {
      notification: notificationAnswer(row, now),
      attempts: attempts.map(({ attempt, at, took_ms, outcome, status_code, answer }) => {
        return { attempt, at: formatMoment(at), took_ms, outcome, status_code, answer };
      }),
      merged,
    };
  });
}

/** The messages of an incident, in the order in which they were decided. Within a snapshot of the caller. */
export function notificationsOf(database: Database, incident: number, now: number): NotificationAnswer[] {
  const rows = database.prepare<[number], Row>(
    `${SELECT} WHERE notifications.incident = ? ORDER BY notifications.created_at, notifications.key`,
  );
  return rows.all(incident).map((row) => notificationAnswer(row, now));
}

function notificationAnswer(row: Row, now: number): NotificationAnswer {
  const { delivered_at, told_by, state } = row;
  const late = delivered_at === null || delivered_at - told_by <= LATE ? null : (delivered_at - told_by) / 1000;
  return {
    number: row.key,
    id: row.id,
    channel: row.channel,
    kind: row.kind,
    policy: row.policy,
    incident: row.incident,
    monitor: row.monitor_id,
    step: row.step,
    state,
    why: row.why,
    text: fateWords(row, late, now),
    created_at: formatMoment(row.created_at),
    told_by: formatMoment(told_by),
    due_at: state === 'waiting' || state === 'ready' ? formatMoment(row.due_at) : null,
    attempts: row.attempts,
    delivered_at: delivered_at === null ? null : formatMoment(delivered_at),
    late_seconds: late,
    answer: row.answer,
    merged_into: row.merged_into,
  };
}

function fateWords(row: Row, late: number | null, now: number): string {
  const { state, attempts, answer, due_at, merged_into } = row;
  const answered = answer === null || answer === '' ? '' : `: ${answer}`;
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  switch (state) {
    case 'delivered':
      return `delivered${attempts > 1 ? ` after ${tries}` : ''}${late === null ? '' : `, ${roughly(late)} late`}`;
    case 'dead':
      return `given up after ${tries}${answered}`;
    case 'merged':
      return merged_into === null ? 'told with another one' : `told by notification ${merged_into}`;
    case 'dropped':
      return `not sent: ${lowerFirst(sentenceOf(row))}`;
    case 'waiting':
      return `waits${soon(due_at, now)}: ${lowerFirst(sentenceOf(row))}`;
    case 'ready':
      return attempts === 0 ? 'is about to be sent' : `failed ${tries}, tried again${soon(due_at, now)}${answered}`;
  }
}

function soon(due: number, now: number): string {
  return due <= now ? '' : ` in ${roughly((due - now) / 1000)}`;
}

function sentenceOf({ why, state }: Row): string {
  if (why === null) return 'no reason is known';
  return reasonSentence(why as WaitReason | DropReason, state === 'dropped' ? 'dropped' : 'waiting').replace(/\.$/, '');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
