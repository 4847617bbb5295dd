import type { TemplateValues } from '../core/channel/template.ts';
import type { Message, Sending } from '../core/notify/message.ts';
import { formatMoment } from '../core/time-window.ts';
import { whyWords } from './cause-words.ts';
import { plainLine } from './escape.ts';
import { fitLines } from './fit.ts';
import { wordsOf } from './wording.ts';

/** The values of a template's fields, each a text without control characters; empty where there is nothing to say. */
export function templateValues(message: Message, sending: Sending): TemplateValues {
  const { title, summary, lines, link, acknowledgeLink } = wordsOf(message, sending);
  const { monitor, status, since, until, at, cause } = message;
  return {
    id: message.id,
    type: message.kind,
    severity: message.severity,
    resolved: String(message.resolved),
    timestamp: formatMoment(at),
    title,
    summary,
    details: fitLines(lines, { most: 16_000 }),
    monitor_id: monitor?.id ?? '',
    monitor_name: plainLine(monitor?.name ?? ''),
    monitor_group: plainLine(monitor?.group ?? ''),
    monitor_target: plainLine(monitor?.target ?? '', 2000),
    incident: textOf(message.incident),
    status_from: status?.from ?? '',
    status_to: status?.to ?? '',
    since: momentOf(since),
    until: momentOf(until),
    duration_ms: since === null ? '' : String(Math.max(0, (until ?? at) - since)),
    reason: cause?.reason ?? '',
    cause: plainLine(whyWords(cause) ?? '', 500),
    link: link ?? '',
    acknowledge_link: acknowledgeLink ?? '',
    attempt: String(sending.attempt),
    late_by_ms: textOf(sending.lateBy),
  };
}

function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}

function momentOf(moment: number | null): string {
  return moment === null ? '' : formatMoment(moment);
}
