import { shortMs, withoutUptime } from '../core/figure-words.ts';
import { REASONS } from '../core/reasons.ts';
import type { MonitorReport, ReportedIncident, ReportedPeriod, ReportedStep } from '../core/period-report.ts';
import type { UptimeFigures } from '../core/uptime.ts';
import { placeOf } from './charts.ts';
import { html, type Markup } from './markup.ts';
import {
  clockWords,
  endWords,
  lengthWords,
  maintenanceWords,
  shareWords,
  shortDay,
  stepWords,
} from './report-words.ts';

type Times = UptimeFigures;

/** What one day was like: `Sun 25 Oct: 99.306% up, down 10m, p95 312 ms`. */
export function stepTitle(step: ReportedStep): string {
  return `${stepWords(step.label)}: ${[...troubleWords(step), ...(step.p95_ms === null ? [] : [`p95 ${shortMs(step.p95_ms)}`])].join(', ')}`;
}

/** How the time of a stretch was spent, in words; more than its share of time up only when there is more to say. */
export function troubleWords(times: Times): string[] {
  const { uptime } = times;
  return [
    uptime === null ? nothingWords(times) : `${shareWords(uptime)} up`,
    ...(times.down_seconds > 0 ? [`down ${lengthWords(times.down_seconds)}`] : []),
    ...(times.degraded_seconds > 0 ? [`degraded ${lengthWords(times.degraded_seconds)}`] : []),
    ...(uptime !== null && times.maintenance_seconds > 0
      ? [`maintenance ${lengthWords(times.maintenance_seconds)}`]
      : []),
    ...(uptime !== null && times.unknown_seconds >= 1 ? [`not observed ${lengthWords(times.unknown_seconds)}`] : []),
  ];
}

function nothingWords(times: Times): string {
  return times.unknown_seconds + times.maintenance_seconds > 0 ? withoutUptime(times) : 'not monitored';
}

/** What a picture of bars says to someone who does not see it. */
export function barsWords(times: Times, steps: readonly Times[], step: ReportedPeriod['step']): string {
  const unit = (count: number): string => `${count} ${step}${count === 1 ? '' : 's'}`;
  const bad = steps.filter(({ down_seconds }) => down_seconds > 0).length;
  const weak = steps.filter(({ degraded_seconds, down_seconds }) => degraded_seconds > 0 && down_seconds <= 0).length;
  const without = steps.filter(({ uptime }) => uptime === null).map(nothingWords);
  const dark = without.filter((words) => words === 'not observed').length;
  const kept = without.filter((words) => words === 'maintenance').length;
  const nothing = withoutUptime(times) === 'maintenance' ? 'In maintenance' : 'Not observed';
  const share = times.uptime === null ? nothing : `${shareWords(times.uptime)} up`;
  const counts = `${unit(bad)} with an outage, ${unit(weak)} only degraded, ${unit(dark)} not observed`;
  return `${share} over ${unit(steps.length)}: ${counts}${kept > 0 ? `, ${unit(kept)} in maintenance` : ''}`;
}

/** The names of days below a chart, as many as there is room for. */
export function axis(labels: readonly string[]): Markup {
  const every = Math.max(1, Math.ceil(labels.length / 5));
  const shown = labels
    .map((label, index) => ({ label, index }))
    .filter(({ index }) => index % every === 0)
    .map(
      ({ label, index }) =>
        html`<span style="left:${placeOf(index, labels.length)}%"
          >${/^\d{4}-\d{2}-\d{2}$/.test(label) ? shortDay(label) : stepWords(label)}</span
        >`,
    );
  return html`<div class="axis" aria-hidden="true">${shown}</div>`;
}

/** What the fills of bars stand for; `apart`: with that of maintenance, which most reports have none of. */
export function legend(apart: boolean): Markup {
  const bar = (name: string, mark = false): Markup =>
    html`<svg viewBox="0 0 12 18" aria-hidden="true">
      <path class="${name}" d="M1 0h10v12h-10z" />
      ${mark && html`<path class="mark" d="M6 13l3.5 4h-7z" />`}
    </svg>`;
  return html`<ul class="legend">
    <li>${bar('up')}up</li>
    <li>${bar('degraded')}degraded</li>
    <li>${bar('down', true)}down</li>
    <li>${bar('unknown')}not observed</li>
    ${apart && html`<li>${bar('maintenance')}maintenance</li>`}
  </ul>`;
}

/** Whether an objective was attained: a word and a sign. */
export function objectiveWords({ objective }: Pick<MonitorReport, 'objective'>): Markup | string {
  if (objective === null) return '-';
  if (objective.met === null) return `? ${objective.target}%`;
  return objective.met
    ? html`<span class="met">✔ met ${objective.target}%</span>`
    : html`<span class="missed">✖ missed ${objective.target}%</span>`;
}

/** A table of stretches of down and degraded. `name`: of whom, when it is of several monitors. */
export function incidentTable(incidents: readonly ReportedIncident[], { zone }: ReportedPeriod): Markup {
  const rows = incidents.map((incident) => {
    const { status, from, reason } = incident;
    const maintenance = maintenanceWords(incident);
    return html`<tr>
      <td class="${status === 'down' ? 'bad' : 'warn'}">${status === 'down' ? '✖ down' : '⚠ degraded'}</td>
      <td class="moment">${clockWords(from, zone)}</td>
      <td class="moment">${endWords(incident, zone)}</td>
      <td class="number">
        ${lengthWords(incident.seconds)}${maintenance !== null && html` <span class="change">${maintenance}</span>`}
      </td>
      <td>${reason === null ? '-' : REASONS[reason].text}</td>
    </tr>`;
  });
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col" class="number">In the period</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
