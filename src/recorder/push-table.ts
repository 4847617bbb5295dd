import { MOST_REPORTS, type KeptPush, type KeptReport, type PushMemory, type PushWrite } from '../core/push-report.ts';
import type { PushRun } from '../core/push-state.ts';
import type { Database, Statement } from '../db/native.ts';
import type { PushStateRow } from '../db/schema.ts';

/** What writing needs to know beside what is written. */
export interface PushContext {
  /** The key of a monitor; one that the database was never told of is left out. */
  readonly keyOf: (monitor: string) => number | undefined;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
}

/** Keeps where the monitors stand whose jobs report by themselves, and their newest reports. */
export class PushTable {
  readonly #saveState: Statement;
  readonly #addReport: Statement;
  readonly #dropOldReports: Statement<[number, number, number]>;
  readonly #saveAlive: Statement<[string]>;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    this.#saveState = database.prepare(`
      INSERT OR REPLACE INTO push_states
        (monitor, rule, watched_since, last_report, due, spoken_until, last_slot, status, reason, runs, left_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#addReport = database.prepare(`
      INSERT INTO reports (monitor, at, kind, exit_status, run, run_us, message, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#dropOldReports = database.prepare(`
      DELETE FROM reports WHERE monitor = ? AND key <=
        (SELECT key FROM reports WHERE monitor = ? ORDER BY key DESC LIMIT 1 OFFSET ?)`);
    this.#saveAlive = database.prepare(`
      INSERT INTO meta (name, value) VALUES ('push_alive', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
  }

  /** Writes within a transaction of the caller. */
  write({ aliveAt, states, reports }: PushWrite, { keyOf, redact }: PushContext): void {
    for (const kept of states) {
      const key = keyOf(kept.monitor);
      if (key !== undefined) this.#save(key, kept);
    }
    for (const report of reports) {
      const key = keyOf(report.monitor);
      if (key !== undefined) this.#add(key, report, redact);
    }
    this.#saveAlive.run(String(Math.floor(aliveAt)));
  }

  /** What is kept of monitors that are or were configured. */
  read(): PushMemory {
    const rows = this.#database
      .prepare<[], PushStateRow & { readonly id: string }>(
        'SELECT push_states.*, monitors.id FROM push_states JOIN monitors ON monitors.key = push_states.monitor',
      )
      .all();
    const alive = this.#database
      .prepare<[], { value: string }>("SELECT value FROM meta WHERE name = 'push_alive'")
      .get();
    return { aliveAt: alive === undefined ? null : Number(alive.value), states: rows.map(keptPush) };
  }

  #save(key: number, { rule, state, leftAt }: KeptPush): void {
    const { watchedSince, lastReport, due, spokenUntil, lastSlot, status, reason, runs } = state;
    const times = [watchedSince, lastReport, due, spokenUntil, lastSlot];
    this.#saveState.run([key, rule, ...times, status, reason, JSON.stringify(runs), leftAt]);
  }

  #add(key: number, report: KeptReport, redact: (text: string) => string): void {
    const { at, kind, exitStatus, run, runMs, message, text } = report;
    const runUs = runMs === null ? null : Math.round(runMs * 1000);
    const words = message === null ? null : redact(message);
    this.#addReport.run([key, at, kind, exitStatus, run, runUs, words, text === '' ? null : redact(text)]);
    this.#dropOldReports.run(key, key, MOST_REPORTS);
  }
}

function keptPush(row: PushStateRow & { readonly id: string }): KeptPush {
  return {
    monitor: row.id,
    rule: row.rule,
    leftAt: row.left_at,
    state: {
      watchedSince: row.watched_since,
      lastReport: row.last_report,
      due: row.due,
      spokenUntil: row.spoken_until,
      lastSlot: row.last_slot,
      status: row.status,
      reason: row.reason,
      runs: JSON.parse(row.runs) as PushRun[],
    },
  };
}
