import type { TimelineKind } from '../core/trouble/incident.ts';
import type { Database, Statement } from '../db/native.ts';

/** What happened in the course of incidents. All calls within a transaction of the caller. */
export class TimelineTable {
  readonly #add: Statement<[number, number, string, string]>;

  constructor(database: Database) {
    this.#add = database.prepare('INSERT INTO incident_events (incident, at, kind, data) VALUES (?, ?, ?, ?)');
  }

  /** Adds a row; `at`: when it happened, ms since the epoch; what `data` holds depends on the kind. */
  add(incident: number, at: number, kind: TimelineKind, data: Readonly<Record<string, unknown>> = {}): void {
    this.#add.run(incident, Math.floor(at), kind, JSON.stringify(data));
  }
}
