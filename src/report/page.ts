import { counted, shortMs } from '../core/figure-words.ts';
import { VERSION } from '../core/version.ts';
import type { MonitorReport, PeriodReportAnswer, ReportedStep } from '../core/period-report.ts';
import { chartFills, smallBars, wideBars } from './charts.ts';
import { html, type Content, type Markup } from './markup.ts';
import { monitorSection } from './page-monitor.ts';
import { axis, barsWords, legend, objectiveWords, stepTitle } from './page-parts.ts';
import { PAGE_STYLE } from './page-style.ts';
import {
  changeWords,
  clockWords,
  hoursOf,
  lengthWords,
  momentWords,
  periodTitle,
  rangeWords,
  RULE_WORDS,
  shareWords,
  uptimeWords,
} from './report-words.ts';
import { sumOfSteps } from './sum-of-steps.ts';

/** A report as one HTML page that needs nothing beside itself: no scripts, no outside resources. */
export function reportPage(
  answer: PeriodReportAnswer,
  { title }: { readonly title?: string | undefined } = {},
): string {
  const { period, monitors } = answer;
  const name = title ?? 'Availability report';
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="Longwatch ${VERSION}" />
        <title>${name}, ${periodTitle(period, period.zone)}</title>
        <style>
          ${{ markup: PAGE_STYLE }}
        </style>
      </head>
      <body>
        ${chartFills()}
        <header id="top">
          <p class="kind">${title === undefined ? 'Longwatch' : 'Availability report'}</p>
          <h1><bdi>${name}</bdi></h1>
          <p class="soft">${periodWords(answer)}</p>
          ${!period.complete && html`<p class="note">${periodTitle(period, period.zone)} is not over: the figures go until ${momentWords(period.until, period.zone)}.</p>`}
        </header>
        <main>
          ${summary(answer)} ${answer.groups.length > 0 && groups(answer)} ${monitors.length > 1 && overview(answer)}
          ${monitors.length === 0 && html`<p>There was no monitor in this period.</p>`}
          ${monitors.length > 0 && html`<h2>${monitors.length > 1 ? 'Each monitor' : 'The monitor'}</h2>`}
          ${monitors.map((monitor, index) => monitorSection(monitor, `m${index + 1}`, period))}
        </main>
        ${footer(answer)}
      </body>
    </html> `;
  return page.markup;
}

function periodWords({ period, monitors }: PeriodReportAnswer): Content {
  const title = periodTitle(period, period.zone);
  const hours = hoursOf(period);
  const words = [
    rangeWords(period, period.zone),
    period.zone,
    `${Number.isInteger(hours) ? hours : hours.toFixed(1)} hours`,
    counted(monitors.length, 'monitor'),
  ];
  return html`<strong>${title}</strong> · ${words.join(' · ')}`;
}

function summary({ overall, previous, period, monitors }: PeriodReportAnswer): Markup {
  const { outages, degradations, objectives } = overall;
  const before = `${shareWords(overall.previous_uptime)} in ${periodTitle(previous, period.zone)}`;
  const judged = objectives.met + objectives.missed;
  const many = monitors.length > 1;
  const figures: (readonly [string, string, string])[] = [
    ['Availability', uptimeWords(overall), overall.previous_uptime === null ? 'nothing to compare with' : before],
    [
      'Outages',
      String(outages.count),
      outages.count === 0 ? 'nothing was down' : `longest ${lengthWords(outages.longest_seconds)}`,
    ],
    ['Down', lengthWords(overall.down_seconds), many ? 'all monitors added up' : 'in all'],
    ['Degraded', lengthWords(overall.degraded_seconds), `${counted(degradations.count, 'time')}; counts as up`],
    [
      'Observed',
      shareWords(overall.observed),
      overall.unknown_seconds < 1 ? 'without a gap' : `${lengthWords(overall.unknown_seconds)} unknown`,
    ],
  ];
  if (overall.maintenance_seconds > 0) {
    figures.push(['Maintenance', lengthWords(overall.maintenance_seconds), 'counted apart']);
  }
  const missed = objectives.missed === 0 ? 'all' : `${objectives.missed} missed`;
  if (judged > 0) figures.push(['Objectives met', `${objectives.met} of ${judged}`, missed]);
  const steps = sumOfSteps(monitors);
  return html`<section aria-label="Summary">
    <dl class="figures">
      ${figures.map(
        ([term, value, beside]) =>
          html`<div>
            <dt>${term}</dt>
            <dd class="value">${value}</dd>
            <dd class="beside">${beside}</dd>
          </div>`,
      )}
    </dl>
    ${many && overallBars(steps, { overall, period })} ${legend(overall.maintenance_seconds > 0)}
  </section>`;
}

function overallBars(
  steps: readonly ReportedStep[],
  { overall, period }: Pick<PeriodReportAnswer, 'overall' | 'period'>,
): Markup {
  return html`<figure>
    <figcaption>All monitors, ${period.step} by ${period.step}</figcaption>
    ${wideBars(steps, barsWords(overall, steps, period.step), steps.map(stepTitle))}
    ${axis(steps.map(({ label }) => label))}
  </figure>`;
}

/** Groups as a whole. */
function groups({ groups }: PeriodReportAnswer): Markup {
  const rows = groups.map(
    (report) =>
      html`<tr>
        <th scope="row"><bdi>${report.group}</bdi></th>
        <td>${counted(report.monitors, 'monitor')}, ${RULE_WORDS[report.rule]}</td>
        <td class="number">${uptimeWords(report)}</td>
        <td class="number">${lengthWords(report.down_seconds)}</td>
        <td>${objectiveWords(report)}</td>
      </tr>`,
  );
  return html`<h2>Groups as a whole</h2>
    <div class="scroll">
      <table class="groups">
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col">Counts as</th>
            <th scope="col" class="number">Availability</th>
            <th scope="col" class="number">Down</th>
            <th scope="col">Objective</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

/** One line a monitor, by group. */
function overview({ monitors, period }: PeriodReportAnswer): Markup {
  const withObjectives = monitors.some(({ objective }) => objective !== null);
  const groups = groupsOf(monitors);
  const named = groups.length > 1 || groups[0]?.name !== null;
  const bodies = groups.map(
    ({ name, rows }) =>
      html`<tbody>
        ${
          named &&
          html`<tr class="group">
            <th scope="rowgroup" colspan="${withObjectives ? 7 : 6}"><bdi>${name ?? 'Without a group'}</bdi></th>
          </tr>`
        }
        ${rows.map(({ report, id }) => overviewRow(report, id, { period, withObjectives }))}
      </tbody>`,
  );
  return html`<h2>Monitors</h2>
    <div class="scroll">
      <table class="overview">
        <thead>
          <tr>
            <th scope="col">Monitor</th>
            <th scope="col" class="number">Availability</th>
            <th scope="col">By ${period.step}</th>
            <th scope="col" class="number">Outages</th>
            <th scope="col" class="number">Down</th>
            <th scope="col" class="number">p95</th>
            ${withObjectives && html`<th scope="col">Objective</th>`}
          </tr>
        </thead>
        ${bodies}
      </table>
    </div>`;
}

interface Group {
  readonly name: string | null;
  readonly rows: { readonly report: MonitorReport; readonly id: string }[];
}

/** Monitors come by group already. */
function groupsOf(monitors: readonly MonitorReport[]): Group[] {
  const groups: Group[] = [];
  for (const [index, report] of monitors.entries()) {
    if (groups.length === 0 || groups.at(-1)?.name !== report.group) groups.push({ name: report.group, rows: [] });
    groups.at(-1)?.rows.push({ report, id: `m${index + 1}` });
  }
  return groups;
}

function overviewRow(
  report: MonitorReport,
  id: string,
  { period, withObjectives }: { readonly period: PeriodReportAnswer['period']; readonly withObjectives: boolean },
): Markup {
  const { name, steps, outages, latency, previous } = report;
  const change = changeWords(latency.p95_ms, previous.latency.p95_ms);
  return html`<tr>
    <th scope="row">
      <a href="#${id}"><bdi>${name}</bdi></a
      >${watchedWords(report, period)}
    </th>
    <td class="number">${uptimeWords(report)}</td>
    <td>${smallBars(steps, barsWords(report, steps, period.step))}</td>
    <td class="number">${outages.count === 0 ? '-' : outages.count}</td>
    <td class="number">${lengthWords(outages.seconds)}</td>
    <td class="number">${shortMs(latency.p95_ms)}${change !== null && html` <span class="change">${change}</span>`}</td>
    ${withObjectives && html`<td>${objectiveWords(report)}</td>`}
  </tr>`;
}

/** Says of which part of the period the figures are, when it is not all of it. */
function watchedWords({ from, to }: MonitorReport, { zone, ...period }: PeriodReportAnswer['period']): Markup | false {
  const words = [
    ...(from > period.from ? [`from ${clockWords(from, zone).slice(0, 10)}`] : []),
    ...(to < period.until ? [`until ${clockWords(to, zone).slice(0, 10)}`] : []),
  ];
  return words.length > 0 && html` <span class="change">${words.join(' ')}</span>`;
}

function footer({ period, previous, overall }: PeriodReportAnswer): Markup {
  return html`<footer>
    <p>
      <strong>How to read this.</strong> Availability is the time up or degraded over the time observed, to the moment
      and not by counting checks, rounded down. Time in which nothing was measured is not observed: it counts neither as
      up nor as down.
      ${overall.maintenance_seconds > 0 && 'Time in maintenance is counted apart, neither as up nor as down nor as an outage.'}
      An outage is a stretch of time down. p50, p95 and p99 are the times within which 50, 95 and 99 % of the checks
      were done that found the target up or degraded, to 1 %; the change beside them is against
      ${periodTitle(previous, period.zone)}. An objective is judged over this period. Times are those of ${period.zone}.
    </p>
    <p>Made by Longwatch ${VERSION} on ${momentWords(period.made_at, period.zone)}.</p>
    <p class="top"><a href="#top">Back to the top</a></p>
  </footer>`;
}
