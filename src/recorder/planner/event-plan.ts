import { decideEvent } from '../../core/notify/decide.ts';
import type { Decision, Situation } from '../../core/notify/situation.ts';
import type { TroubleEvent } from '../../core/trouble/event.ts';
import type { KnownMonitor } from '../../db/monitor-family.ts';
import { ENDS } from '../../db/told-channels.ts';
import { subjectOf } from '../../db/trouble-context.ts';
import { causeIn } from '../end-incident.ts';
import { drop, noteFate, toldBy, type Desk } from './desk.ts';
import { joinBeginnings } from './endings.ts';
import { waitForNews } from './parent-news.ts';

/** Decides who is told of an event, and writes it down. Within a transaction of the caller. */
export function planEvent(desk: Desk, event: TroubleEvent, now: number): void {
  const { context, database } = desk;
  const situation = context.situation(subjectOf(event), now);
  for (const decision of decideEvent(event, situation)) store(desk, { event, decision, situation });
  database.prepare('UPDATE outbox SET planned_at = ? WHERE seq = ?').run(now, event.seq);
  if (event.incident !== null && typeof situation.incident?.resolvedAt === 'number') {
    for (const row of desk.rows.followUpsOf(event.incident)) drop(desk, row, 'resolved', now);
  }
  if (event.monitor !== null) tellDependants(desk, event, { monitor: event.monitor, now });
}

interface Stored {
  readonly event: TroubleEvent;
  readonly decision: Decision;
  readonly situation: Situation;
}

function store(desk: Desk, { event, decision, situation }: Stored): void {
  const { rows } = desk;
  const { now } = situation;
  const { channel, kind, policy, step, state } = decision;
  const isFollowUp = kind === 'reminder' || kind === 'escalation';
  const news = state === 'waiting' && !isFollowUp ? waitForNews(desk, event, now) : null;
  const dueAt = news ?? decision.dueAt;
  const why = news === null ? decision.why : 'parent_unsure';
  const row = { channel, kind, policy, step, state, seq: event.seq, incident: event.incident, why, dueAt };
  const added = { ...row, toldBy: toldBy(why, dueAt, event.at) };
  if (isFollowUp && rows.hasFollowUp(added)) return;
  const key = rows.add(added, now);
  if (key === undefined) return;
  if (state === 'dropped' && !isFollowUp && why !== 'not_told') {
    noteFate(desk, { key, incident: event.incident, channel, kind }, { state, detail: why ?? '' }, now);
  }
  if (state === 'waiting' && (ENDS as readonly string[]).includes(kind)) {
    const end = rows.find(key);
    if (end !== undefined) joinBeginnings(desk, { end, event, situation });
  }
}

/** What depends on a monitor that failed need not wait any longer; what still is down when it comes back is told then. */
function tellDependants(
  desk: Desk,
  { kind, incident, data, at }: TroubleEvent,
  { monitor, now }: { monitor: string; now: number },
): void {
  const { context, rows } = desk;
  const wasDown = incident !== null && context.incident(incident)?.kind === 'down';
  const isBack = kind === 'up' || kind === 'calm' || (kind === 'degraded' && data.from === 'down');
  if (kind !== 'down' && !(isBack && wasDown)) return;
  const dependants = context.family.dependantsOf(monitor);
  if (dependants.length === 0) return;
  if (kind === 'down') rows.wake('parent_unsure', now);
  else for (const dependant of dependants) tellStillDown(desk, dependant, at);
}

function tellStillDown({ context, database, outbox }: Desk, monitor: KnownMonitor, at: number): void {
  const number = context.family.downIncidentOf(monitor);
  const incident = number === undefined ? undefined : context.incident(number);
  if (number === undefined || incident === undefined) return;
  const untold = database
    .prepare(
      `SELECT 1 FROM notifications WHERE incident = ? AND state = 'dropped' AND why = 'parent_down'
        AND kind NOT IN ('reminder', 'escalation') LIMIT 1`,
    )
    .get(number);
  if (untold === undefined) return;
  const { severity, started_at: since } = incident;
  const data = { from: 'down', to: 'down', since, cause: causeIn(incident) } as const;
  outbox.add({ kind: 'parent_recovered', at, monitor: monitor.key, incident: number, severity, data });
}
