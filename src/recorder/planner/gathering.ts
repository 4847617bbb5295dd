import { wasSetBack } from '../../core/notify/clock-back.ts';
import type { Policy } from '../../core/notify/policy.ts';
import { stormStep, type StormStep, type StormView } from '../../core/notify/storm.ts';
import type { Statement } from '../../db/native.ts';
import type { NotificationRow } from '../../db/trouble-schema.ts';
import { noteFate, type Desk } from './desk.ts';

/** More moments than these say nothing new of a storm. */
const MOST_MOMENTS = 5000;
/** A storm is told so long after its first message at most, ms. */
const TOLD_WITHIN_MS = 3000;
/** One whose first message was late itself gathers for so long all the same, ms. */
const GATHERS_MS = 2000;
/** So long after its time a digest is late, ms: that it tells all at once matters more. */
const DIGEST_LATE_MS = 30_000;

/** When a message came about. Before the clock was set back is long enough ago for it to wait for no other. */
function momentOf({ told_by }: Pick<NotificationRow, 'told_by'>, now: number): number {
  return wasSetBack(told_by, now) ? now - TOLD_WITHIN_MS : told_by;
}

/** When one of a storm came about, or not long before it was gathered: what is late comes now to whoever is told. */
function momentGathered(row: NotificationRow, now: number): number {
  const moment = momentOf(row, now);
  const { decided_at: at } = row;
  return at === null || wasSetBack(at, now) ? moment : Math.max(moment, at - TOLD_WITHIN_MS);
}

/**
 * Puts messages together. A row of its own gathers those that are told in one, which are merged into it as their time
 * comes; it waits until they are told, so that a restart goes on with what was gathered.
 */
