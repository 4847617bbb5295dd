import { counted } from '../core/figure-words.ts';
import type { MessageReport } from '../core/notify/message.ts';
import type { MonitorReport, PeriodReportAnswer } from '../core/period-report.ts';
import { reportPage } from './page.ts';
import { lengthWords, periodTitle, shareWords } from './report-words.ts';

/** So many monitors are named in a message; a channel is no place for a table of a thousand. */
const MOST_NAMED = 15;
/** A longer page is sent without its monitors one by one: mail servers take no more than some megabytes. */
const LONGEST_PAGE = 500_000;

/** A report as a message for people: what was, in some lines, and a whole page for mail. */
export function reportMessage(answer: PeriodReportAnswer): MessageReport {
  const { period, monitors } = answer;
  const title = `Availability, ${periodTitle(period, period.zone)}`;
  const page = reportPage(answer);
  const html = page.length <= LONGEST_PAGE ? page : reportPage({ ...answer, monitors: [] });
  const troubled = monitors.filter(({ down_seconds, degraded_seconds }) => down_seconds + degraded_seconds > 0);
  return { title, text: [...summary(answer), ...named(troubled)].join('\n'), html };
}

function summary({ overall, previous, period }: PeriodReportAnswer): string[] {
  const { outages, objectives } = overall;
  const judged = objectives.met + objectives.missed;
  const before =
    overall.previous_uptime === null
      ? ''
      : `, ${shareWords(overall.previous_uptime)} in ${periodTitle(previous, period.zone)}`;
  const longest = outages.count === 0 ? '' : `, the longest ${lengthWords(outages.longest_seconds)}`;
  return [
    `${counted(overall.monitors, 'monitor')}: ${shareWords(overall.uptime)} up${before}.`,
    `${outages.count === 0 ? 'No outages' : counted(outages.count, 'outage')}${longest}.`,
    ...(judged === 0 ? [] : [`${objectives.met} of ${counted(judged, 'objective')} met.`]),
    ...(overall.maintenance_seconds < 1 ? [] : [`In maintenance: ${lengthWords(overall.maintenance_seconds)}.`]),
    ...(overall.unknown_seconds < 1 ? [] : [`Not observed: ${lengthWords(overall.unknown_seconds)}.`]),
  ];
}

/** The worst first. */
function named(troubled: readonly MonitorReport[]): string[] {
  const worst = troubled.toSorted((one, other) => (one.uptime ?? 1) - (other.uptime ?? 1)).slice(0, MOST_NAMED);
  const left = troubled.length - worst.length;
  const lines = worst.map(({ name, uptime, down_seconds, degraded_seconds }) => {
    const times = [
      ...(down_seconds > 0 ? [`down ${lengthWords(down_seconds)}`] : []),
      ...(degraded_seconds > 0 ? [`degraded ${lengthWords(degraded_seconds)}`] : []),
    ];
    return `${name}: ${shareWords(uptime)} up, ${times.join(', ')}`;
  });
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}
