import type { IncidentKind } from '../../core/trouble/incident.ts';
import type { Database } from '../../db/native.ts';
import { knownMonitors } from '../known-monitors.ts';
import { inSnapshot } from '../snapshot.ts';
import type { IncidentAnswer } from './incident-answer.ts';
import { incidentAnswer, SELECT_INCIDENTS, type NamedIncidentRow } from './incident-rows.ts';
import { readNumberCursor, writeNumberCursor } from './number-cursor.ts';
import { stormNumbers } from './storms.ts';

/** The most incidents one answer holds, and how many when nothing is said. */
export const MOST_INCIDENTS = 1000;
const USUAL_INCIDENTS = 100;

/** Which incidents are asked for. Times in ms since the epoch. */
export interface IncidentsQuestion {
  /** Only those that are open, or only those that are over; all when left out. */
  readonly open?: boolean | undefined;
  /** Only of this monitor. */
  readonly monitor?: string | undefined;
  /** Only those that are one of these at their worst; all when left out. */
  readonly status?: readonly IncidentKind[] | undefined;
  /** Only those that were not over before this. */
  readonly since?: number | undefined;
  /** Only those that began before this. */
  readonly until?: number | undefined;
  /** 1 to 1,000; 100 when left out. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the answer before. */
  readonly cursor?: string | undefined;
  readonly now: number;
}

/** Incidents, newest first. */
export interface IncidentsAnswer {
  readonly incidents: IncidentAnswer[];
  /** Asks for those before; `null` when there are none. */
  readonly next_cursor: string | null;
}

/** Which incidents are there? Throws `monitor_not_found` and `bad_request`. */
export function askIncidents(database: Database, question: IncidentsQuestion): IncidentsAnswer {
  return inSnapshot(database, () => findIncidents(database, question));
}

function findIncidents(database: Database, question: IncidentsQuestion): IncidentsAnswer {
  const { open, monitor, status, since, until, cursor, now, limit = USUAL_INCIDENTS } = question;
  const [row] = monitor === undefined ? [] : knownMonitors(database, monitor);
  const before = cursor === undefined ? undefined : readNumberCursor(cursor);
  const conditions: [string, unknown][] = [
    ['incidents.key < @before', before],
    ['incidents.monitor = @monitor', row],
    ['incidents.kind IN (SELECT value FROM json_each(@kinds))', status],
    ['(incidents.resolved_at IS NULL OR incidents.resolved_at > @since)', since],
    ['incidents.started_at < @until', until],
    [`incidents.resolved_at IS ${open === true ? '' : 'NOT '}NULL`, open],
  ];
  const asked = conditions.filter(([, value]) => value !== undefined).map(([condition]) => condition);
  const rows = database
    .prepare<[Record<string, unknown>], NamedIncidentRow>(
      `${SELECT_INCIDENTS} ${asked.length === 0 ? '' : `WHERE ${asked.join(' AND ')}`}
       ORDER BY incidents.key DESC LIMIT @most`,
    )
    .all({ before, monitor: row?.key, kinds: JSON.stringify(status ?? []), since, until, most: limit + 1 });
  const page = rows.slice(0, limit);
  const storms = stormNumbers(database, page, now);
  return {
    incidents: page.map((each) => incidentAnswer(each, { storm: storms.get(each.key) ?? null, now })),
    next_cursor: rows.length > limit ? writeNumberCursor(page.at(-1)?.key) : null,
  };
}
