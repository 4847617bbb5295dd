import { styleText } from 'node:util';
import { systemClock } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import type { EvidenceAnswer } from '../query/evidence.ts';
import type { MonitorAnswer } from '../query/monitors.ts';
import type { ReportAnswer } from '../query/reports.ts';
import type { ResultAnswer } from '../query/results.ts';
import { sightLines } from './sight-lines.ts';
import { ago, harmless, phaseWords, roughly, shortMs, statusCell } from './words.ts';

/** What `longwatch show` shows; its JSON as it is. */
export interface Shown {
  readonly monitor: MonitorAnswer;
  /** The newest result; `null` when the monitor was never checked. */
  readonly last: ResultAnswer | null;
  /** Of each status and location, newest first. */
  readonly evidence: readonly EvidenceAnswer[];
  /** What the job of a push monitor reported, newest first; `null` for monitors that are probed. */
  readonly reports: readonly ReportAnswer[] | null;
}

/** Prints how a monitor stands, its last check, its last failure, and what the newest good check saw. */
export function printMonitor({ monitor, last, evidence, reports }: Shown): void {
  const now = systemClock.now();
  const failure = evidence.find(({ status }) => status !== 'up');
  const success = evidence.find(({ status }) => status === 'up');
  const lines = [
    ...aboutMonitor(monitor),
    aboutStatus(monitor, last, now),
    ...aboutTrouble(monitor),
    ...(reports === null ? [aboutLast(monitor, last, now)] : aboutReports(reports, now)),
    ...(failure === undefined ? [] : ['', ...aboutEvidence('last failure', failure, now)]),
    ...(success === undefined ? [] : ['', ...aboutEvidence('last success', success, now)]),
  ];
  process.stdout.write(lines.map((line) => `${line.trimEnd()}\n`).join(''));
}

function aboutMonitor({ id, name, type, target, group, tags, interval_ms }: MonitorAnswer): readonly string[] {
  const labels = Object.entries(tags).map(([tag, value]) => (value === '' ? tag : `${tag}=${value}`));
  return [
    styleText('bold', harmless(name), { stream: process.stdout }),
    field('id', id),
    type === 'push'
      ? field('target', `a job that reports every ${formatDuration(interval_ms)}`)
      : field('target', `${type} ${target}, every ${formatDuration(interval_ms)}`),
    ...(group === null ? [] : [field('group', group)]),
    ...(labels.length === 0 ? [] : [field('tags', labels.join(', '))]),
  ];
}

function aboutStatus(monitor: MonitorAnswer, last: ResultAnswer | null, now: number): string {
  const { status, enabled, since, removed_at } = monitor;
  const removed = removed_at === null ? '' : `, no longer configured since ${clockTime(removed_at)}`;
  const { text, style } = statusCell(status, enabled);
  const word = style === undefined ? text : styleText(style, text, { stream: process.stdout });
  const length = since === null ? '' : ` for ${roughly((now - Date.parse(since)) / 1000)}, since ${clockTime(since)}`;
  // What the last check says is why only while it is what the status was made of.
  const why = last !== null && last.status === status && last.reason !== null ? `: ${whyOf(last)}` : '';
  return `${label('status')}${word}${harmless(length + why + removed)}`;
}

function aboutTrouble({ confirming, flapping, incident, maintenance }: MonitorAnswer): readonly string[] {
  const marks = [...(confirming ? ['confirming a failure'] : []), ...(flapping ? ['flapping'] : [])];
  return [
    ...(marks.length === 0 ? [] : [field('', marks.join(', '))]),
    ...(incident === null ? [] : [field('incident', `${incident}, open; "longwatch incident ${incident}" says more`)]),
    ...(maintenance === null
      ? []
      : [field('maintenance', `${maintenance.name}, until ${clockTime(maintenance.until)}`)]),
  ];
}

function aboutLast(monitor: MonitorAnswer, last: ResultAnswer | null, now: number): string {
  if (last === null) return field('last check', monitor.last === null ? 'never checked' : ago(monitor.last.slot, now));
  const { slot, location, status_code, duration_ms, phases_ms, trace_id } = last;
  const phases = phaseWords(phases_ms);
  const took = duration_ms === null ? 'never began' : shortMs(duration_ms);
  const figures = [...(status_code === null ? [] : [status_code]), `${took}${phases === '' ? '' : ` (${phases})`}`];
  const trace = trace_id === null ? '' : `, trace ${trace_id}`;
  return field('last check', `${ago(slot, now)} from ${location}: ${figures.join(', ')}${trace}`);
}

/** So many reports are shown; the API and --json give all that are kept. */
const REPORTS_SHOWN = 5;

function aboutReports(reports: readonly ReportAnswer[], now: number): readonly string[] {
  const [newest] = reports;
  if (newest === undefined) return [field('reports', 'none yet')];
  const lines = reports.slice(0, REPORTS_SHOWN).map(({ at, kind, exit_status, duration_ms, message, text }) => {
    const status = exit_status === null || exit_status === 0 ? '' : ` with exit status ${exit_status}`;
    const took = duration_ms === null ? '' : ` after ${shortMs(duration_ms)}`;
    const words = message ?? text?.trim().split('\n').at(-1) ?? '';
    return `    ${clockTime(at)}  ${kind}${status}${took}${words === '' ? '' : `: ${harmless(words).slice(0, 200)}`}`;
  });
  return [field('reports', `the last ${ago(newest.at, now)}`), ...lines];
}

function aboutEvidence(title: string, evidence: EvidenceAnswer, now: number): readonly string[] {
  const { slot, location, status, duration_ms, phases_ms, cut } = evidence;
  const { text, style } = statusCell(status);
  const word = style === undefined ? text : styleText(style, text, { stream: process.stdout });
  const phases = phaseWords(phases_ms);
  const figures = duration_ms === null ? [] : [`took ${shortMs(duration_ms)}${phases === '' ? '' : ` (${phases})`}`];
  const head = styleText('bold', title, { stream: process.stdout });
  return [
    `${head} ${clockTime(slot)}, ${ago(slot, now)} from ${harmless(location)}: ${word} ${harmless(whyOf(evidence))}`,
    ...[...figures, ...sightLines(evidence), ...(cut ? ['(shortened: there was more)'] : [])].map(
      (line) => `  ${line}`,
    ),
  ];
}

function whyOf({ reason, message }: Pick<ResultAnswer, 'reason' | 'message'>): string {
  return [reason, message].filter((part) => part !== null).join(': ');
}

function field(name: string, text: string): string {
  return `${label(name)}${harmless(text)}`;
}

function label(name: string): string {
  return `  ${name.padEnd(12)}`;
}

/** RFC 3339 for a person, to the second. */
function clockTime(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')} UTC`;
}
