import { REASONS } from '../core/reasons.ts';
import type { MonitorReport, PeriodReportAnswer, ReportedIncident, ReportedStep } from '../core/period-report.ts';
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
  maintenanceWords,
  uptimeWords,
} from '../report/report-words.ts';
import { plainTable, type Cell } from './table.ts';
import { counted, harmless, shortMs } from './words.ts';

/** Longer names are cut, so that a table fits into a mail. */
const LONGEST_NAME = 24;

/** A report as text, for a terminal or a mail: plain, in at most about 100 columns. */
export function reportText(
  answer: PeriodReportAnswer,
  { title }: { readonly title?: string | undefined } = {},
): string {
  const { monitors } = answer;
  const withTimes = monitors.some(({ latency }) => latency.count > 0);
  const parts = [
    heading(answer, title),
    summary(answer),
    ...(monitors.length === 0
      ? ['There was no monitor in this period.\n']
      : [
          ...(answer.groups.length > 0 ? [groups(answer)] : []),
          uptimes(answer),
          ...(withTimes ? [responseTimes(answer)] : []),
          strips(answer),
          incidents(answer),
        ]),
    notes(answer),
  ];
  return parts.join('\n');
}

function heading({ period, monitors }: PeriodReportAnswer, title: string | undefined): string {
  const { zone } = period;
  const name = periodTitle(period, zone);
  const hours = Math.round(hoursOf(period) * 10) / 10;
  const about = [rangeWords(period, zone), zone, `${hours} hours`, counted(monitors.length, 'monitor')];
  const first = title === undefined ? `Availability report: ${name}` : `${harmless(title)}: availability, ${name}`;
  const open = `${name} is not over: the figures go until ${momentWords(period.until, zone)}.\n`;
  return `${first}\n${about.join(', ')}\n${period.complete ? '' : open}`;
}

function summary({ overall, previous, period }: PeriodReportAnswer): string {
  const { outages, degradations, objectives } = overall;
  const before = `${shareWords(overall.previous_uptime)} in ${periodTitle(previous, period.zone)}`;
  const judged = objectives.met + objectives.missed;
  const lines: [string, string][] = [
    ['Availability', `${uptimeWords(overall)}${overall.previous_uptime === null ? '' : ` (${before})`}`],
    ['Outages', outages.count === 0 ? 'none' : `${outages.count}, the longest ${lengthWords(outages.longest_seconds)}`],
    ['Down', `${lengthWords(overall.down_seconds)}${overall.monitors > 1 ? ', all monitors added up' : ''}`],
    ['Degraded', `${lengthWords(overall.degraded_seconds)}${degradations.count === 0 ? '' : ', which counts as up'}`],
    [
      'Observed',
      `${shareWords(overall.observed)}${overall.unknown_seconds < 1 ? '' : `; not observed ${lengthWords(overall.unknown_seconds)}`}`,
    ],
  ];
  if (overall.maintenance_seconds > 0) {
    lines.push(['Maintenance', `${lengthWords(overall.maintenance_seconds)}, counted apart`]);
  }
  if (judged > 0) lines.push(['Objectives', `${objectives.met} of ${judged} met`]);
  return lines.map(([name, words]) => `${name.padEnd(12)}  ${words}\n`).join('');
}

function groups({ groups }: PeriodReportAnswer): string {
  const withObjectives = groups.some(({ objective }) => objective !== null);
  const rows = groups.map((report) => [
    report.group,
    right(uptimeWords(report)),
    right(lengthWords(report.down_seconds)),
    `${counted(report.monitors, 'monitor')}, ${RULE_WORDS[report.rule]}`,
    ...(withObjectives ? [objectiveWords(report)] : []),
  ]);
  const titles = ['GROUP', 'UP', 'DOWN', 'COUNTS AS'];
  return plainTable(withObjectives ? [...titles, 'OBJECTIVE'] : titles, rows);
}

