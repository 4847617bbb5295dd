import type { AvailabilityAnswer } from '../query/availability.ts';
import type { EvidencesAnswer } from '../query/evidence.ts';
import type { InsightsAnswer } from '../query/insights-answer.ts';
import type { LatencyAnswer } from '../query/latency.ts';
import type { MonitorAnswer, MonitorsAnswer } from '../query/monitors.ts';
import type { PeriodReportAnswer } from '../core/period-report.ts';
import type { ReportsAnswer } from '../query/reports.ts';
import type { ResultsAnswer } from '../query/results.ts';
import type { SeriesAnswer } from '../query/series.ts';
import type { SloAnswer } from '../query/slo.ts';
import type { UptimeAnswer } from '../query/uptime.ts';
import type { HistorySource } from './history-source.ts';
import { apiUrl, fetchAnswer, type Query } from './server-answers.ts';
import { serverTrouble } from './server-trouble.ts';

/** History from a running server, over its API. Throws `server_unreachable`, `server_answer`, and what it reports. */
export function serverHistory(server: string): HistorySource {
  const api = (path: string, query: Query = {}): URL => apiUrl(server, path, query);
  const of = (id: string | undefined, question: string): string =>
    id === undefined ? question : `monitors/${encodeURIComponent(id)}/${question}`;
  return {
    monitors: () => fetchAnswer<MonitorsAnswer>(api('monitors'), 'monitors'),
    monitor: (id) => fetchAnswer<MonitorAnswer>(api(`monitors/${encodeURIComponent(id)}`), 'id'),
    evidence: (id) => fetchAnswer<EvidencesAnswer>(api(of(id, 'evidence')), 'evidence'),
    reports: (id) => fetchAnswer<ReportsAnswer>(api(of(id, 'reports')), 'reports'),
    results: ({ id, limit, status, reason, location, group, ...rest }) => {
      const lists = { status: status?.join(','), reason: reason?.join(','), location: location?.join(',') };
      const query = { ...rest, ...lists, limit: limit?.toString(), group: group?.toString() };
      return fetchAnswer<ResultsAnswer>(api(of(id, 'results'), query), 'results');
    },
    uptime: ({ id, ...time } = {}) => fetchAnswer<UptimeAnswer>(api(of(id, 'uptime'), { ...time }), 'monitors'),
    latency: ({ id, ...time } = {}) => fetchAnswer<LatencyAnswer>(api(of(id, 'latency'), { ...time }), 'monitors'),
    series: ({ id, ...asked }) => fetchAnswer<SeriesAnswer>(api(of(id, 'series'), { ...asked }), 'points'),
    slo: ({ id, group } = {}) => fetchAnswer<SloAnswer>(api(of(id, 'slo'), { group }), 'objectives'),
    availability: (asked = {}) => fetchAnswer<AvailabilityAnswer>(api('availability', { ...asked }), 'groups'),
    insights: ({ limit, ...time } = {}) =>
      fetchAnswer<InsightsAnswer>(api('insights', { ...time, limit: limit?.toString() }), 'slowest'),
    report: ({ ids, groups, tags, ...words } = {}) => {
      const query = { ...words, id: ids, group: groups, tag: tags };
      return fetchAnswer<PeriodReportAnswer>(api('report', query), 'monitors');
    },
    ...serverTrouble(api),
    close: () => undefined,
  };
}
