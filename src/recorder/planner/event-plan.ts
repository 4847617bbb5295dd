import { decideEvent } from '../../core/notify/decide.ts';
import type { Decision, Situation } from '../../core/notify/situation.ts';
import type { TroubleEvent } from '../../core/trouble/event.ts';
import { ENDS } from '../../db/told-channels.ts';
import { subjectOf } from '../../db/trouble-context.ts';
import { drop, noteFate, toldBy, type Desk } from './desk.ts';
import { joinBeginnings } from './endings.ts';
import { LOOK_AGAIN_MS, waitForNews } from './parent-news.ts';
import type { StillDown } from './still-down.ts';

/** When an event is planned, and what planning asks for. */
export interface Planning {
  /** ms since the epoch. */
  readonly now: number;
  /** Takes the ids of monitors that should be looked at now. */
  readonly rechecks: Set<string>;
  /** Looks for what was not told of because of what it depends on. */
  readonly stillDown: Pick<StillDown, 'look'>;
}

/** Decides who is told of an event, and writes it down. Within a transaction of the caller. */
export function planEvent(desk: Desk, event: TroubleEvent, planning: Planning): void {
  const { now, rechecks } = planning;
  const { context, database } = desk;
  const situation = context.situation(subjectOf(event), now);
  for (const decision of decideEvent(event, situation)) {
    const monitor = store(desk, { event, situation, decision: looked(desk, event, decision, now) });
    if (monitor !== null) rechecks.add(monitor);
  }
  database.prepare('UPDATE outbox SET planned_at = ? WHERE seq = ?').run(now, event.seq);
  if (event.incident !== null && typeof situation.incident?.resolvedAt === 'number') {
    for (const row of desk.rows.followUpsOf(event.incident)) drop(desk, row, 'resolved', now);
  }
  tellDependants(desk, event, planning);
}

function isFollowUp({ kind }: Decision): boolean {
  return kind === 'reminder' || kind === 'escalation';
}

/** A decision, put off until a monitor was looked at whose state is not known well enough; it is looked at again soon. */
function looked(desk: Desk, event: TroubleEvent, decision: Decision, now: number): Decision {
  if (decision.state === 'dropped' || isFollowUp(decision)) return decision;
  const news = waitForNews(desk, event, now);
  if (news !== null) return { ...decision, dueAt: news, why: 'parent_unsure' };
  return decision.why === 'parent_unsure'
    ? { ...decision, dueAt: Math.min(decision.dueAt, now + LOOK_AGAIN_MS) }
    : decision;
}

interface Stored {
  readonly event: TroubleEvent;
  readonly decision: Decision;
  readonly situation: Situation;
}

/** Returns the monitor that should be looked at first. */
function store(desk: Desk, { event, decision, situation }: Stored): string | null {
  const { rows } = desk;
  const { now, parent } = situation;
  const { channel, kind, state, why, dueAt } = decision;
  const { seq, incident } = event;
  const added = { ...decision, seq, incident, toldBy: toldBy(why, dueAt, event.at) };
  if (isFollowUp(decision) && rows.hasFollowUp(added)) return null;
  const key = rows.add(added, now);
  if (key === undefined) return null;
  if (state === 'dropped' && !isFollowUp(decision) && why !== 'not_told') {
    noteFate(desk, { key, incident, channel, kind }, { state, detail: why ?? '' }, now);
  }
  const end = state === 'waiting' && (ENDS as readonly string[]).includes(kind) ? rows.find(key) : undefined;
  if (end !== undefined) joinBeginnings(desk, { end, event, situation });
  if (why !== 'parent_unsure') return null;
  return parent.state === 'unsure' ? parent.monitor : event.monitor;
}

/** What depends on a monitor that failed need not wait any longer; what still is down when it comes back is told then. */
function tellDependants({ context, rows }: Desk, event: TroubleEvent, { now, stillDown }: Planning): void {
  const { kind, incident, monitor, data } = event;
  if (monitor === null) return;
  const wasDown = incident !== null && context.incident(incident)?.kind === 'down';
  const isBack = kind === 'up' || kind === 'calm' || (kind === 'degraded' && data.from === 'down');
  if (isBack && wasDown) stillDown.look();
  if (kind === 'down' && context.family.dependantsOf(monitor).length > 0) rows.wake('parent_unsure', now);
}