function uptimes({ monitors }: PeriodReportAnswer): string {
  const withObjectives = monitors.some(({ objective }) => objective !== null);
  const apart = monitors.some(({ maintenance_seconds }) => maintenance_seconds > 0);
  const titles = ['MONITOR', 'UP', 'BEFORE', 'OBSERVED', 'OUTAGES', 'DOWN', 'LONGEST', 'DEGRADED'].concat(
    apart ? 'MAINTENANCE' : [],
    withObjectives ? 'OBJECTIVE' : [],
  );
  const rows = monitors.map((report) => [
    nameOf(report),
    right(uptimeWords(report)),
    right(report.previous.uptime === null ? '-' : shareWords(report.previous.uptime)),
    right(shareWords(report.observed)),
    right(report.outages.count === 0 ? '-' : String(report.outages.count)),
    right(lengthWords(report.down_seconds)),
    right(lengthWords(report.outages.longest_seconds)),
    right(lengthWords(report.degraded_seconds)),
    ...(apart ? [right(lengthWords(report.maintenance_seconds))] : []),
    ...(withObjectives ? [objectiveWords(report)] : []),
  ]);
  return plainTable(titles, rows);
}

function objectiveWords({ objective }: Pick<MonitorReport, 'objective'>): string {
  if (objective === null) return '-';
  return `${objective.met === null ? '?' : objective.met ? 'met' : 'MISSED'} ${objective.target}%`;
}

function responseTimes({ monitors }: PeriodReportAnswer): string {
  const rows = monitors.map((report) => {
    const { latency: now, previous } = report;
    const time = (name: 'p50_ms' | 'p95_ms' | 'p99_ms'): Cell[] => [
      right(shortMs(now[name])),
      right(changeWords(now[name], previous.latency[name]) ?? ''),
    ];
    return [nameOf(report), right(String(now.count)), ...time('p50_ms'), ...time('p95_ms'), ...time('p99_ms')];
  });
  return plainTable(['MONITOR', 'CHECKS', 'P50', '', 'P95', '', 'P99', ''], rows);
}

/** A sign for each day. */
function strips({ monitors, period, overall }: PeriodReportAnswer): string {
  const apart = overall.maintenance_seconds > 0 ? ', m maintenance' : '';
  const rows = monitors.map((report) => [nameOf(report), report.steps.map(stepSign).join('')]);
  return plainTable(
    ['MONITOR', `BY ${period.step.toUpperCase()}: | up, ~ degraded, x down, . not observed${apart}`],
    rows,
  );
}

function stepSign(step: ReportedStep): string {
  const { down_seconds, degraded_seconds, observed_seconds, unknown_seconds, maintenance_seconds } = step;
  if (down_seconds > 0) return 'x';
  if (degraded_seconds > 0) return '~';
  if (observed_seconds > 0 && observed_seconds >= Math.max(unknown_seconds, maintenance_seconds)) return '|';
  if (maintenance_seconds > unknown_seconds) return 'm';
  return unknown_seconds > 0 ? '.' : ' ';
}

function incidents({ monitors, period }: PeriodReportAnswer): string {
  const found = monitors.flatMap((report) => report.incidents.map((incident) => ({ report, incident })));
  if (found.length === 0) return 'No incidents.\n';
  const rows = found
    .sort((one, other) => Date.parse(one.incident.from) - Date.parse(other.incident.from))
    .map(({ report, incident }) => [
      clockWords(incident.from, period.zone),
      right(lengthWords(incident.seconds)),
      nameOf(report),
      incidentWords(incident),
    ]);
  return plainTable(['FROM', 'IN PERIOD', 'MONITOR', 'WHAT'], rows);
}

function incidentWords(incident: ReportedIncident): string {
  const { status, reason, goes_on, to, ended_in } = incident;
  const why = reason === null ? '' : `: ${REASONS[reason].text}`;
  const end =
    to === null ? '; lasts still' : goes_on ? '; went on' : ended_in === 'unknown' ? '; then not observed' : '';
  const maintenance = maintenanceWords(incident);
  return `${status === 'down' ? 'DOWN' : 'degraded'}${why}${end}${maintenance === null ? '' : `; ${maintenance}`}`;
}

function notes({ period, overall }: PeriodReportAnswer): string {
  const apart = overall.maintenance_seconds > 0 ? ' Time in maintenance is counted apart.' : '';
  return `Up is the time up or degraded over the time observed. What was not observed counts neither way.${apart}
Times are those of ${period.zone}. Made by Longwatch on ${momentWords(period.made_at, period.zone)}.
`;
}

function nameOf({ name }: MonitorReport): string {
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  return letters.length <= LONGEST_NAME ? name : `${letters.slice(0, LONGEST_NAME - 1).join('')}…`;
}

function right(text: string): Cell {
  return { text, align: 'right' };
}
