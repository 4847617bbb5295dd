import { leavesGap, repaint, type Span } from '../core/spans.ts';
import type { Verdict } from '../core/status-machine.ts';
import type { Database, Statement } from '../db/native.ts';

/** Keeps the spans of monitors in step with their verdicts. All calls within a transaction of the caller. */
export class SpanTable {
  readonly #near: Statement<[{ monitor: number; from: number; until: number }], Span>;
  readonly #newest: Statement<[number], Span>;
  readonly #known: Statement<[number, number], Span>;
  readonly #put: Statement<[number, number, string, string | null]>;
  readonly #remove: Statement<[number, number]>;

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
  }

  /** The first span after a moment of which a status is known. */
  knownAfter(monitor: number, moment: number): Span | undefined {
    return this.#known.get(monitor, moment);
  }

  /**
   * Works in a verdict newer than all others, of which the last one and the newest span are known, and returns where the
   * newest span begins then. Comes to the same as `insert`, without reading.
   */
  append(monitor: number, newest: { readonly verdict: Verdict; readonly since: number }, verdict: Verdict): number {
    const last = newest.verdict;
    let { status } = last;
    let { since } = newest;
    if (status !== 'unknown' && leavesGap(last, verdict.slot)) {
      status = 'unknown';
      since = last.slot + last.interval;
      this.#put.run(monitor, since, status, null);
    }
    if (status === verdict.status) return since;
    this.#put.run(monitor, verdict.slot, verdict.status, verdict.reason);
    return verdict.slot;
  }

  /** Works one verdict in between its neighbours, and returns the newest span of the monitor. */
  insert(
    monitor: number,
    around: { readonly previous: Verdict | undefined; readonly verdict: Verdict; readonly next: Verdict | undefined },
  ): Span | undefined {
    const from = around.previous?.slot ?? around.verdict.slot;
    const before = this.#near.all({ monitor, from, until: around.next?.slot ?? Number.MAX_SAFE_INTEGER });
    const after = repaint(before, around);
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
