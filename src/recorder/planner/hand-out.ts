import type { Message, ReadyNotification } from '../../core/notify/message.ts';
import { CLOSED_BREAKER, isOpen, type Breaker } from '../../core/notify/backoff.ts';
import type { ChannelStateRow, NotificationRow } from '../../db/trouble-schema.ts';
import { drop, noteFate, type Desk } from './desk.ts';

/** Most messages of one call. */
const MOST_AT_ONCE = 200;
/** Most messages to one channel that are handed out and not settled. */
const MOST_TO_A_CHANNEL = 40;
/** After so long without news an attempt was lost, ms. */
const LOST_AFTER_MS = 5 * 60_000;
/** What a channel did not take for so long is given up, ms. */
const TOO_OLD_MS = 86_400_000;

interface Handed {
  readonly at: number;
  readonly channel: string;
  readonly incident: number | null;
}

/** What a look at what is ready came to. Counts from when it was committed. */
export interface HandOutReport {
  readonly ready: readonly ReadyNotification[];
  /** When something that is ready may be sent, ms since the epoch; `null` when nothing is to be waited for. */
  readonly nextAt: number | null;
  readonly more: boolean;
  readonly handed: ReadonlyMap<number, Handed>;
}

/**
 * Hands out what is ready, each message once until it is settled. What was handed out is remembered in memory only: after a
 * restart it is handed out again, under the same id.
 */
export class HandOut {
  readonly #desk: Desk;
  readonly #handed = new Map<number, Handed>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Looks at what is ready now; within a transaction of the caller, who says with `accept` that it was committed. */
  take(now: number): HandOutReport {
    this.#giveUpLost(now);
    const ready: ReadyNotification[] = [];
    const handed = new Map<number, Handed>();
    const moments: number[] = [...this.#handed.values()].map(({ at }) => at + LOST_AFTER_MS);
    let more = false;
    for (const channel of this.#channels()) {
      const places = Math.min(this.#placesOf(channel, now, moments), MOST_AT_ONCE - ready.length);
      if (places <= 0) {
        more ||= ready.length >= MOST_AT_ONCE;
        continue;
      }
      const found = this.#readyOf(channel, places, now);
      const rows = found.filter((row) => this.#isStillWanted(row, now));
      // Others come in the place of those that are not sent.
      more ||= rows.length < found.length;
      for (const row of rows) {
        ready.push(this.#handOut(row));
        handed.set(row.key, { at: now, channel, incident: row.incident });
      }
      const next = this.#nextOf(channel, now);
      if (next !== null) moments.push(next);
    }
    return { ready, handed, more, nextAt: moments.length === 0 ? null : Math.min(...moments) };
  }

  /** What was taken is under way from now on. */
  accept({ handed }: HandOutReport): void {
    for (const [key, one] of handed) this.#handed.set(key, one);
  }

  /** News of an attempt came. When it failed, later messages of the same incident are handed out anew, after it. */
  settled(key: number, failed: boolean): void {
    const one = this.#handed.get(key);
    this.#handed.delete(key);
    if (!failed || one === undefined || one.incident === null) return;
    for (const [other, { channel, incident }] of this.#handed) {
      if (channel === one.channel && incident === one.incident) this.#handed.delete(other);
    }
  }

  /** Attempts of which nothing was heard, also when the clock was set back meanwhile. */
  #giveUpLost(now: number): void {
    for (const [key, { at }] of this.#handed) {
      if (Math.abs(now - at) >= LOST_AFTER_MS) this.#handed.delete(key);
    }
  }

  /** Channels that something is ready for. */
  #channels(): string[] {
    const next = this.#desk.database
      .prepare<[string], string | null>("SELECT min(channel) FROM notifications WHERE state = 'ready' AND channel > ?")
      .pluck();
    const channels: string[] = [];
    for (let channel = next.get('') ?? null; channel !== null; channel = next.get(channel) ?? null) {
      channels.push(channel);
    }
    return channels;
  }

  /** How many more a channel may be given: one to try it again, none while its circuit is open. */
  #placesOf(channel: string, now: number, moments: number[]): number {
    const breaker = this.#breakerOf(channel);
    if (isOpen(breaker, now) && breaker.openUntil !== null) {
      moments.push(breaker.openUntil);
      return 0;
    }
    const underWay = [...this.#handed.values()].filter((one) => one.channel === channel).length;
    return (breaker.openUntil === null ? MOST_TO_A_CHANNEL : 1) - underWay;
  }

  #breakerOf(channel: string): Breaker {
    const state = this.#desk.database
      .prepare<[string], ChannelStateRow>('SELECT * FROM channel_states WHERE channel = ?')
      .get(channel);
    return state === undefined ? CLOSED_BREAKER : { failures: state.failures, openUntil: state.open_until };
  }

  /** Of one incident the next one only when those before it are settled. */
  #readyOf(channel: string, places: number, now: number): NotificationRow[] {
    const underWay = [...this.#handed.values()].filter((one) => one.channel === channel).length;
    return this.#desk.database
      .prepare<[string, number, number], NotificationRow>(
        `SELECT * FROM notifications n INDEXED BY notifications_ready
        WHERE n.channel = ? AND n.state = 'ready' AND n.due_at <= ? AND (n.incident IS NULL OR NOT EXISTS (
          SELECT 1 FROM notifications earlier INDEXED BY notifications_pending
          WHERE earlier.incident = n.incident AND earlier.key < n.key AND earlier.channel = n.channel
            AND earlier.state IN ('waiting', 'ready') AND earlier.state = 'ready'))
        ORDER BY n.due_at, n.key LIMIT ?`,
      )
      .all(channel, Math.floor(now), places + underWay)
      .filter(({ key }) => !this.#handed.has(key))
      .slice(0, places);
  }

  #nextOf(channel: string, now: number): number | null {
    return (
      this.#desk.database
        .prepare<[string, number], number | null>(
          "SELECT min(due_at) FROM notifications WHERE state = 'ready' AND channel = ? AND due_at > ?",
        )
        .pluck()
        .get(channel, Math.floor(now)) ?? null
    );
  }

  #isStillWanted(row: NotificationRow, now: number): boolean {
    const { context, database } = this.#desk;
    if (!context.settings.channels.some(({ id }) => id === row.channel)) {
      drop(this.#desk, row, 'channel_gone', now);
      return false;
    }
    if (row.why === 'resend' || now - row.told_by <= TOO_OLD_MS || !this.#tookNothing(row.channel, now)) return true;
    database
      .prepare("UPDATE notifications SET state = 'dead', why = NULL, answer = coalesce(answer, ?) WHERE key = ?")
      .run('not tried: the channel took no message meanwhile', row.key);
    noteFate(this.#desk, row, { state: 'dead', detail: 'too_old' }, now);
    return false;
  }

  /**
   * Whether a channel is why its messages are late. Where it is not, because the clock was put forward or the machine was
   * off, they are told, however late: people may still believe what they say is over.
   */
  #tookNothing(channel: string, now: number): boolean {
    const { openUntil } = this.#breakerOf(channel);
    return openUntil !== null && now - openUntil <= TOO_OLD_MS;
  }

  #handOut({ key, channel, message, attempts, told_by }: NotificationRow): ReadyNotification {
    this.#desk.database.prepare('UPDATE notifications SET attempts = attempts + 1 WHERE key = ?').run(key);
    return { key, channel, message: JSON.parse(message ?? 'null') as Message, attempt: attempts + 1, dueAt: told_by };
  }
}
