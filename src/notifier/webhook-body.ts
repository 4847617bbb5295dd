import type { Message, MessageItem, MessageMonitor, Sending } from '../core/notify/message.ts';
import { REASONS } from '../core/reasons.ts';
import { formatMoment } from '../core/time-window.ts';
import type { EventCause, EventProof } from '../core/trouble/event.ts';
import { wordsOf } from './wording.ts';

/**
 * The JSON of a generic webhook. Every field is always there; what is not known is `null`, a list that has nothing is `[]`.
 * Times are RFC 3339 in UTC with milliseconds, `_ms` fields are milliseconds. Names and texts of targets are as they came, so
 * whoever shows them escapes them; `title` and `summary` are on one line without control characters.
 *
 * - `version`: 1; grows when a field changes its meaning or goes. New fields may come at any time.
 * - `id`: the same for each attempt, also in the header `webhook-id`. `type`: the kind of message. `timestamp`: when what it
 *   tells was recorded. `severity`: `critical`, `warning` or `info`. `resolved`: what it tells is over.
 * - `title`, `summary`: words for people.
 * - `monitor`: `id`, `name`, `group`, `target` (without secrets), `tags`; `null` when it is about no single monitor.
 * - `incident`: its number. `status`: `from` and `to`: up, degraded, down, unknown or null.
 * - `since`, `until`: when the trouble began and ended. `duration_ms`: between them, or until `timestamp` while it lasts.
 * - `cause`: `reason` (of the closed list), `reason_text`, `message`, `status_code`, `duration_ms` of the check, `unmet`:
 *   expectations as `what`, `expected`, `got`.
 * - `proof`: `rule`, `count` of results, `first` and `last`: their times.
 * - `dependants`: `all` and `down`: how many monitors depend on this one.
 * - `items`: of digests and storms, at most 50: `type`, `monitor`, `incident`, `since`, `until`, `cause`; `total`: how many there are.
 * - `about`: the location or the channel it is about. `report`: `title` and `text`.
 * - `attempt`: from 1 up. `late_by_ms`: how late it comes, when that is more than a minute.
 * - `links`: `incident` and `acknowledge`. The latter lets whoever has it acknowledge: keep it as you keep secrets.
 */
export function webhookBody(message: Message, sending: Sending): string {
  const { title, summary, link, acknowledgeLink } = wordsOf(message, sending);
  const { since, until, at, report } = message;
  return JSON.stringify({
    version: 1,
    id: message.id,
    type: message.kind,
    timestamp: formatMoment(at),
    severity: message.severity,
    resolved: message.resolved,
    title,
    summary,
    monitor: monitorFields(message.monitor),
    incident: message.incident,
    status: message.status === null ? null : { from: message.status.from, to: message.status.to },
    since: momentOrNull(since),
    until: momentOrNull(until),
    duration_ms: since === null ? null : Math.max(0, (until ?? at) - since),
    cause: causeFields(message.cause),
    proof: proofFields(message.proof),
    dependants: message.dependants === null ? null : { all: message.dependants.all, down: message.dependants.down },
    items: message.items.map(itemFields),
    total: message.total,
    about: message.about,
    report: report === null ? null : { title: report.title, text: report.text },
    attempt: sending.attempt,
    late_by_ms: sending.lateBy,
    links: { incident: link, acknowledge: acknowledgeLink },
  });
}

function itemFields({ kind, monitor, incident, since, until, cause }: MessageItem): object {
  return {
    type: kind,
    monitor: monitorFields(monitor),
    incident,
    since: formatMoment(since),
    until: momentOrNull(until),
    cause: causeFields(cause),
  };
}

/** Field by field: what else a monitor may come to hold does not leave by itself. */
function monitorFields(monitor: MessageMonitor | null): object | null {
  if (monitor === null) return null;
  const { id, name, group, target, tags } = monitor;
  return { id, name, group, target, tags };
}

function causeFields(cause: EventCause | null): object | null {
  if (cause === null) return null;
  return {
    reason: cause.reason,
    reason_text: cause.reason === null ? null : REASONS[cause.reason].text,
    message: cause.message,
    status_code: cause.statusCode,
    duration_ms: cause.durationMs,
    unmet: cause.unmet.map(({ what, expected, got }) => ({ what, expected, got })),
  };
}

function proofFields(proof: EventProof | null): object | null {
  if (proof === null) return null;
  return { rule: proof.rule, count: proof.count, first: formatMoment(proof.first), last: formatMoment(proof.last) };
}

function momentOrNull(moment: number | null): string | null {
  return moment === null ? null : formatMoment(moment);
}
