import { explain } from '../../core/notify/explain.ts';
import type { ExplainedMessage, ExplainAnswer } from '../../core/notify/explain-answer.ts';
import { explainLines } from '../../core/notify/explain-lines.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { Database } from '../../db/native.ts';
import { TroubleContext } from '../../db/trouble-context.ts';
import { knownMonitors } from '../known-monitors.ts';
import { inSnapshot } from '../snapshot.ts';

/** One message that would be sent to a channel, or why it would not. Times are RFC 3339. */
export interface ExplainedMessageAnswer {
  readonly channel: string;
  readonly policy: string | null;
  readonly kind: string;
  readonly step: number;
  /** When it would be sent; `null` when it would not. */
  readonly at: string | null;
  /** Why it would not; `null` when it would. */
  readonly dropped: string | null;
  /** What it waits for, one after the other. */
  readonly waits: { readonly why: string; readonly until: string }[];
}

/** What would happen if an event came now. */
export interface ExplainedEventAnswer {
  readonly kind: string;
  readonly severity: string;
  readonly messages: ExplainedMessageAnswer[];
  /** What each policy says of it: why it says nothing, or `null` when it says something. */
  readonly policies: { readonly policy: string; readonly mismatch: string | null }[];
}

/** Who would be told what of a monitor and when, and why not. */
export interface NotifyExplanationAnswer {
  readonly monitor: string;
  readonly at: string;
  /** The whole answer in words, line by line. */
  readonly lines: string[];
  readonly depends_on: string[];
  /** The open incident as part of which it is explained. */
  readonly incident: number | null;
  /** When the maintenance ends that it is in. */
  readonly maintenance_until: string | null;
  readonly events: ExplainedEventAnswer[];
}

/** Who would be told what of a monitor at `now` (ms since the epoch)? Throws `monitor_not_found`. */
export function askNotifyExplanation(
  database: Database,
  { id, now }: { readonly id: string; readonly now: number },
): NotifyExplanationAnswer {
  return inSnapshot(database, () => {
    const [row] = knownMonitors(database, id);
    const open = database
      .prepare<[number | undefined], number>(
        'SELECT key FROM incidents WHERE monitor = ? AND resolved_at IS NULL ORDER BY key DESC LIMIT 1',
      )
      .pluck()
      .get(row?.key);
    const context = new TroubleContext(database);
    context.refresh();
    const subject = {
      kind: 'down',
      monitor: id,
      incident: open ?? null,
      seq: null,
      at: null,
      since: null,
      channel: null,
    } as const;
    const answer = explain(context.situation(subject, now), context.plans(now));
    return explanationAnswer(id, answer);
  });
}

function explanationAnswer(id: string, answer: ExplainAnswer): NotifyExplanationAnswer {
  const { at, dependsOn, incident, maintenance, events } = answer;
  return {
    monitor: id,
    at: formatMoment(at),
    lines: explainLines(answer),
    depends_on: [...dependsOn],
    incident: incident?.number ?? null,
    maintenance_until: maintenance.now === null ? null : formatMoment(maintenance.now.end),
    events: events.map(({ kind, severity, messages, policies }) => ({
      kind,
      severity,
      messages: messages.map(messageAnswer),
      policies: policies.map(({ policy, mismatch }) => ({ policy, mismatch })),
    })),
  };
}

function messageAnswer({ channel, policy, kind, step, at, dropped, waits }: ExplainedMessage): ExplainedMessageAnswer {
  return {
    channel,
    policy,
    kind,
    step,
    at: at === null ? null : formatMoment(at),
    dropped,
    waits: waits.map(({ why, until }) => ({ why, until: formatMoment(until) })),
  };
}
