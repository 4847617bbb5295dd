import { shortMs } from '../core/figure-words.ts';
import type { MonitorReport, ReportedPeriod } from '../core/period-report.ts';
import { line, wideBars } from './charts.ts';
import { html, type Content, type Markup } from './markup.ts';
import { axis, barsWords, incidentTable, objectiveWords, stepTitle } from './page-parts.ts';
import { changeWords, clockWords, lengthWords, shareWords, stepWords, thousands, uptimeWords } from './report-words.ts';

/** So many incidents are listed of one monitor; the table of all is CSV's. */
const MOST_INCIDENTS = 100;

/** The section of one monitor. `id`: of the element, unique in the page. */
export function monitorSection(report: MonitorReport, id: string, period: ReportedPeriod): Markup {
  const { name, target, group, uptime } = report;
  return html`<section class="monitor" id="${id}" aria-labelledby="${id}-name">
    <header>
      <div>
        <h3 id="${id}-name"><bdi>${name}</bdi></h3>
        <p class="soft">${group !== null && html`<bdi>${group}</bdi> · `}<bdi>${target}</bdi></p>
      </div>
      <p><span class="value">${uptimeWords(report)}</span> ${uptime !== null && html`<span class="soft">up</span>`}</p>
    </header>
    ${charts(report, period)} ${facts(report, period)} ${incidents(report, period)} ${days(report, period)}
  </section>`;
}

function charts(report: MonitorReport, period: ReportedPeriod): Markup {
  const { steps } = report;
  const values = steps.map(({ p95_ms }) => p95_ms);
  const top = Math.max(0, ...values.map((value) => value ?? 0));
  const words = `Time within which 95 % of the checks of a ${period.step} were done, at most ${shortMs(top)}`;
  return html`<figure>
    ${wideBars(steps, barsWords(report, steps, period.step), steps.map(stepTitle))}
    ${
      top > 0 &&
      html`<div class="plot">${line(values, top, words)}<span aria-hidden="true">p95 ${shortMs(top)}</span></div>`
    }
    ${axis(steps.map(({ label }) => label))}
  </figure>`;
}

function facts(report: MonitorReport, period: ReportedPeriod): Markup {
  const { outages, degradations, latency, previous, objective } = report;
  const change = (now: number | null, before: number | null): Markup | false => {
    const words = changeWords(now, before);
    return words !== null && html` <span class="change">${words}</span>`;
  };
  const availability: Facts = [
    ['Outages', timesWords(outages)],
    ['Longest outage', outages.count > 0 && lengthWords(outages.longest_seconds)],
    ['Mean outage (MTTR)', report.mttr_seconds !== null && lengthWords(report.mttr_seconds)],
    ['Between outages (MTBF)', report.mtbf_seconds !== null && lengthWords(report.mtbf_seconds)],
    ['Degraded', timesWords(degradations)],
    ['Observed', shareWords(report.observed)],
    ['Not observed', lengthWords(report.unknown_seconds)],
    ['Maintenance', report.maintenance_seconds > 0 && lengthWords(report.maintenance_seconds)],
    ['Period before', shareWords(previous.uptime)],
    ['Objective', objective !== null && objectiveWords(report)],
    ['Monitored from', report.from > period.from && clockWords(report.from, period.zone)],
    ['Monitored until', report.to < period.until && clockWords(report.to, period.zone)],
  ];
  const times: Facts = [
    ['p50', html`${shortMs(latency.p50_ms)}${change(latency.p50_ms, previous.latency.p50_ms)}`],
    ['p95', html`${shortMs(latency.p95_ms)}${change(latency.p95_ms, previous.latency.p95_ms)}`],
    ['p99', html`${shortMs(latency.p99_ms)}${change(latency.p99_ms, previous.latency.p99_ms)}`],
    ['Checks counted', thousands(latency.count)],
  ];
  return html`${factList(availability)}${latency.count > 0 && factList(times)}`;
}

type Facts = readonly (readonly [term: string, value: Content])[];

function factList(facts: Facts): Markup {
  const shown = facts.filter(([, value]) => value !== false);
  return html`<dl class="facts">
    ${shown.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function timesWords({ count, seconds }: MonitorReport['outages']): string {
  return count === 0 ? 'none' : `${count} (${lengthWords(seconds)})`;
}

function incidents({ incidents }: MonitorReport, period: ReportedPeriod): Markup | false {
  const more = incidents.length - MOST_INCIDENTS;
  return (
    incidents.length > 0 &&
    html`<h4>Incidents</h4>
      ${incidentTable(incidents.slice(0, MOST_INCIDENTS), period)}
      ${more > 0 && html`<p class="soft">and ${more} more</p>`}`
  );
}

function days({ steps, maintenance_seconds }: MonitorReport, period: ReportedPeriod): Markup {
  const apart = maintenance_seconds > 0;
  const heading = { day: 'Day by day', week: 'Week by week', month: 'Month by month' };
  const rows = steps.map(
    (step) =>
      html`<tr>
        <th scope="row">${stepWords(step.label)}</th>
        <td>${uptimeWords(step)}</td>
        <td>${lengthWords(step.down_seconds)}</td>
        <td>${lengthWords(step.degraded_seconds)}</td>
        <td>${lengthWords(step.unknown_seconds)}</td>
        ${apart && html`<td>${lengthWords(step.maintenance_seconds)}</td>`}
        <td>${shortMs(step.p95_ms)}</td>
      </tr>`,
  );
  return html`<details>
    <summary>${heading[period.step as keyof typeof heading] ?? 'Step by step'}</summary>
    <div class="scroll">
      <table class="days">
        <thead>
          <tr>
            <th scope="col"></th>
            <th scope="col">Up</th>
            <th scope="col">Down</th>
            <th scope="col">Degraded</th>
            <th scope="col">Not observed</th>
            ${apart && html`<th scope="col">Maintenance</th>`}
            <th scope="col">p95</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}
