/**
 * Longwatch as a library: asks a database file what it knows, with the words of the command line and of the API. What is
 * not exported here is nobody's business, and changes without notice.
 */
export { AppError, type ErrorCode } from './core/errors.ts';
export type {
  GroupReport,
  MonitorReport,
  PeriodReportAnswer,
  ReportedIncident,
  ReportedLatency,
  ReportedObjective,
  ReportedStep,
} from './core/period-report.ts';
export type { Reason } from './core/reasons.ts';
export type { Status } from './core/status.ts';
export type { AvailabilityRequest } from './query/asked-availability.ts';
export type { InsightsRequest } from './query/asked-insights.ts';
export type { ResultsRequest } from './query/asked-results.ts';
export type { AskedSeries as SeriesRequest } from './query/asked-series.ts';
export type { AvailabilityAnswer, GroupAvailability } from './query/availability.ts';
export type { EvidenceAnswer, EvidencesAnswer } from './query/evidence.ts';
export {
  openHistory,
  type History,
  type HistoryOptions,
  type LatencyRequest,
  type ReportRequest,
  type SloRequest,
  type UptimeRequest,
} from './query/history.ts';
export type { InsightsAnswer } from './query/insights-answer.ts';
export type { LatencyAnswer, LatencyWindowAnswer } from './query/latency.ts';
export type { MonitorAnswer, MonitorsAnswer } from './query/monitors.ts';
export type { ReportAnswer, ReportsAnswer } from './query/reports.ts';
export type { ResultAnswer, ResultsAnswer } from './query/results.ts';
export type { SeriesAnswer, SeriesPoint } from './query/series.ts';
export type { ObjectiveAnswer, SloAnswer } from './query/slo.ts';
export type { IncidentsRequest, NotificationsRequest, StormsRequest } from './query/trouble/asked-trouble.ts';
export type { ChannelAnswer, ChannelsAnswer } from './query/trouble/channels.ts';
export type { NotifyExplanationAnswer } from './query/trouble/explained.ts';
export type { IncidentAnswer } from './query/trouble/incident-answer.ts';
export type { IncidentReportAnswer } from './query/trouble/incident.ts';
export type { IncidentsAnswer } from './query/trouble/incidents.ts';
export type { MaintenanceAnswer, MaintenancePlanAnswer } from './query/trouble/maintenance.ts';
export type {
  NotificationAnswer,
  NotificationReportAnswer,
  NotificationsAnswer,
} from './query/trouble/notifications.ts';
export type { StormAnswer, StormsAnswer } from './query/trouble/storms.ts';
export type { TimelineAnswer } from './query/trouble/timeline.ts';
export type { UptimeWindowAnswer } from './query/uptime-windows.ts';
export type { UptimeAnswer } from './query/uptime.ts';
