import { keptMicroseconds } from '../../src/core/history/kept-result.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import type { Database, Statement } from '../../src/db/native.ts';

/** The least that keeping results can cost: the same values appended to a table without any index. */
export class BareTable {
  readonly #database: Database;
  readonly #insert: Statement;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`CREATE TABLE bare (slot INTEGER NOT NULL, monitor INTEGER NOT NULL, location INTEGER NOT NULL,
      interval_ms INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT, status_code INTEGER, late_ms INTEGER,
      duration_us INTEGER, dns_us INTEGER, connect_us INTEGER, tls_us INTEGER, wait_us INTEGER, body_us INTEGER,
      message TEXT, traced INTEGER, family INTEGER, attempt INTEGER) STRICT`);
    this.#insert = database.prepare('INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  }

  /** Writes rows in one transaction. */
  flush(rows: readonly (readonly unknown[])[]): void {
    const run = this.#database.transaction(() => {
      for (const row of rows) this.#insert.run(row);
    });
    run.immediate();
  }
}

/** The row of a result. */
export function bareRow(result: CheckResult): unknown[] {
  const { phases } = result;
  const times = [result.durationMs, phases.dns, phases.connect, phases.tls, phases.wait, phases.body];
  const late = result.startedAt === null ? null : Math.round(result.startedAt - result.slot);
  const monitor = Number(result.monitor.slice('site-'.length)) + 1;
  return [
    result.slot,
    monitor,
    1,
    result.interval,
    result.status,
    result.reason,
    result.statusCode,
    late,
    ...times.map(keptMicroseconds),
    result.status === 'up' ? null : result.message,
    1,
    4,
    null,
  ];
}
