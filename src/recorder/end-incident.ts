import type { Status } from '../core/status.ts';
import type { EventCause, EventProof } from '../core/trouble/event.ts';
import type { Resolution } from '../core/trouble/incident.ts';
import type { Database } from '../db/native.ts';
import type { IncidentRow } from '../db/trouble-schema.ts';
import { IncidentTable } from './incident-table.ts';
import { OutboxTable } from './outbox-table.ts';
import { TimelineTable } from './timeline-table.ts';

/** The tables that trouble is written into. */
export interface TroubleTables {
  readonly incidents: IncidentTable;
  readonly timeline: TimelineTable;
  readonly outbox: OutboxTable;
}

/** The tables that trouble is written into; any number of them may be at work on one connection. */
export function troubleTables(database: Database): TroubleTables {
  return {
    incidents: new IncidentTable(database),
    timeline: new TimelineTable(database),
    outbox: new OutboxTable(database),
  };
}

/** How an incident ends. */
export interface Ending {
  /** Wall-clock time, ms. */
  readonly now: number;
  /** From when on all is well, ms: the slot of the first success; `now` when it is ended without one. */
  readonly resolvedAt: number;
  readonly resolution: Resolution;
  readonly proof: EventProof | null;
  /** How its monitor stood before and stands now. */
  readonly from: Status | null;
  readonly to: Status | null;
  /** What tells of it; `up` when left out. */
  readonly event?: 'up' | 'calm' | 'sighted';
  /** Who ended it by hand, and why. */
  readonly by?: string | null;
  readonly note?: string | null;
  /** The name of the place that is no longer blind. */
  readonly location?: string;
}

/**
 * Ends an open incident: its row, the last entry of its timeline and the event that tells of it. Within a transaction of
 * the caller. Returns the number of the event.
 */
export function endIncident(tables: TroubleTables, incident: IncidentRow, ending: Ending): number {
  const { now, resolvedAt, resolution, proof, from, to, event = 'up', by = null, note = null } = ending;
  const at = Math.floor(now);
  const until = Math.max(Math.floor(resolvedAt), incident.started_at);
  tables.incidents.close(incident.key, {
    resolved_at: until,
    closed_at: at,
    resolution,
    status: to ?? incident.status,
  });
  tables.timeline.add(incident.key, at, 'resolved', { resolution, by, note, proof });
  return tables.outbox.add({
    kind: event,
    at,
    monitor: incident.monitor,
    incident: incident.key,
    severity: incident.severity,
    data: {
      from,
      to,
      since: incident.started_at,
      until,
      cause: causeIn(incident),
      proof,
      location: ending.location ?? null,
    },
  });
}

/** The newest cause of an incident. */
export function causeIn({ cause }: Pick<IncidentRow, 'cause'>): EventCause | null {
  return cause === null ? null : (JSON.parse(cause) as EventCause);
}
