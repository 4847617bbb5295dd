import { breakerAfterFailure, CLOSED_BREAKER, nextTry } from '../../core/notify/backoff.ts';
import type { DeliveryReport } from '../../core/notify/message.ts';
import type { ChannelStateRow, NotificationRow } from '../../db/trouble-schema.ts';
import { noteFate, type Desk } from './desk.ts';

/** The others are told that a channel fails after so many failures in a row over so long, or when a message is given up. */
const FAILURES = 3;
const FAILING_FOR_MS = 60_000;

/** A channel of which nothing is known yet. */
const UNKNOWN_CHANNEL: Omit<ChannelStateRow, 'channel'> = {
  failures: 0,
  failing_since: null,
  open_until: null,
  last_delivered_at: null,
  last_error: null,
  reported_at: null,
};

/** Writes down what became of an attempt. Within a transaction of the caller. */
export class Settlement {
  readonly #desk: Desk;
  readonly #random: () => number;

  constructor(desk: Desk, random: () => number) {
    this.#desk = desk;
    this.#random = random;
  }

  /** Takes one report; `false` when it was taken before, or is of no message that is kept. */
  take(report: DeliveryReport, now: number): boolean {
    const row = this.#desk.rows.find(report.notification);
    if (row === undefined || !this.#log(report)) return false;
    const state = row.state === 'ready' ? this.#becomeOf(row, report, now) : this.#late(row, report);
    this.#noteChannel(row.channel, { report, isGivenUp: state === 'dead' }, now);
    // The end of an incident waits until it is known whether its beginning was told.
    if (row.incident !== null && state !== 'ready') this.#wakeEnds(row.incident, row.channel, now);
    return true;
  }

  /** What a channel answered to a message that somebody sent to see whether it works: a failure of that is no news. */
  tried(channel: string, report: DeliveryReport, now: number): void {
    this.#log(report);
    if (report.outcome === 'delivered') this.#noteChannel(channel, { report, isGivenUp: false }, now);
  }

  /** An attempt is known by its number and when it began: numbers are used again when a message is sent again by hand. */
  #log({ notification, attempt, at, tookMs, outcome, statusCode, detail }: DeliveryReport): boolean {
    const { database } = this.#desk;
    const moment = Math.floor(at);
    const known = database
      .prepare('SELECT 1 FROM deliveries WHERE notification = ? AND attempt = ? AND at = ?')
      .get(notification, attempt, moment);
    if (known !== undefined) return false;
    database
      .prepare(
        `INSERT INTO deliveries (notification, attempt, at, took_ms, outcome, status_code, answer)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(notification, attempt, moment, Math.round(tookMs), outcome, statusCode, detail);
    return true;
  }

  #becomeOf(row: NotificationRow, report: DeliveryReport, now: number): NotificationRow['state'] {
    if (report.outcome === 'delivered') return this.#delivered(row, report);
    // A newer attempt is under way: what it comes to counts.
    if (report.outcome === 'failed' && report.attempt < row.attempts) return 'ready';
    const isByHand = row.why === 'resend';
    const why = isByHand ? 'resend' : 'retry';
    const toldBy = isByHand ? Math.max(row.told_by, row.decided_at ?? 0) : row.told_by;
    const failure = { attempts: row.attempts, toldBy, retryAfter: report.retryAfter, random: this.#random() };
    const next = report.outcome === 'refused' ? null : nextTry(failure, now);
    const state = next === null ? 'dead' : 'ready';
    this.#desk.database
      .prepare('UPDATE notifications SET state = ?, due_at = ?, why = ?, answer = ? WHERE key = ?')
      .run(state, Math.ceil(next ?? now), next === null ? null : why, report.detail, row.key);
    const isNews = state === 'dead' || report.attempt === 1;
    if (isNews) noteFate(this.#desk, row, { state: state === 'dead' ? 'dead' : 'failed', detail: report.detail }, now);
    return state;
  }

  /** It was given up or taken back while an attempt was under way, which succeeded all the same. */
  #late(row: NotificationRow, report: DeliveryReport): NotificationRow['state'] {
    const isOpen = row.state === 'dead' || row.state === 'dropped';
    return isOpen && report.outcome === 'delivered' ? this.#delivered(row, report) : row.state;
  }

  #delivered(row: NotificationRow, { at, tookMs, detail }: DeliveryReport): 'delivered' {
    const moment = Math.floor(at + tookMs);
    this.#desk.database
      .prepare("UPDATE notifications SET state = 'delivered', why = NULL, delivered_at = ?, answer = ? WHERE key = ?")
      .run(moment, detail, row.key);
    noteFate(this.#desk, row, { state: 'delivered', detail }, moment);
    return 'delivered';
  }

  #noteChannel(
    channel: string,
    { report, isGivenUp }: { report: DeliveryReport; isGivenUp: boolean },
    now: number,
  ): void {
    const { database } = this.#desk;
    const known = database
      .prepare<[string], ChannelStateRow>('SELECT * FROM channel_states WHERE channel = ?')
      .get(channel);
    const before = known ?? { channel, ...UNKNOWN_CHANNEL };
    const after =
      report.outcome === 'delivered'
        ? this.#working(before, report)
        : this.#failing(before, { report, isGivenUp }, now);
    database
      .prepare(
        `INSERT OR REPLACE INTO channel_states
          (channel, failures, failing_since, open_until, last_delivered_at, last_error, reported_at)
        VALUES (@channel, @failures, @failing_since, @open_until, @last_delivered_at, @last_error, @reported_at)`,
      )
      .run(after);
  }

  #working(state: ChannelStateRow, { at, tookMs }: Pick<DeliveryReport, 'at' | 'tookMs'>): ChannelStateRow {
    const { channel, failing_since, reported_at, open_until } = state;
    const moment = Math.floor(at + tookMs);
    if (reported_at !== null) {
      this.#tellOthers('channel_working', state, { at: moment, since: failing_since ?? moment, until: moment });
    }
    // What waits for another try need not wait any longer.
    if (open_until !== null) {
      this.#desk.database
        .prepare(
          `UPDATE notifications INDEXED BY notifications_ready SET due_at = ?
          WHERE state = 'ready' AND channel = ? AND due_at > ?
            AND why IN ('retry', 'resend')`,
        )
        .run(moment, channel, moment);
    }
    return { ...UNKNOWN_CHANNEL, channel, last_delivered_at: Math.max(moment, state.last_delivered_at ?? 0) };
  }

  #failing(
    state: ChannelStateRow,
    { report, isGivenUp }: { report: DeliveryReport; isGivenUp: boolean },
    now: number,
  ): ChannelStateRow {
    const since = state.failing_since ?? Math.floor(report.at);
    const before = state.failures === 0 ? CLOSED_BREAKER : { failures: state.failures, openUntil: state.open_until };
    // A channel that refuses a message is there: its circuit stays as it is.
    const breaker = report.outcome === 'failed' ? breakerAfterFailure(before, now) : before;
    const failing = {
      ...state,
      failures: breaker.failures,
      open_until: breaker.openUntil === null ? null : Math.ceil(breaker.openUntil),
      failing_since: since,
      last_error: report.detail,
    };
    const isKnown = breaker.failures >= FAILURES && now - since >= FAILING_FOR_MS;
    if (state.reported_at !== null || !(isKnown || isGivenUp)) return failing;
    this.#tellOthers('channel_failing', failing, { at: now, since, until: null });
    return { ...failing, reported_at: now };
  }

  #tellOthers(
    kind: 'channel_failing' | 'channel_working',
    { channel, last_error: message }: ChannelStateRow,
    { at, since, until }: { readonly at: number; readonly since: number; readonly until: number | null },
  ): void {
    const cause = { reason: null, message, statusCode: null, durationMs: null, unmet: [] };
    const data = { since, until, channel, cause: message === null ? null : cause };
    this.#desk.outbox.add({ kind, at, monitor: null, incident: null, severity: 'warning', data });
  }

  #wakeEnds(incident: number, channel: string, now: number): void {
    const { rows } = this.#desk;
    for (const row of rows.pendingOf(incident, channel, 'ends')) {
      const isHeld = row.state === 'waiting' && row.why === 'retry' && row.due_at > now;
      if (isHeld) rows.wait(row.key, now, row.why, row.told_by);
    }
  }
}
