import type { ExportedMonitor, ExportedSpan } from '../core/history/export-line.ts';
import type { NamedResult } from '../core/history/exported-result.ts';
import { RESULT_COLUMNS, resultColumns } from '../core/history/csv-result.ts';
import type { Database, SqliteDriver, Statement } from './native.ts';

const TABLES = `
  CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) STRICT;
  CREATE TABLE monitors (
    id TEXT PRIMARY KEY, name TEXT, type TEXT, target TEXT, group_name TEXT, tags TEXT, enabled INTEGER,
    interval_ms INTEGER, timeout_ms INTEGER, created_at TEXT, removed_at TEXT) STRICT;
  CREATE TABLE spans (monitor TEXT, start TEXT, status TEXT, reason TEXT) STRICT;
  CREATE TABLE results (
    monitor TEXT NOT NULL, location TEXT NOT NULL, slot TEXT NOT NULL, interval_ms INTEGER NOT NULL,
    status TEXT NOT NULL, reason TEXT, message TEXT, status_code INTEGER, late_ms INTEGER, duration_ms REAL,
    dns_ms REAL, connect_ms REAL, tls_ms REAL, wait_ms REAL, body_ms REAL, ip_version INTEGER, attempt INTEGER,
    trace_id TEXT) STRICT`;

const INDEXES = `
  CREATE INDEX results_monitor_slot ON results (monitor, slot);
  CREATE INDEX spans_monitor_start ON spans (monitor, start)`;

/**
 * A new SQLite file with results in plain tables, for people with a database browser: times as text (RFC 3339), names
 * instead of keys. It is not a database that Longwatch can serve from.
 */
export class PlainResultsFile {
  readonly #database: Database;
  readonly #addResult: Statement;

  /** `path` names an empty file. Nothing is safe in it before `finish`. */
  constructor(driver: SqliteDriver, path: string) {
    this.#database = new driver(path);
    // A file that is thrown away when anything goes wrong needs no journal.
    this.#database.pragma('journal_mode = OFF');
    this.#database.pragma('synchronous = OFF');
    this.#database.exec(TABLES);
    const places = RESULT_COLUMNS.map(() => '?').join(', ');
    this.#addResult = this.#database.prepare(`INSERT INTO results (${RESULT_COLUMNS.join(', ')}) VALUES (${places})`);
    this.#database.exec('BEGIN');
  }

  addAbout(facts: Readonly<Record<string, string | null>>): void {
    const add = this.#database.prepare('INSERT INTO about (name, value) VALUES (?, ?)');
    for (const [name, value] of Object.entries(facts)) add.run(name, value);
  }

  addMonitors(monitors: readonly ExportedMonitor[]): void {
    const add = this.#database.prepare(`
      INSERT INTO monitors (id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms, created_at,
        removed_at) VALUES (@id, @name, @type, @target, @group, @tags, @enabled, @interval_ms, @timeout_ms,
        @created_at, @removed_at)`);
    for (const { kind: _, last: __, ...monitor } of monitors) {
      add.run({ ...monitor, tags: JSON.stringify(monitor.tags), enabled: monitor.enabled ? 1 : 0 });
    }
  }

  addSpans(spans: readonly ExportedSpan[]): void {
    const add = this.#database.prepare('INSERT INTO spans (monitor, start, status, reason) VALUES (?, ?, ?, ?)');
    for (const { monitor, start, status, reason } of spans) add.run(monitor, start, status, reason);
  }

  addResults(results: readonly NamedResult[]): void {
    for (const result of results) this.#addResult.run(resultColumns(result));
  }

  /** Makes the indexes and closes the file. */
  finish(): void {
    this.#database.exec('COMMIT');
    this.#database.pragma('temp_store = FILE');
    this.#database.exec(INDEXES);
    this.#database.close();
  }

  /** Closes the file as it is. */
  abandon(): void {
    this.#database.close();
  }
}
