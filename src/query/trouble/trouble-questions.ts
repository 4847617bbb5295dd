import {
  readIncidents,
  readStorms,
  type IncidentsRequest,
  type NotificationsRequest,
  type StormsRequest,
} from './asked-trouble.ts';
import type { HistoryFile } from '../history-file.ts';
import type { ChannelsAnswer } from './channels.ts';
import type { NotifyExplanationAnswer } from './explained.ts';
import type { IncidentReportAnswer } from './incident.ts';
import type { IncidentsAnswer } from './incidents.ts';
import type { MaintenanceAnswer } from './maintenance.ts';
import type { NotificationReportAnswer, NotificationsAnswer } from './notifications.ts';
import type { StormsAnswer } from './storms.ts';

/** Every question that can be asked of trouble, and of who is told of it. */
export interface TroubleQuestions {
  /** Stretches of trouble, newest first. Throws `monitor_not_found` and `bad_request`. */
  incidents(request?: IncidentsRequest): IncidentsAnswer;
  /** All there is to know of one. Throws `not_found`. */
  incident(number: number): IncidentReportAnswer;
  /** Incidents that belong together. Throws `bad_request`. */
  storms(request?: StormsRequest): StormsAnswer;
  /** Messages and their fate, newest first. Throws `bad_request`. */
  notifications(request?: NotificationsRequest): NotificationsAnswer;
  /** One message, and each attempt to deliver it. Throws `not_found`. */
  notification(number: number): NotificationReportAnswer;
  /** The channels and how they fare. */
  channels(): ChannelsAnswer;
  /** Maintenance that is now or comes. */
  maintenance(): MaintenanceAnswer;
  /** Who would be told what of a monitor and when, and why not. Throws `monitor_not_found`. */
  notifyExplanation(id: string): NotifyExplanationAnswer;
}

/** The questions to a database file, asked at a moment that `now` gives (ms since the epoch). */
export function troubleQuestionsOf(file: HistoryFile, now: () => number): TroubleQuestions {
  return {
    incidents: (request = {}) => file.ask('incidents', readIncidents(request, now())),
    incident: (number) => file.ask('incident', { number, now: now() }),
    storms: (request = {}) => file.ask('storms', readStorms(request, now())),
    notifications: (request = {}) => file.ask('notifications', { ...request, now: now() }),
    notification: (number) => file.ask('notification', { number, now: now() }),
    channels: () => file.ask('channels', { now: now() }),
    maintenance: () => file.ask('maintenance', { now: now() }),
    notifyExplanation: (id) => file.ask('notify_explanation', { id, now: now() }),
  };
}
