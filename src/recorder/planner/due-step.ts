import { decideAgain } from '../../core/notify/decide-again.ts';
import { nextReminder } from '../../core/notify/follow-ups.ts';
import type { NextStep, Situation } from '../../core/notify/situation.ts';
import type { TroubleEvent } from '../../core/trouble/event.ts';
import type { NotificationRow } from '../../db/trouble-schema.ts';
import { ENDS } from '../../db/told-channels.ts';
import { subjectOf } from '../../db/trouble-context.ts';
import { drop, noteFate, toldBy, waitingRow, type Desk } from './desk.ts';
import { joinBeginnings } from './endings.ts';
import type { Gathering } from './gathering.ts';
import { LOOK_AGAIN_MS, waitForNews } from './parent-news.ts';

/** The end waits so long for news of an attempt to tell the beginning, ms; it is told sooner when the attempt is settled. */
const HOLD_MS = 1000;
/** No wait is shorter, ms, so that each look at what is due ends. */
const SHORTEST_WAIT_MS = 20;

/** Decides again what is due, and makes ready what is to be sent. Within a transaction of the caller. */
export class DueStep {
  readonly #desk: Desk;
  readonly #gathering: Gathering;
  /** Monitors that should be looked at now. */
  readonly rechecks = new Set<string>();

  constructor(desk: Desk, gathering: Gathering) {
    this.#desk = desk;
    this.#gathering = gathering;
  }

  /** Decides one message whose time has come. */
  decide(row: NotificationRow, now: number): void {
    const { context } = this.#desk;
    const event = row.seq === null ? null : context.event(row.seq);
    const about = { monitor: null, incident: row.incident, channel: null };
    const subject =
      event === null ? ({ kind: 'down', seq: null, at: null, since: null, ...about } as const) : subjectOf(event);
    const situation = context.situation(subject, now);
    const step = decideAgain(waitingRow(row, event), situation);
    this.#follow(row, { step, event, situation });
    if (row.kind === 'reminder' && step.do !== 'wait') this.#addReminder(row, event, situation);
  }

  #follow(
    row: NotificationRow,
    { step, event, situation }: { step: NextStep; event: TroubleEvent | null; situation: Situation },
  ): void {
    const { now } = situation;
    if (step.do === 'drop') drop(this.#desk, row, step.why, now);
    else if (step.do === 'wait') this.#wait(row, step, situation);
    else if (step.do === 'merge' && this.#mergeIntoEnd(row, now)) return;
    else if (event === null || this.#isTime(row, event, situation)) this.#send(row, event, situation);
  }

  /** Whether nothing is to be waited for that the decision does not know of. */
  #isTime(row: NotificationRow, event: TroubleEvent, situation: Situation): boolean {
    const { rows } = this.#desk;
    const { now } = situation;
    if (row.kind === 'parent_recovered') {
      const until = waitForNews(this.#desk, event, now);
      if (until === null) return true;
      rows.wait(row.key, until, 'parent_unsure', row.told_by);
      if (event.monitor !== null) this.rechecks.add(event.monitor);
      return false;
    }
    if (!(ENDS as readonly string[]).includes(row.kind)) return true;
    const end = joinBeginnings(this.#desk, { end: row, event, situation });
    // Not as one that waits for others: a storm is told without it.
    if (end === 'hold') rows.wait(row.key, now + HOLD_MS, 'retry', row.told_by);
    return end === 'send';
  }

  #wait(row: NotificationRow, { until, why }: Extract<NextStep, { do: 'wait' }>, situation: Situation): void {
    const { now, parent } = situation;
    const unsure = why === 'parent_unsure';
    if (unsure && parent.state === 'unsure') this.rechecks.add(parent.monitor);
    const dueAt = Math.max(now + SHORTEST_WAIT_MS, unsure ? Math.min(until, now + LOOK_AGAIN_MS) : until);
    this.#desk.rows.wait(row.key, dueAt, why, toldBy(why, dueAt, row.told_by));
  }

  #mergeIntoEnd(row: NotificationRow, now: number): boolean {
    if (row.incident === null) return false;
    const { rows } = this.#desk;
    const end = rows.pendingOf(row.incident, row.channel, 'ends').find((one) => !rows.isInDoubt(one));
    if (end === undefined) return false;
    rows.merge(row.key, { key: end.key, why: 'collapse' }, now);
    noteFate(this.#desk, row, { state: 'merged', detail: 'collapse' }, now);
    return true;
  }

  #send(row: NotificationRow, event: TroubleEvent | null, situation: Situation): void {
    const { rows, composer } = this.#desk;
    const { now, policies } = situation;
    // A channel that comes back is not told the same again and again at once.
    if (row.kind === 'reminder' && this.#isSending(row)) {
      drop(this.#desk, row, 'not_taken_yet', now);
      return;
    }
    const policy = policies.find(({ id }) => id === row.policy);
    if (this.#gathering.take(row, policy, now)) return;
    rows.ready(row.key, JSON.stringify(composer.single(row, event, now)), now);
  }

  /** Whether the channel has not taken yet what it is to be told of the same incident now. */
  #isSending({ incident, channel }: NotificationRow): boolean {
    const found = this.#desk.database
      .prepare("SELECT 1 FROM notifications WHERE incident = ? AND channel = ? AND state = 'ready' LIMIT 1")
      .get(incident, channel);
    return found !== undefined;
  }

  #addReminder(row: NotificationRow, event: TroubleEvent | null, situation: Situation): void {
    const next = nextReminder(waitingRow(row, event), situation);
    if (next === null) return;
    const { channel, kind, policy, step, state, why, dueAt } = next;
    const { seq, incident } = row;
    const added = { channel, kind, policy, step, state, why, dueAt, seq, incident, toldBy: dueAt };
    if (!this.#desk.rows.hasFollowUp(added)) this.#desk.rows.add(added, situation.now);
  }
}
