import { nextWindow, windowAt } from '../maintenance/windows.ts';
import type { MaintenancePlan, MaintenanceWindow } from '../maintenance/plan.ts';
import type { Severity, TroubleEvent } from '../trouble/event.ts';
import { mismatchOf } from './claims.ts';
import { decideAgain } from './decide-again.ts';
import { decideEvent } from './decide.ts';
import { nextReminder } from './follow-ups.ts';
import { matches } from './match.ts';
import {
  SAMPLE_KINDS,
  type ExplainAnswer,
  type ExplainedEvent,
  type ExplainedMessage,
  type ExplainedWait,
  type SampleKind,
} from './explain-answer.ts';
import type { Decision, DropReason, IncidentFacts, Situation, WaitReason } from './situation.ts';

const REMINDERS_SHOWN = 3;
/** Waits follow each other a few times at most; this only guards against a mistake. */
const MOST_WAITS = 50;

/** What is explained. */
interface Explained {
  readonly situation: Situation;
  /** The maintenance plans of the monitor. */
  readonly plans: readonly MaintenancePlan[];
}

/**
 * Explains what would be told of a monitor, by deciding sample events as they are decided when they happen and following
 * each message until it is sent or dropped: the trouble goes on, nobody acknowledges it, and no storm comes. `plans` are
 * all maintenance of the file and what was begun by hand, so that maintenance is known that comes while a message waits.
 * Where it is not known whether a parent is up, it is taken to be.
 */
export function explain(situation: Situation, plans: readonly MaintenancePlan[] = []): ExplainAnswer {
  const { monitor, now, parent, maintenance } = situation;
  const incident = situation.incident?.resolvedAt === null ? situation.incident : null;
  const told = incident === null ? [] : situation.told;
  const own = monitor === null ? [] : plans.filter((plan) => matches(plan.for, monitor));
  const events = explainEvents({ situation: { ...situation, incident, told }, plans: own });
  const speaking = new Set(
    events.flatMap(({ policies }) => policies.filter(({ mismatch }) => mismatch === null).map(({ policy }) => policy)),
  );
  return {
    monitor: monitor?.id ?? null,
    at: now,
    dependsOn: monitor?.dependsOn ?? [],
    parent,
    maintenance: { now: maintenance, next: nextOf(own, now) },
    incident,
    events,
    limits: situation.policies
      .filter(({ id }) => speaking.has(id))
      .map(({ id, repeat, storm, maxRate }) => ({ id, repeat, storm, maxRate })),
  };
}

function nextOf(plans: readonly MaintenancePlan[], now: number): MaintenanceWindow | null {
  const windows = plans.flatMap((plan) => nextWindow(plan, now) ?? []);
  return windows.reduce<MaintenanceWindow | null>(
    (first, window) => (first === null || window.start < first.start ? window : first),
    null,
  );
}

function explainEvents({ situation, plans }: Explained): ExplainedEvent[] {
  const told = situation.incident === null ? toldOfSample(situation) : situation.told;
  return SAMPLE_KINDS.map((kind) =>
    explainEvent(kind, { situation: kind === 'up' ? { ...situation, told } : situation, plans }),
  );
}

/** Who would hear the end of trouble that there is not: who would hear of its beginning. */
function toldOfSample(situation: Situation): string[] {
  const decisions = decideEvent(sampleEvent('down', situation), withSample('down', situation));
  return decisions.filter(({ kind, state }) => kind === 'down' && state === 'waiting').map(({ channel }) => channel);
}

function explainEvent(kind: SampleKind, { situation, plans }: Explained): ExplainedEvent {
  const event = sampleEvent(kind, situation);
  const sampled = withSample(kind, situation);
  const explained = { situation: sampled, plans };
  const messages = decideEvent(event, sampled).flatMap((decision) => {
    const message = followed(decision, event, explained);
    return decision.kind === 'reminder' ? withReminders(message, event, explained) : [message];
  });
  return {
    kind,
    severity: event.severity,
    policies: situation.policies.map((policy) => ({
      policy: policy.id,
      mismatch: mismatchOf(policy, event, sampled) ?? null,
    })),
    messages,
  };
}

