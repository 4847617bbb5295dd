import { formatMoment } from '../../core/time-window.ts';
import type { IncidentRow } from '../../db/trouble-schema.ts';
import { readCause } from './cause-answer.ts';
import type { IncidentAnswer } from './incident-answer.ts';

/** An incident with the names of what it is about. */
export type NamedIncidentRow = IncidentRow & {
  readonly monitor_id: string | null;
  readonly monitor_name: string | null;
  readonly group_name: string | null;
  readonly location_name: string | null;
};

/** Selects {@link NamedIncidentRow}s; conditions follow. */
export const SELECT_INCIDENTS = `
  SELECT incidents.*, monitors.id AS monitor_id, monitors.name AS monitor_name, monitors.group_name AS group_name,
    locations.name AS location_name
  FROM incidents LEFT JOIN monitors ON monitors.key = incidents.monitor
    LEFT JOIN locations ON locations.key = incidents.location`;

/** An incident as it stands at `now` (ms since the epoch). */
export function incidentAnswer(
  row: NamedIncidentRow,
  { storm, now }: { readonly storm: number | null; readonly now: number },
): IncidentAnswer {
  const { resolved_at, acknowledged_at, silenced_until } = row;
  return {
    number: row.key,
    kind: row.kind,
    severity: row.severity,
    open: resolved_at === null,
    status: row.status,
    flapping: row.flapping === 1,
    monitor: row.monitor_id,
    name: row.monitor_name,
    group: row.group_name,
    location: row.location_name,
    started_at: formatMoment(row.started_at),
    opened_at: formatMoment(row.opened_at),
    resolved_at: resolved_at === null ? null : formatMoment(resolved_at),
    resolution: row.resolution,
    duration_seconds: Math.max(0, (resolved_at ?? Math.floor(now)) - row.started_at) / 1000,
    cause: readCause(row.cause),
    acknowledged: acknowledged_at === null ? null : { at: formatMoment(acknowledged_at), by: row.acknowledged_by },
    silenced_until:
      resolved_at !== null || silenced_until === null || silenced_until <= now ? null : formatMoment(silenced_until),
    storm,
  };
}
