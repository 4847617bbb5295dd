import type { ExportedMonitor, ExportedSpan } from '../core/history/export-line.ts';
import { addStroke, paintSpans, type Stroke } from '../core/history/paint-spans.ts';
import type { Span } from '../core/spans.ts';
import type { Database, Statement } from '../db/native.ts';

/** The newest verdict of a monitor all of whose results are gone. */
type LastVerdict = NonNullable<ExportedMonitor['last']>;

/**
 * Spans of an import that are older than every result there is of their monitor: nothing else tells of that time. They wait
 * in a temporary table, since what they may tell is known only when all results were added.
 */
export class ImportedSpans {
  readonly #database: Database;
  readonly #keep: Statement;
  readonly #last = new Map<number, LastVerdict>();
  /** Spans that were taken. */
  added = 0;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`CREATE TEMP TABLE imported_spans (
      monitor INTEGER NOT NULL, start INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT,
      PRIMARY KEY (monitor, start)) STRICT, WITHOUT ROWID`);
    this.#keep = database.prepare(
      'INSERT OR IGNORE INTO imported_spans (monitor, start, status, reason) VALUES (?, ?, ?, ?)',
    );
  }

  add(monitor: number, { start, status, reason }: ExportedSpan): void {
    this.#keep.run(monitor, Date.parse(start), status, reason);
  }

  /** What is known of the newest result of a monitor. */
  tellLast(monitor: number, last: LastVerdict): void {
    this.#last.set(monitor, last);
  }

  /** Takes what is older than all there is; after all results were added, within a transaction of the caller. */
  finish(): void {
    const database = this.#database;
    const monitors = database.prepare<[], number>('SELECT DISTINCT monitor FROM imported_spans').pluck().all();
    for (const monitor of monitors) this.#finishOne(monitor);
    database.exec('DROP TABLE imported_spans');
  }

  #finishOne(monitor: number): void {
    const spansOf = (table: string): Span[] =>
      this.#database
        .prepare<[number], Span>(`SELECT start, status, reason FROM ${table} WHERE monitor = ? ORDER BY start`)
        .all(monitor);
    const known = spansOf('spans');
    const last = this.#last.get(monitor);
    const first = known[0]?.start;
    // Without a result at all only the newest verdict says until when the last span is known to stand.
    if (first === undefined && last === undefined) return;
    const strokes: Stroke[] = [];
    const told = spansOf('imported_spans');
    for (const [index, { start, status, reason }] of told.entries()) {
      const to = Math.min(told[index + 1]?.start ?? Infinity, first ?? Infinity);
      if (start < to) addStroke(strokes, { from: start, to, status, reason });
    }
    if (strokes.length === 0) return;
    this.#replace(monitor, known, paintSpans(known, strokes));
    if (first === undefined && last !== undefined) this.#putHead(monitor, last);
  }

  #replace(monitor: number, before: readonly Span[], after: readonly Span[]): void {
    const remove = this.#database.prepare('DELETE FROM spans WHERE monitor = ? AND start = ?');
    const put = this.#database.prepare(
      'INSERT OR REPLACE INTO spans (monitor, start, status, reason) VALUES (?, ?, ?, ?)',
    );
    const starts = new Set(after.map(({ start }) => start));
    for (const { start } of before) if (!starts.has(start)) remove.run(monitor, start);
    for (const { start, status, reason } of after) put.run(monitor, start, status, reason);
    this.added += after.length - before.length;
    // Where the first span that was known goes on in the status of the last that was told.
    this.#database
      .prepare(
        'UPDATE heads SET since = (SELECT max(start) FROM spans WHERE monitor = @monitor) WHERE monitor = @monitor',
      )
      .run({ monitor });
  }

  #putHead(monitor: number, { slot, interval_ms, status, reason, status_code, duration_ms }: LastVerdict): void {
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO heads (monitor, slot, interval_ms, status, reason, since, status_code, duration_us)
         SELECT monitor, ?, ?, status, ?, max(start), ?, ? FROM spans WHERE monitor = ?`,
      )
      .run(
        Date.parse(slot),
        interval_ms,
        status === 'up' ? null : reason,
        status_code,
        duration_ms === null ? null : Math.round(duration_ms * 1000),
        monitor,
      );
  }
}
