import type { Status } from '../../core/status.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { Severity } from '../../core/trouble/event.ts';
import type { IncidentKind, Resolution } from '../../core/trouble/incident.ts';
import type { IncidentRow } from '../../db/trouble-schema.ts';
import { readCause, type CauseAnswer } from './cause-answer.ts';

/** A stretch of trouble. Times are RFC 3339. */
export interface IncidentAnswer {
  readonly number: number;
  /** What it is at its worst. */
  readonly kind: IncidentKind;
  readonly severity: Severity;
  readonly open: boolean;
  /** How its monitor stands as of the newest change, while it is open. */
  readonly status: Status;
  readonly flapping: boolean;
  /** The monitor's id, name and group; `null` when this monitor itself was blind. */
  readonly monitor: string | null;
  readonly name: string | null;
  readonly group: string | null;
  /** Where we were blind; `null` for the rest. */
  readonly location: string | null;
  /** When the first failure was due, and when it was confirmed. */
  readonly started_at: string;
  readonly opened_at: string;
  /** When the first success after it was due; `null` while it is open. */
  readonly resolved_at: string | null;
  readonly resolution: Resolution | null;
  /** From its beginning to its end, or to now. */
  readonly duration_seconds: number;
  readonly cause: CauseAnswer | null;
  readonly acknowledged: { readonly at: string; readonly by: string | null } | null;
  /** Nobody is told of it until then; `null` when it is not silenced now. */
  readonly silenced_until: string | null;
  /** The storm it is part of: the number of its first incident; `null` when it came alone. */
  readonly storm: number | null;
}

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
