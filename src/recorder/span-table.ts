import { repaint, type Span } from '../core/spans.ts';
import { asPainted, type LateVerdict } from '../core/trouble/late-verdict.ts';
import type { TroubleRules } from '../core/trouble/rules.ts';
import type { Database, Statement } from '../db/native.ts';

/** Keeps the spans of monitors in step with their verdicts. All calls within a transaction of the caller. */
export class SpanTable {
  readonly #near: Statement<[{ monitor: number; from: number; until: number }], Span>;
  readonly #newest: Statement<[number], Span>;
  readonly #known: Statement<[number, number], Span>;
  readonly #put: Statement<[number, number, string, string | null]>;
  readonly #remove: Statement<[number, number]>;
  readonly #removeFrom: Statement<[number, number]>;

  constructor(database: Database) {
    this.#near = database.prepare(`
      SELECT start, status, reason FROM spans
      WHERE monitor = @monitor AND start <= @until AND start >= coalesce(
        (SELECT max(start) FROM spans WHERE monitor = @monitor AND start < @from), @from)
      ORDER BY start`);
    this.#newest = database.prepare(
      'SELECT start, status, reason FROM spans WHERE monitor = ? ORDER BY start DESC LIMIT 1',
    );
    this.#known = database.prepare(`
      SELECT start, status, reason FROM spans WHERE monitor = ? AND start > ? AND status <> 'unknown'
      ORDER BY start LIMIT 1`);
    this.#put = database.prepare(`
      INSERT INTO spans (monitor, start, status, reason) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET status = excluded.status, reason = excluded.reason`);
    this.#remove = database.prepare('DELETE FROM spans WHERE monitor = ? AND start = ?');
    this.#removeFrom = database.prepare('DELETE FROM spans WHERE monitor = ? AND start >= ?');
  }

  /** The first span after a moment of which a status is known. */
  knownAfter(monitor: number, moment: number): Span | undefined {
    return this.#known.get(monitor, moment);
  }

  /**
   * Replaces all spans from where the first of these begins by these, which are not empty, and returns where the newest one
   * begins: before its own start, when the time before it has its status.
   */
  paint(monitor: number, spans: readonly Span[]): number | undefined {
    const [first] = spans;
    if (first === undefined) return this.#newest.get(monitor)?.start;
    this.#removeFrom.run(monitor, first.start);
    const before = this.#newest.get(monitor);
    const goesOn = before?.status === first.status;
    for (const { start, status, reason } of goesOn ? spans.slice(1) : spans) {
      this.#put.run(monitor, start, status, reason);
    }
    return goesOn && spans.length === 1 ? before.start : spans.at(-1)?.start;
  }

  /** Works one late verdict in between its neighbours, and returns the newest span of the monitor. */
  insert(monitor: number, around: LateVerdict, rules: TroubleRules): Span | undefined {
    const from = around.previous?.slot ?? around.verdict.slot;
    const before = this.#near.all({ monitor, from, until: around.next?.slot ?? Number.MAX_SAFE_INTEGER });
    const after = repaint(before, asPainted(before, around, rules));
    const kept = new Map(after.map((span) => [span.start, span]));
    const old = new Map(before.map((span) => [span.start, span]));
    for (const span of before) {
      if (!kept.has(span.start)) this.#remove.run(monitor, span.start);
    }
    for (const span of after) {
      const was = old.get(span.start);
      if (was?.status === span.status && was.reason === span.reason) continue;
      this.#put.run(monitor, span.start, span.status, span.reason);
    }
    return this.#newest.get(monitor);
  }
}
