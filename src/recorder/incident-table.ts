import type { Status } from '../core/status.ts';
import type { Severity } from '../core/trouble/event.ts';
import type { IncidentKind, Resolution } from '../core/trouble/incident.ts';
import type { Database, Statement } from '../db/native.ts';
import type { IncidentRow } from '../db/trouble-schema.ts';

/** An incident as it begins. */
export interface NewIncident {
  readonly kind: IncidentKind;
  /** The key of its monitor, or of the location that is blind. */
  readonly monitor: number | null;
  readonly location: number | null;
  readonly severity: Severity;
  readonly status: Status;
  readonly started_at: number;
  readonly opened_at: number;
  /** An `EventCause` as JSON. */
  readonly cause: string | null;
  readonly flapping: 0 | 1;
}

/** What can change of an incident that is open. */
export type IncidentChange = Pick<IncidentRow, 'kind' | 'severity' | 'status' | 'cause' | 'flapping'>;

/** When and how an incident ended. */
export interface IncidentEnd {
  readonly resolved_at: number;
  readonly closed_at: number;
  readonly resolution: Resolution;
  readonly status: Status;
}

/** Evidence of one moment of an incident, as it is kept of checks. */
export interface MomentEvidence {
  readonly slot: number;
  readonly location: number;
  readonly data: string;
}

/** So many incidents of each monitor have their evidence: a target that fails all day must not fill the disk. */
const MOST_WITH_EVIDENCE = 100;

/** Incidents and what was seen at their beginning and end. All calls within a transaction of the caller. */
export class IncidentTable {
  readonly #open: Statement<[NewIncident]>;
  readonly #byKey: Statement<[number], IncidentRow>;
  readonly #openOf: Statement<[number], IncidentRow>;
  readonly #allOpen: Statement<[], IncidentRow>;
  readonly #change: Statement<[IncidentChange & { key: number }]>;
  readonly #close: Statement<[IncidentEnd & { key: number }]>;
  readonly #evidence: Statement<[number, string, number, number, string]>;
  readonly #forgetEvidence: Statement<[number, number]>;

  constructor(database: Database) {
    this.#open = database.prepare(`
      INSERT INTO incidents (kind, monitor, location, severity, status, started_at, opened_at, cause, flapping)
      VALUES (@kind, @monitor, @location, @severity, @status, @started_at, @opened_at, @cause, @flapping)`);
    this.#byKey = database.prepare('SELECT * FROM incidents WHERE key = ?');
    this.#openOf = database.prepare(
      'SELECT * FROM incidents WHERE monitor = ? AND resolved_at IS NULL ORDER BY key DESC LIMIT 1',
    );
    this.#allOpen = database.prepare('SELECT * FROM incidents WHERE resolved_at IS NULL ORDER BY key');
    this.#change = database.prepare(`
      UPDATE incidents SET kind = @kind, severity = @severity, status = @status, cause = @cause, flapping = @flapping
      WHERE key = @key`);
    this.#close = database.prepare(`
      UPDATE incidents SET resolved_at = @resolved_at, closed_at = @closed_at, resolution = @resolution,
        status = @status, flapping = 0
      WHERE key = @key`);
    this.#evidence = database.prepare(`
      INSERT INTO incident_evidence (incident, moment, slot, location, data) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING`);
    this.#forgetEvidence = database.prepare(`
      DELETE FROM incident_evidence WHERE incident = (
        SELECT key FROM incidents WHERE monitor = ? ORDER BY started_at DESC, key DESC LIMIT 1 OFFSET ?)`);
  }

  /** Opens one, and returns its number. What was seen in one of its monitor long ago goes. */
  open(incident: NewIncident): number {
    const number = Number(this.#open.run(incident).lastInsertRowid);
    if (incident.monitor !== null) this.#forgetEvidence.run(incident.monitor, MOST_WITH_EVIDENCE);
    return number;
  }

  /** The one of this number, open or not. */
  find(number: number): IncidentRow | undefined {
    return this.#byKey.get(number);
  }

  /** The open one of a monitor, which has at most one. */
  openOf(monitor: number): IncidentRow | undefined {
    return this.#openOf.get(monitor);
  }

  /** All that are open, by number. */
  allOpen(): readonly IncidentRow[] {
    return this.#allOpen.all();
  }

  change(incident: IncidentRow, changed: Partial<IncidentChange>): void {
    const { key, kind, severity, status, cause, flapping } = incident;
    this.#change.run({ key, kind, severity, status, cause, flapping, ...changed });
  }

  close(key: number, end: IncidentEnd): void {
    this.#close.run({ key, ...end });
  }

  /** Keeps what was seen; what is kept of that moment already stays. */
  keepEvidence(incident: number, moment: 'failure' | 'recovery', { slot, location, data }: MomentEvidence): void {
    this.#evidence.run(incident, moment, slot, location, data);
  }
}
