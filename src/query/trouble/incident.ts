import { AppError } from '../../core/errors.ts';
import type { KeptEvidence } from '../../core/kept-evidence.ts';
import { formatMoment } from '../../core/time-window.ts';
import { traceIdOf } from '../../core/trace-id.ts';
import type { Database } from '../../db/native.ts';
import { keptAnswer, type KeptAnswer } from '../evidence.ts';
import { inSnapshot } from '../snapshot.ts';
import { traceSeedOf } from '../trace-seed.ts';
import type { IncidentAnswer } from './incident-answer.ts';
import { incidentAnswer, SELECT_INCIDENTS, type NamedIncidentRow } from './incident-rows.ts';
import { notificationsOf, type NotificationAnswer } from './notifications.ts';
import { stormOf, type StormAnswer } from './storms.ts';
import { timelineOf, type TimelineAnswer } from './timeline.ts';

/** What a check of an incident saw. */
export interface IncidentEvidenceAnswer extends KeptAnswer {
  /** When the check was due, RFC 3339. */
  readonly slot: string;
  readonly location: string | null;
}

/** One incident, and all there is to know of it. */
export interface IncidentReportAnswer {
  readonly incident: IncidentAnswer;
  /** What happened, in order. */
  readonly timeline: TimelineAnswer[];
  /** What was seen at the first failure and at the recovery; `null` for what nothing was kept of. */
  readonly evidence: {
    readonly failure: IncidentEvidenceAnswer | null;
    readonly recovery: IncidentEvidenceAnswer | null;
  };
  /** In the order in which they were decided. */
  readonly notifications: NotificationAnswer[];
  /** What else happened of the same cause; `null` when it came alone. */
  readonly storm: StormAnswer | null;
}

interface EvidenceRow {
  readonly moment: 'failure' | 'recovery';
  readonly slot: number;
  readonly location: string | null;
  readonly data: string;
}

/** What is known of one incident? `now`: ms since the epoch. Throws `not_found`. */
export function askIncident(
  database: Database,
  { number, now }: { readonly number: number; readonly now: number },
): IncidentReportAnswer {
  return inSnapshot(database, () => {
    const row = database.prepare<[number], NamedIncidentRow>(`${SELECT_INCIDENTS} WHERE incidents.key = ?`).get(number);
    if (row === undefined) throw incidentNotFound(database, number);
    const storm = stormOf(database, row, now);
    return {
      incident: incidentAnswer(row, { storm: storm?.storm ?? null, now }),
      timeline: timelineOf(database, number),
      evidence: evidenceOf(database, row, now),
      notifications: notificationsOf(database, number, now),
      storm,
    };
  });
}

function incidentNotFound(database: Database, number: number): AppError {
  const newest = database.prepare<[], number | null>('SELECT max(key) FROM incidents').pluck().get();
  const hint =
    newest === null || newest === undefined
      ? 'There was none yet.'
      : `The newest is ${newest}; "longwatch incidents" lists them.`;
  return new AppError('not_found', `there is no incident ${number}`, { hint });
}

function evidenceOf(
  database: Database,
  { key, monitor_id }: NamedIncidentRow,
  now: number,
): IncidentReportAnswer['evidence'] {
  const seed = traceSeedOf(database);
  const rows = database.prepare<[number], EvidenceRow>(
    `SELECT moment, slot, locations.name AS location, data FROM incident_evidence
     LEFT JOIN locations ON locations.key = incident_evidence.location WHERE incident = ?`,
  );
  const found: { failure: IncidentEvidenceAnswer | null; recovery: IncidentEvidenceAnswer | null } = {
    failure: null,
    recovery: null,
  };
  for (const { moment, slot, location, data } of rows.all(key)) {
    const kept = JSON.parse(data) as KeptEvidence;
    const traceId = seed === undefined || monitor_id === null ? null : traceIdOf(seed, monitor_id, slot);
    found[moment] = { slot: formatMoment(slot), location, ...keptAnswer(kept, traceId, now) };
  }
  return found;
}
