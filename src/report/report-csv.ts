import { csvField } from '../core/history/csv-result.ts';
import type { MonitorReport, PeriodReportAnswer } from '../core/period-report.ts';

type Cell = string | number | boolean | null;

/** Columns by name: the keys of the answer, joined where one lies within another. */
type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

const MONITOR_COLUMNS: Columns<MonitorReport> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  type: ({ type }) => type,
  target: ({ target }) => target,
  group: ({ group }) => group,
  from: ({ from }) => from,
  to: ({ to }) => to,
  uptime: ({ uptime }) => uptime,
  observed: ({ observed }) => observed,
  maintenance: ({ maintenance }) => maintenance,
  observed_seconds: ({ observed_seconds }) => observed_seconds,
  down_seconds: ({ down_seconds }) => down_seconds,
  degraded_seconds: ({ degraded_seconds }) => degraded_seconds,
  unknown_seconds: ({ unknown_seconds }) => unknown_seconds,
  maintenance_seconds: ({ maintenance_seconds }) => maintenance_seconds,
  outages: ({ outages }) => outages.count,
  longest_outage_seconds: ({ outages }) => outages.longest_seconds,
  degradations: ({ degradations }) => degradations.count,
  longest_degradation_seconds: ({ degradations }) => degradations.longest_seconds,
  mttr_seconds: ({ mttr_seconds }) => mttr_seconds,
  mtbf_seconds: ({ mtbf_seconds }) => mtbf_seconds,
  checks: ({ latency }) => latency.count,
  mean_ms: ({ latency }) => latency.mean_ms,
  p50_ms: ({ latency }) => latency.p50_ms,
  p95_ms: ({ latency }) => latency.p95_ms,
  p99_ms: ({ latency }) => latency.p99_ms,
  previous_uptime: ({ previous }) => previous.uptime,
  previous_p50_ms: ({ previous }) => previous.latency.p50_ms,
  previous_p95_ms: ({ previous }) => previous.latency.p95_ms,
  previous_p99_ms: ({ previous }) => previous.latency.p99_ms,
  objective_target: ({ objective }) => objective?.target ?? null,
  objective_met: ({ objective }) => objective?.met ?? null,
  objective_allowed_down_seconds: ({ objective }) => objective?.allowed_down_seconds ?? null,
};

interface IncidentOf {
  readonly monitor: MonitorReport;
  readonly incident: MonitorReport['incidents'][number];
}

const INCIDENT_COLUMNS: Columns<IncidentOf> = {
  id: ({ monitor }) => monitor.id,
  name: ({ monitor }) => monitor.name,
  group: ({ monitor }) => monitor.group,
  status: ({ incident }) => incident.status,
  from: ({ incident }) => incident.from,
  to: ({ incident }) => incident.to,
  seconds: ({ incident }) => incident.seconds,
  maintenance_seconds: ({ incident }) => incident.maintenance_seconds,
  began_before: ({ incident }) => incident.began_before,
  goes_on: ({ incident }) => incident.goes_on,
  ended_in: ({ incident }) => incident.ended_in,
  reason: ({ incident }) => incident.reason,
};

/** A report as CSV (RFC 4180): a head, and one line a monitor. Times are RFC 3339, UTC; what is not known is empty. */
export function reportCsv({ monitors }: PeriodReportAnswer): string {
  return csv(MONITOR_COLUMNS, monitors);
}

/** The incidents of a report as CSV: a head, and one line an incident, those of a monitor in order of time. */
export function incidentsCsv({ monitors }: PeriodReportAnswer): string {
  const rows = monitors.flatMap((monitor) => monitor.incidents.map((incident) => ({ monitor, incident })));
  return csv(INCIDENT_COLUMNS, rows);
}

function csv<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const line = (cells: readonly Cell[]): string => `${cells.map(cellText).join(',')}\r\n`;
  return line(Object.keys(columns)) + rows.map((row) => line(Object.values(columns).map((cell) => cell(row)))).join('');
}

function cellText(cell: Cell): string {
  return typeof cell === 'boolean' ? String(cell) : csvField(cell);
}
