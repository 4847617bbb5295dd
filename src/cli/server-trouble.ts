import type { ChannelsAnswer } from '../query/trouble/channels.ts';
import type { NotifyExplanationAnswer } from '../query/trouble/explained.ts';
import type { IncidentReportAnswer } from '../query/trouble/incident.ts';
import type { IncidentsAnswer } from '../query/trouble/incidents.ts';
import type { MaintenanceAnswer } from '../query/trouble/maintenance.ts';
import type { NotificationReportAnswer, NotificationsAnswer } from '../query/trouble/notifications.ts';
import type { StormsAnswer } from '../query/trouble/storms.ts';
import type { TroubleQuestions } from '../query/trouble/trouble-questions.ts';
import type { HistorySource } from './history-source.ts';
import { fetchAnswer, type Query } from './server-answers.ts';

type TroubleSource = Pick<HistorySource, keyof TroubleQuestions>;

/** What a running server knows of trouble, over its API. Throws what `fetchAnswer` throws. */
export function serverTrouble(api: (path: string, query?: Query) => URL): TroubleSource {
  return {
    incidents: ({ open, status, limit, ...rest } = {}) => {
      const query = { ...rest, open: open?.toString(), status: status?.join(','), limit: limit?.toString() };
      return fetchAnswer<IncidentsAnswer>(api('incidents', query), 'incidents');
    },
    incident: (number) => fetchAnswer<IncidentReportAnswer>(api(`incidents/${number}`), 'timeline'),
    storms: (request = {}) => fetchAnswer<StormsAnswer>(api('storms', { ...request }), 'storms'),
    notifications: ({ state, channel, incident, limit, cursor } = {}) => {
      const query = {
        channel,
        cursor,
        state: state?.join(','),
        incident: incident?.toString(),
        limit: limit?.toString(),
      };
      return fetchAnswer<NotificationsAnswer>(api('notifications', query), 'notifications');
    },
    notification: (number) => fetchAnswer<NotificationReportAnswer>(api(`notifications/${number}`), 'attempts'),
    channels: () => fetchAnswer<ChannelsAnswer>(api('channels'), 'channels'),
    maintenance: () => fetchAnswer<MaintenanceAnswer>(api('maintenance'), 'maintenance'),
    notifyExplanation: (id) =>
      fetchAnswer<NotifyExplanationAnswer>(api(`monitors/${encodeURIComponent(id)}/notify`), 'lines'),
  };
}