export class Gathering {
  readonly #desk: Desk;
  readonly #late: Statement<[{ channels: string; now: number }], NotificationRow>;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#late = desk.database.prepare(`
      SELECT n.* FROM json_each(@channels) AS c CROSS JOIN notifications n INDEXED BY notifications_gathered
      WHERE n.channel = c.value AND n.kind IN ('storm', 'digest') AND n.state = 'waiting' AND n.due_at <= @now
        AND CASE n.kind
          WHEN 'storm' THEN n.told_by <= @now AND n.created_at NOT BETWEEN @now - ${GATHERS_MS - 1} AND @now
          ELSE n.due_at <= @now - ${DIGEST_LATE_MS} END
      ORDER BY n.due_at, n.key LIMIT 1`);
  }

  /** Takes a message whose time has come to be told with others, or later; `false` when it is to be sent by itself. */
  take(row: NotificationRow, policy: Policy | undefined, now: number): boolean {
    if (row.why === 'quiet' || row.why === 'digest') {
      this.#intoDigest(row, row.policy, now);
      return true;
    }
    if (policy === undefined) return false;
    return this.#intoStorm(row, policy, now) || this.#withinRate(row, policy, now);
  }

  /** A row that is to be told although more is there that it could gather; `undefined` when there is none. */
  late(now: number): NotificationRow | undefined {
    const channels = this.#desk.context.settings.channels.map(({ id }) => id);
    return this.#late.get({ channels: JSON.stringify(channels), now });
  }

  /** Tells what a row has gathered, or lets it gather on; one that is late waits for nothing that is not gathered yet. */
  tell(gatherer: NotificationRow, { now, isLate }: { readonly now: number; readonly isLate: boolean }): void {
    const { rows, context } = this.#desk;
    if (!isLate && this.#waitsForOthers(gatherer, now)) return;
    const rule = context.settings.policies.find(({ id }) => id === gatherer.policy)?.storm ?? null;
    if (gatherer.kind !== 'storm' || rule === null) return this.#tellAll(gatherer, gatherer.step, now);
    const gathered = rows.mergedInto(gatherer.key, MOST_MOMENTS).map((row) => momentGathered(row, now));
    const view = { ...this.#told(gatherer.channel, rule.within, now), gathered: gathered.toSorted((a, b) => a - b) };
    const step = stormStep(view, rule, now);
    if (step.do === 'wait') rows.wait(gatherer.key, Math.max(step.until, now + 1), 'gather', gatherer.told_by);
    else if (step.do === 'tell') this.#tellAll(gatherer, step.step, now);
    else this.#tellEach(gatherer, now);
  }

  /** A storm is told with all that came until then, also what was planned too late to be due. */
  #waitsForOthers({ channel, kind, created_at }: NotificationRow, now: number): boolean {
    if (kind !== 'storm' || now >= created_at + TOLD_WITHIN_MS || wasSetBack(created_at, now)) return false;
    const { rows } = this.#desk;
    if (rows.gathering(channel, now, -1).length === 0) return false;
    rows.wakeChannel(channel, { why: 'gather', policy: null }, now);
    return true;
  }

  #tellAll(gatherer: NotificationRow, step: number, now: number): void {
    const { rows, composer, database } = this.#desk;
    database.prepare('UPDATE notifications SET step = ? WHERE key = ?').run(step, gatherer.key);
    if (rows.mergedInto(gatherer.key, 2).length < 2) {
      this.#tellEach(gatherer, now);
      return;
    }
    rows.ready(gatherer.key, JSON.stringify(composer.gathered(gatherer, now)), now);
  }

  /** There were too few to be told in one. */
  #tellEach(gatherer: NotificationRow, now: number): void {
    const { rows, composer, context, database } = this.#desk;
    for (const row of rows.mergedInto(gatherer.key, MOST_MOMENTS)) {
      const event = row.seq === null ? null : context.event(row.seq);
      rows.ready(row.key, JSON.stringify(composer.single(row, event, now)), now);
    }
    database.prepare('DELETE FROM notifications WHERE key = ?').run(gatherer.key);
  }

  #intoDigest(row: NotificationRow, policy: string | null, now: number): void {
    const { rows } = this.#desk;
    const { channel, why } = row;
    const open = rows.openGatherer(channel, 'digest', policy)?.key;
    const key =
      open ?? this.#open({ channel, kind: 'digest', policy: row.policy, toldBy: row.told_by, dueAt: now }, now);
    // All that waits for the same is told with the first of it.
    if (open === undefined && why !== null && why !== 'quiet') rows.wakeChannel(channel, { why, policy }, now);
    this.#merge(row, { key, why: 'digest' }, now);
  }

  #intoStorm(row: NotificationRow, { id, storm }: Policy, now: number): boolean {
    if (storm === null) return false;
    const { rows } = this.#desk;
    const { channel } = row;
    const open = rows.openGatherer(channel, 'storm', null);
    if (open !== undefined) {
      this.#merge(row, { key: open.key, why: 'storm' }, now);
      return true;
    }
    const others = rows.gathering(channel, now, row.key);
    const gathered = [...others, row].map((one) => momentOf(one, now)).toSorted((a, b) => a - b);
    const told = this.#told(channel, storm.within, now);
    const moments = [...told.moments, ...gathered].toSorted((a, b) => a - b);
    const step: StormStep = stormStep({ ...told, moments, gathered }, storm, now);
    if (step.do === 'each') return false;
    const dueAt = step.do === 'wait' ? step.until : now;
    // Of a storm that goes on it is told when it is time; the first of one is late when its first message is.
    const goesOn = dueAt > now + TOLD_WITHIN_MS;
    const key = this.#open(
      { channel, kind: 'storm', policy: id, toldBy: goesOn ? dueAt : row.told_by + TOLD_WITHIN_MS, dueAt },
      now,
    );
    this.#merge(row, { key, why: 'storm' }, now);
    return true;
  }

  /** What came to a channel, what a storm message gathers included. */
  #told(channel: string, within: number, now: number): Pick<StormView, 'moments' | 'last'> {
    const { rows } = this.#desk;
    const newest = rows.lastStorm(channel);
    const last = newest === null || wasSetBack(newest.at, now) ? null : newest;
    return {
      last,
      moments: rows.momentsSince(channel, { from: Math.min(last?.at ?? now, now) - within, to: now }, MOST_MOMENTS),
    };
  }

  /** Whether a message waits because the channel got as many as its policy allows. */
  #withinRate(row: NotificationRow, { maxRate }: Policy, now: number): boolean {
    if (maxRate === null) return false;
    const { rows } = this.#desk;
    const { channel } = row;
    const sent = rows.sentSince(channel, { from: now - maxRate.within, to: now }, maxRate.messages);
    const oldest = sent.length < maxRate.messages ? undefined : sent.at(-1);
    if (oldest !== undefined) {
      const room = Math.max(now + 1, oldest + maxRate.within + 1);
      rows.wait(row.key, room, 'rate', room);
      return true;
    }
    if (row.why !== 'rate' && !rows.hasRateWaiters(channel, row.key)) return false;
    this.#intoDigest({ ...row, why: 'rate' }, null, now);
    return true;
  }

  #open(
    row: Pick<NotificationRow, 'channel' | 'kind' | 'policy'> & { readonly toldBy: number; readonly dueAt: number },
    now: number,
  ): number {
    const gatherer = { ...row, seq: null, incident: null, step: 0, state: 'waiting', why: 'gather' } as const;
    const key = this.#desk.rows.add(gatherer, now);
    if (key === undefined) throw new Error('a message that gathers others could not be added');
    return key;
  }

  #merge(row: NotificationRow, into: { readonly key: number; readonly why: string }, now: number): void {
    this.#desk.rows.merge(row.key, into, now);
    noteFate(this.#desk, row, { state: 'merged', detail: into.why }, now);
  }
}
