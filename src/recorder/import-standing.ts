import { paintSpans, type Stroke } from '../core/history/paint-spans.ts';
import type { Span } from '../core/spans.ts';
import { USUAL_RULES, type TroubleRules } from '../core/trouble/rules.ts';
import type { Database, Statement } from '../db/native.ts';
import type { HeadRow } from '../db/schema.ts';

/** Spans and heads as an import finds and leaves them. All calls within a transaction of the caller. */
export class ImportedStanding {
  readonly #spansOf: Statement<[number], Span>;
  readonly #spanAt: Statement<[number, number], Span>;
  readonly #rulesOf: Statement<[number], string | null>;
  readonly #openOf: Statement<[number], number>;
  readonly #putSpan: Statement;
  readonly #removeSpan: Statement<[number, number]>;
  readonly #putHead: Statement;

  constructor(database: Database) {
    this.#spansOf = database.prepare('SELECT start, status, reason FROM spans WHERE monitor = ? ORDER BY start');
    this.#spanAt = database.prepare(
      'SELECT start, status, reason FROM spans WHERE monitor = ? AND start <= ? ORDER BY start DESC LIMIT 1',
    );
    this.#rulesOf = database.prepare<[number], string | null>('SELECT rules FROM monitors WHERE key = ?').pluck();
    this.#openOf = database
      .prepare<[number], number>('SELECT 1 FROM incidents WHERE resolved_at IS NULL AND monitor = ?')
      .pluck();
    this.#putSpan = database.prepare(
      'INSERT OR REPLACE INTO spans (monitor, start, status, reason) VALUES (?, ?, ?, ?)',
    );
    this.#removeSpan = database.prepare('DELETE FROM spans WHERE monitor = ? AND start = ?');
    this.#putHead = database.prepare(`
      INSERT OR REPLACE INTO heads (monitor, slot, interval_ms, status, reason, since, status_code, duration_us,
        last_status, machine) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  /** The span that covers a moment. */
  spanAt(monitor: number, moment: number): Span | undefined {
    return this.#spanAt.get(monitor, moment);
  }

  rulesOf(monitor: number): TroubleRules {
    const rules = this.#rulesOf.get(monitor) ?? null;
    return rules === null ? USUAL_RULES : (JSON.parse(rules) as TroubleRules);
  }

  /** Whether an incident of the monitor is open. */
  isInTrouble(monitor: number): boolean {
    return this.#openOf.get(monitor) !== undefined;
  }

  /** Paints over the spans of a monitor, and returns where the newest one begins; `undefined` without any. */
  paint(monitor: number, strokes: readonly Stroke[]): number | undefined {
    const before = this.#spansOf.all(monitor);
    const after = paintSpans(before, strokes);
    const kept = new Map(after.map((span) => [span.start, span]));
    const old = new Map(before.map((span) => [span.start, span]));
    for (const { start } of before) if (!kept.has(start)) this.#removeSpan.run(monitor, start);
    for (const { start, status, reason } of after) {
      const was = old.get(start);
      if (was?.status !== status || was.reason !== reason) this.#putSpan.run(monitor, start, status, reason);
    }
    return after.at(-1)?.start;
  }

  saveHead({ slot, interval_ms, status, reason, since, ...head }: HeadRow): void {
    const { monitor, status_code, duration_us, last_status, machine } = head;
    const newest = [slot, interval_ms, status, reason, since, status_code, duration_us, last_status];
    this.#putHead.run(monitor, ...newest, machine);
  }
}
