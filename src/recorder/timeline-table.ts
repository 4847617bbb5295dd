import type { TimelineKind } from '../core/trouble/incident.ts';
import type { Database, Statement } from '../db/native.ts';

/** What a target or a reminder can add for as long as an incident is open, and how many rows of each are kept. */
const ENDLESS: ReadonlySet<TimelineKind> = new Set(['changed', 'unobserved', 'flapping', 'calm', 'notification']);
const MOST_OF_A_KIND = 200;
/** Old rows are looked for by one new row in so many, whichever incident it is of. */
const TRIM_EVERY = 17;

/** What happened in the course of incidents. All calls within a transaction of the caller. */
export class TimelineTable {
  readonly #add: Statement<[number, number, string, string]>;
  readonly #trim: Statement<[number, string, number]>;

  constructor(database: Database) {
    this.#add = database.prepare('INSERT INTO incident_events (incident, at, kind, data) VALUES (?, ?, ?, ?)');
    this.#trim = database.prepare(`
      DELETE FROM incident_events WHERE key IN (
        SELECT key FROM incident_events WHERE incident = ? AND kind = ? ORDER BY key DESC LIMIT -1 OFFSET ?)`);
  }

  /** Adds a row, in whose favour the oldest of many of its kind go; `at`: when it happened, ms since the epoch; what `data` holds depends on the kind. */
  add(incident: number, at: number, kind: TimelineKind, data: Readonly<Record<string, unknown>> = {}): void {
    const { lastInsertRowid: key } = this.#add.run(incident, Math.floor(at), kind, JSON.stringify(data));
    if (ENDLESS.has(kind) && Number(key) % TRIM_EVERY === 0) this.#trim.run(incident, kind, MOST_OF_A_KIND);
  }
}
