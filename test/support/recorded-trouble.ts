import type { HttpMonitor } from '../../src/core/monitor/http.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import type { CheckOrder } from '../../src/core/trouble/check-order.ts';
import type { EventData } from '../../src/core/trouble/event.ts';
import type { Database } from '../../src/db/native.ts';
import type { SpanRow } from '../../src/db/schema.ts';
import type { IncidentRow, OutboxRow } from '../../src/db/trouble-schema.ts';
import type { FlushReport } from '../../src/recorder/flush.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { aMonitor } from './monitors.ts';
import { aResult } from './results.ts';

export const NOON = Date.UTC(2026, 10, 23, 12);
export const MINUTE = 60_000;

/** What a letter stands for; `-` is a minute without a result. */
const LETTERS: Readonly<Record<string, Partial<CheckResult>>> = {
  U: {},
  D: { status: 'degraded', reason: 'response_slow', message: 'slow' },
  F: { status: 'down', reason: 'conn_refused', message: 'refused', statusCode: null },
  /** Not checked. */
  M: { status: 'unknown', reason: 'missed_overlap', statusCode: null },
  /** Our own fault. */
  X: { status: 'unknown', reason: 'network_unreachable', statusCode: null },
  /** Cut off from the network. */
  B: { status: 'unknown', reason: 'cut_off', statusCode: null },
};
const SHORT: Readonly<Record<string, string>> = { up: 'U', degraded: 'D', down: 'F', unknown: '?' };

/** One result a minute from a minute on. */
export function resultsOf(letters: string, from = 0, overrides: Partial<CheckResult> = {}): CheckResult[] {
  return letters.split('').flatMap((letter, index) => {
    const said = LETTERS[letter];
    return said === undefined ? [] : [aResult({ slot: NOON + (from + index) * MINUTE, ...said, ...overrides })];
  });
}

/** A writer that watches monitors, and what it wrote in few words. Times are minutes since noon. */
export class Watching {
  readonly database: Database;
  writer: Writer;
  /** Minutes that were played. */
  minute = 0;

  constructor(database: Database, ...monitors: readonly Partial<HttpMonitor>[]) {
    this.database = database;
    this.writer = new Writer(database, NOON);
    this.sync(...(monitors.length === 0 ? [{}] : monitors));
  }

  sync(...monitors: readonly Partial<HttpMonitor>[]): number {
    const all = monitors.map((monitor) => aMonitor(monitor));
    return this.writer.sync(all, [], this.now).events;
  }

  get now(): number {
    return NOON + this.minute * MINUTE;
  }

  /** Records a result a minute, each as it comes. */
  play(letters: string, overrides: Partial<CheckResult> = {}): FlushReport[] {
    return letters.split('').map((letter) => {
      const report = this.record(resultsOf(letter, this.minute, overrides));
      this.minute += 1;
      return report;
    });
  }

  record(results: readonly CheckResult[]): FlushReport {
    return this.writer.flush({ batches: [results], now: this.now });
  }

  /** As after kill -9. */
  restart(): { readonly orders: readonly CheckOrder[]; readonly events: number } {
    this.writer = new Writer(this.database, this.now);
    return this.writer.takeUp(this.now);
  }

  /** `U0 F3`: up from minute 0, down from minute 3. */
  spans(monitor = 1): string {
    return this.rows<SpanRow>('SELECT * FROM spans WHERE monitor = ? ORDER BY start', monitor)
      .map(({ start, status }) => `${SHORT[status]}${minuteOf(start)}`)
      .join(' ');
  }

  /** `1 down critical 2-5 recovered`: number, kind, severity, minutes of beginning and end, how it ended. */
  incidents(): string[] {
    return this.rows<IncidentRow>('SELECT * FROM incidents ORDER BY key').map((row) => {
      const end = row.resolved_at === null ? 'open' : `${minuteOf(row.resolved_at)} ${row.resolution}`;
      return `${row.key} ${row.kind} ${row.severity} ${minuteOf(row.started_at)}-${end}`;
    });
  }

  /** `down 1 U>F`: kind, number of the incident, from which status to which. */
  events(): string[] {
    return this.outbox().map(({ kind, incident, data }) => {
      const { from, to } = data;
      return `${kind} ${incident} ${SHORT[from ?? ''] ?? '-'}>${SHORT[to ?? ''] ?? '-'}`;
    });
  }

  outbox(): (Omit<OutboxRow, 'data'> & { readonly data: EventData })[] {
    return this.rows<OutboxRow>('SELECT * FROM outbox ORDER BY seq').map((row) =>
      Object.assign(row, { data: JSON.parse(row.data) as EventData }),
    );
  }

  /** Kinds and data of an incident's timeline. */
  timeline(incident: number): (readonly [string, Record<string, unknown>])[] {
    return this.rows<{ kind: string; data: string }>(
      'SELECT kind, data FROM incident_events WHERE incident = ? ORDER BY key',
      incident,
    ).map(({ kind, data }) => [kind, JSON.parse(data) as Record<string, unknown>]);
  }

  rows<Row>(sql: string, ...values: unknown[]): Row[] {
    return this.database.prepare<unknown[], Row>(sql).all(...values);
  }
}

function minuteOf(moment: number): number {
  return (moment - NOON) / MINUTE;
}
