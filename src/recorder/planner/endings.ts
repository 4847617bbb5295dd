import { decideAgain } from '../../core/notify/decide-again.ts';
import type { Situation } from '../../core/notify/situation.ts';
import type { TroubleEvent } from '../../core/trouble/event.ts';
import type { NotificationRow } from '../../db/trouble-schema.ts';
import { failingBefore, toldOfIncident } from '../../db/told-channels.ts';
import { drop, noteFate, waitingRow, type Desk } from './desk.ts';

/** What is to be done with the message of an end. `hold`: nobody knows yet whether its beginning arrived. */
export type EndStep = 'send' | 'hold' | 'dropped' | 'waits';

/**
 * Brings together the message of an end and those of its beginning to the same channel that were not delivered yet: what
 * nobody needs to know any more is dropped, the rest is told with the end.
 */
export function joinBeginnings(
  desk: Desk,
  { end, event, situation }: { end: NotificationRow; event: TroubleEvent; situation: Situation },
): EndStep {
  const { rows } = desk;
  const { now } = situation;
  let isHeld = false;
  let dropped = 0;
  const merged: NotificationRow[] = [];
  for (const row of pendingBeginnings(desk, end, event)) {
    if (rows.isInDoubt(row)) {
      isHeld = true;
      continue;
    }
    const step = stepOf(desk, row, situation);
    if (step === 'keep') continue;
    if (step === 'merge') {
      rows.merge(row.key, { key: end.key, why: 'collapse' }, now);
      noteFate(desk, row, { state: 'merged', detail: 'collapse' }, now);
      merged.push(row);
    } else {
      drop(desk, row, step, now);
      dropped += 1;
    }
  }
  if (dropped > 0 && event.incident !== null && !toldOfIncident(desk.database, event.incident).includes(end.channel)) {
    drop(desk, end, 'over_before_told', now);
    return 'dropped';
  }
  if (isHeld) return 'hold';
  return takeOver(desk, end, merged, now);
}

/** A message that waits for quiet hours to end is not told in them because it is over; one that is late stays late. */
function takeOver(desk: Desk, end: NotificationRow, merged: readonly NotificationRow[], now: number): EndStep {
  if (merged.length === 0) return 'send';
  const waiting = merged.find(({ state, why }) => state === 'waiting' && (why === 'quiet' || why === 'digest'));
  if (waiting !== undefined && waiting.due_at > now && waiting.due_at > end.due_at) {
    desk.rows.wait(end.key, waiting.due_at, waiting.why, waiting.due_at);
    return 'waits';
  }
  const toldBy = Math.min(end.told_by, ...merged.filter(({ state }) => state === 'ready').map((row) => row.told_by));
  if (toldBy < end.told_by) desk.rows.wait(end.key, end.due_at, end.why, toldBy);
  return 'send';
}

function pendingBeginnings(desk: Desk, end: NotificationRow, event: TroubleEvent): NotificationRow[] {
  const { rows, database } = desk;
  if (event.incident !== null) return rows.pendingOf(event.incident, end.channel, 'beginnings');
  const { channel } = event.data;
  const failing = channel === null ? undefined : failingBefore(database, channel, event.seq);
  return failing === undefined ? [] : rows.pendingOfEvent(failing, end.channel);
}

function stepOf(desk: Desk, row: NotificationRow, situation: Situation): 'merge' | 'keep' | Parameters<typeof drop>[2] {
  const event = row.seq === null ? null : desk.context.event(row.seq);
  // There is no incident that would tell that it is over.
  if (event?.kind === 'channel_failing') return 'merge';
  const step = decideAgain(waitingRow(row, event), situation);
  if (step.do === 'drop') return step.why;
  return step.do === 'merge' ? 'merge' : 'keep';
}