function sampleEvent(kind: SampleKind, { monitor, incident, now }: Situation): TroubleEvent {
  const from = kind === 'up' || (kind === 'degraded' && incident?.kind === 'down') ? 'down' : 'up';
  const to = kind === 'flapping' ? 'down' : kind;
  const until = kind === 'up' ? now : null;
  const since = kind === 'up' ? (incident?.startedAt ?? now) : now;
  return {
    seq: 0,
    kind,
    at: now,
    monitor: monitor?.id ?? null,
    incident: incident?.number ?? 0,
    severity: severityOfSample(kind, { monitor, incident }),
    data: { from, to, since, until, cause: null, proof: null, location: null, channel: null },
  };
}

function severityOfSample(kind: SampleKind, { monitor, incident }: Pick<Situation, 'monitor' | 'incident'>): Severity {
  if (kind === 'degraded' || kind === 'flapping') return 'warning';
  return (kind === 'up' ? incident?.severity : undefined) ?? monitor?.severity ?? 'critical';
}

/** The situation after an event: with the incident that it opens, changes or ends. */
function withSample(kind: SampleKind, situation: Situation): Situation {
  const { incident, now } = situation;
  const severity = severityOfSample(kind, situation);
  const opened: IncidentFacts = incident ?? {
    number: 0,
    kind: kind === 'up' ? 'down' : kind,
    severity,
    startedAt: now,
    openedAt: now,
    resolvedAt: null,
    acknowledgedAt: null,
    silencedUntil: null,
    flapping: false,
  };
  const changes: Record<SampleKind, Partial<IncidentFacts>> = {
    down: { kind: 'down', severity },
    degraded: {},
    up: { resolvedAt: now },
    flapping: { flapping: true },
  };
  return { ...situation, incident: { ...opened, ...changes[kind] } };
}

/** The situation later on, when the trouble lasts and nothing else happens than what is planned. */
function laterOn({ situation, plans }: Explained, moment: number): Situation {
  const { maintenance, parent, now } = situation;
  if (moment <= now) return situation;
  const current = maintenance !== null && moment < maintenance.end ? [maintenance] : [];
  const windows = [...current, ...plans.flatMap((plan) => windowAt(plan, moment) ?? [])];
  const longest = windows.reduce<MaintenanceWindow | null>(
    (last, window) => (last === null || window.end > last.end ? window : last),
    null,
  );
  return {
    ...situation,
    now: moment,
    maintenance: longest,
    parent: parent.state === 'unsure' && moment >= parent.until ? { state: 'up' } : parent,
  };
}

/** Follows a message until it is sent or dropped. */
function followed(decision: Decision, event: TroubleEvent, explained: Explained): ExplainedMessage {
  const { channel, policy, kind, step, state, why } = decision;
  const row = { channel, policy, kind, step };
  if (state === 'dropped') return { ...row, at: null, dropped: why as DropReason, waits: [] };
  const waits: ExplainedWait[] = [];
  let waited = why as WaitReason | null;
  let moment = decision.dueAt;
  while (waits.length < MOST_WAITS) {
    if (waited !== null) waits.push({ why: waited, until: moment });
    const next = decideAgain({ ...row, why: waited, event }, laterOn(explained, moment));
    if (next.do === 'drop') return { ...row, at: null, dropped: next.why, waits };
    if (next.do !== 'wait') break;
    waited = next.why;
    moment = next.until;
  }
  return { ...row, at: moment, dropped: null, waits };
}

/** A reminder with those that follow it. */
function withReminders(first: ExplainedMessage, event: TroubleEvent, explained: Explained): ExplainedMessage[] {
  const reminders = [first];
  let last = first;
  while (reminders.length < REMINDERS_SHOWN) {
    const moment = last.at ?? last.waits.at(-1)?.until ?? explained.situation.now;
    const { channel, policy, kind, step } = last;
    const next = nextReminder({ channel, policy, kind, step, why: null, event }, laterOn(explained, moment));
    if (next === null) break;
    last = followed(next, event, explained);
    reminders.push(last);
  }
  return reminders;
}
