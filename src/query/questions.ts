import { askAvailability } from './availability.ts';
import { askEvidence } from './evidence.ts';
import { askInsights } from './insights.ts';
import { askLatency } from './latency.ts';
import { askMonitor, askMonitors } from './monitors.ts';
import { askPeriodReportText } from './period-report-text.ts';
import { askPeriodReport } from './period-report.ts';
import { askReportMessage } from './report-message.ts';
import { askReports } from './reports.ts';
import { askResults } from './results.ts';
import { askSeries } from './series.ts';
import { askSlo } from './slo.ts';
import { askChannels } from './trouble/channels.ts';
import { askNotifyExplanation } from './trouble/explained.ts';
import { askIncident } from './trouble/incident.ts';
import { askIncidents } from './trouble/incidents.ts';
import { askMaintenance } from './trouble/maintenance.ts';
import { askNotification, askNotifications } from './trouble/notifications.ts';
import { askStorms } from './trouble/storms.ts';
import { askUptime } from './uptime.ts';

/** Every question that can be asked of history, by name: a function of an open database and its parameters. */
export const QUESTIONS = {
  monitors: askMonitors,
  monitor: askMonitor,
  results: askResults,
  evidence: askEvidence,
  reports: askReports,
  uptime: askUptime,
  latency: askLatency,
  series: askSeries,
  slo: askSlo,
  availability: askAvailability,
  insights: askInsights,
  report: askPeriodReport,
  report_text: askPeriodReportText,
  report_message: askReportMessage,
  incidents: askIncidents,
  incident: askIncident,
  storms: askStorms,
  notifications: askNotifications,
  notification: askNotification,
  channels: askChannels,
  maintenance: askMaintenance,
  notify_explanation: askNotifyExplanation,
} as const;

export type QuestionName = keyof typeof QUESTIONS;
export type QuestionOf<Name extends QuestionName> = Parameters<(typeof QUESTIONS)[Name]>[1];
export type AnswerTo<Name extends QuestionName> = ReturnType<(typeof QUESTIONS)[Name]>;
