import { styleText } from 'node:util';
import type { IncidentAnswer } from '../query/trouble/incident-answer.ts';
import type { IncidentEvidenceAnswer, IncidentReportAnswer } from '../query/trouble/incident.ts';
import type { NotificationAnswer } from '../query/trouble/notifications.ts';
import type { TimelineAnswer } from '../query/trouble/timeline.ts';
import { clockTime, stateWords, stormWords, subjectOf } from './incidents-table.ts';
import { sightLines } from './sight-lines.ts';
import { harmless, phaseWords, roughly, shortMs } from './words.ts';

/** Prints one incident: how it stands, what happened, what was seen, and who was told. */
export function printIncident({ incident, timeline, evidence, notifications, storm }: IncidentReportAnswer): void {
  const lines = [
    ...aboutIncident(incident),
    ...(storm === null ? [] : [field('storm', stormWords(storm))]),
    ...section('what happened', timeline.map(timelineLine)),
    ...section('who was told', notifications.length === 0 ? ['nobody'] : notifications.map(notificationLine)),
    ...aboutEvidence('first failure', evidence.failure),
    ...aboutEvidence('recovery', evidence.recovery),
  ];
  process.stdout.write(lines.map((line) => `${line.trimEnd()}\n`).join(''));
}

function aboutIncident(incident: IncidentAnswer): readonly string[] {
  const { number, name, kind, severity, group, started_at, resolved_at, duration_seconds, cause } = incident;
  const { silenced_until, flapping, open, status } = incident;
  const length = roughly(duration_seconds);
  const since = `${clockTime(started_at)}, ${open ? `for ${length}` : `until ${clockTime(resolved_at ?? '')}, ${length}`}`;
  const now = open && kind !== 'blind' ? `, ${flapping ? 'flapping' : `its monitor is ${status}`} now` : '';
  return [
    bold(`Incident ${number}: ${name ?? subjectOf(incident)}`),
    field('what', `${kind} (${severity})`),
    field('monitor', `${subjectOf(incident)}${group === null ? '' : `, group ${group}`}`),
    field('since', since),
    field('state', `${stateWords(incident)}${now}`),
    ...(silenced_until === null ? [] : [field('silenced', `until ${clockTime(silenced_until)}`)]),
    ...(cause === null ? [] : [field('why', cause.text)]),
    ...(cause?.unmet ?? []).map(({ what, expected, got }) => field('', `${what}: expected ${expected}, got ${got}`)),
  ];
}

function timelineLine({ at, text }: TimelineAnswer): string {
  return `${clockTime(at)}  ${harmless(text)}`;
}

function notificationLine({ number, channel, kind, text }: NotificationAnswer): string {
  return harmless(`#${number}  ${channel} (${kind}): ${text}`);
}

function aboutEvidence(title: string, evidence: IncidentEvidenceAnswer | null): readonly string[] {
  if (evidence === null) return [];
  const { slot, location, duration_ms, phases_ms, reason, message, cut } = evidence;
  const phases = phaseWords(phases_ms);
  const took = duration_ms === null ? [] : [`took ${shortMs(duration_ms)}${phases === '' ? '' : ` (${phases})`}`];
  const why = [reason, message].filter((part) => part !== null).join(': ');
  const place = location === null ? '' : ` from ${harmless(location)}`;
  return section(`what was seen at the ${title}, ${clockTime(slot)}${place}`, [
    ...(why === '' ? [] : [harmless(why)]),
    ...took,
    ...sightLines(evidence),
    ...(cut ? ['(shortened: there was more)'] : []),
  ]);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', bold(title), ...lines.map((line) => `  ${line}`)];
}

function field(name: string, text: string): string {
  return `  ${name.padEnd(10)}${harmless(text)}`;
}

function bold(text: string): string {
  return styleText('bold', harmless(text), { stream: process.stdout });
}
