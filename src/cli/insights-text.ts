import { REASONS } from '../core/reasons.ts';
import type { InsightsAnswer, LongOutage, Punctuality, UnobservedTime } from '../query/insights-answer.ts';
import { renderTable, type Cell } from './table.ts';
import { counted, percent, roughly, shortMs, statusCell } from './words.ts';

/** All there is to see, part by part. */
export function insightsText({ window, slowest, flakiest, longest_outages, longwatch }: InsightsAnswer): string {
  const parts = [
    heading(`SLOWEST in ${window.label}`, slowestTable(slowest)),
    heading('FLAKIEST', flakiestTable(flakiest)),
    heading('LONGEST OUTAGES', outagesTable(longest_outages)),
    heading('LONGWATCH ITSELF', ownLines(longwatch)),
  ];
  return parts.join('\n');
}

function heading(title: string, text: string): string {
  return `${title}\n${text}`;
}

const right = (text: string | number): Cell => ({ text: String(text), align: 'right' });

function slowestTable(slowest: InsightsAnswer['slowest']): string {
  if (slowest.length === 0) return 'no check found a target up\n';
  return renderTable(
    ['MONITOR', 'P95', 'P50', 'P99', 'MAX', 'CHECKS'],
    slowest.map(({ id, count, p50_ms, p95_ms, p99_ms, max_ms }) =>
      [id as Cell | string].concat(
        [p95_ms, p50_ms, p99_ms, max_ms].map((time) => right(shortMs(time))),
        right(count),
      ),
    ),
  );
}

function flakiestTable(flakiest: InsightsAnswer['flakiest']): string {
  if (flakiest.length === 0) return 'nothing failed, and no status changed\n';
  return renderTable(
    ['MONITOR', 'CHANGES', 'OUTAGES', 'FAILURES', 'OF ALL'],
    flakiest.map(({ id, changes, outages, failures, results }) => [
      id,
      right(changes),
      right(outages),
      right(failures),
      right(results === 0 ? '-' : percent(failures / results)),
    ]),
  );
}

function outagesTable(outages: InsightsAnswer['longest_outages']): string {
  if (outages.length === 0) return 'nothing was down\n';
  const apart = outages.some(({ maintenance_seconds }) => maintenance_seconds > 0);
  return renderTable(
    ['MONITOR', 'SINCE (UTC)', 'LASTED'].concat(apart ? 'IN MAINTENANCE' : [], 'THEN', 'WHY'),
    outages.map((outage) => [
      outage.id,
      outage.from.slice(0, 19).replace('T', ' '),
      right(roughly(outage.seconds)),
      ...(apart ? [right(roughly(outage.maintenance_seconds))] : []),
      thenCell(outage),
      outage.reason ?? '-',
    ]),
  );
}

function thenCell({ ongoing, ended_in: then }: LongOutage): Cell {
  return ongoing || then === null ? { text: 'still down', style: 'red' } : statusCell(then);
}

function ownLines({ checks, missed, late_p50_ms, late_p99_ms, late_max_ms, unobserved }: Punctuality): string {
  const late = [
    `half of them within ${shortMs(late_p50_ms)}`,
    `99 % within ${shortMs(late_p99_ms)}`,
    `the latest after ${shortMs(late_max_ms)}`,
  ];
  const begun = checks === 0 ? 'no check began' : `${counted(checks, 'check')} began, ${late.join(', ')}`;
  const lines = [begun, `${counted(missed, 'check')} never began`].concat(unobserved.map(unobservedWords));
  return lines.map((line) => `${line}\n`).join('');
}

function unobservedWords({ reason, seconds, monitors }: UnobservedTime): string {
  const why = reason === null ? 'nothing was measured' : `${reason}: ${REASONS[reason].text}`;
  return `${roughly(seconds)} of ${counted(monitors, 'monitor')} not observed, ${why}`;
}
