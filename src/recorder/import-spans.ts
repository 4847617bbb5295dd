import { DamagedHistory } from '../core/history/damaged-history.ts';
import { HOUR_MS, hourOf } from '../core/history/history-key.ts';
import type { KeptResult } from '../core/history/kept-result.ts';
import { addStroke, paintSpans, strokesOf, type Stroke } from '../core/history/paint-spans.ts';
import { leavesGap, type Span } from '../core/spans.ts';
import { joinVerdicts, type Verdict } from '../core/status-machine.ts';
import { keptOfJournalRow } from '../db/journal-result.ts';
import type { Database, Statement } from '../db/native.ts';
import type { HeadRow, JournalRow } from '../db/schema.ts';
import type { FoldedTables } from './folded-tables.ts';
import type { GoneHours } from './import-blocks.ts';
import { JournalTable } from './journal-table.ts';

/** A verdict further away than so many intervals cannot touch the time between: see `leavesGap` of core/spans.ts. */
const REACH_INTERVALS = 1.5;
/** The farthest that is looked for a neighbour, hours: two months. */
const MOST_HOURS = 24 * 62;
const ROWS_AT_A_TIME = 2000;

/** A verdict, and the result that gave it its status. */
interface Seen extends Verdict {
  readonly statusCode: number | null;
  readonly durationUs: number | null;
}

/** Where the results of one monitor changed. */
interface Touched {
  readonly monitor: number;
  /** Slots of the first and the last result that was added. */
  first: number;
  last: number;
  /** How the monitor stood before. */
  readonly head: HeadRow | undefined;
  previous: Seen | undefined;
  /** The longest interval met, ms, at least an hour: how far away a result may be that matters. */
  interval: number;
  readonly strokes: Stroke[];
  /** Results in between could not be read. */
  unseen: boolean;
  /** The slot that was met last in the journal, and the one before it. */
  link: { readonly slot: number; readonly before: number | undefined } | undefined;
  /** The result after the last one that was added was found. */
  done: boolean;
}

/** What it works with. */
export interface SpanRebuildDeps {
  readonly database: Database;
  readonly tables: FoldedTables;
  readonly gone: GoneHours;
  readonly foldedUntil: number;
  /** The heads as they were before anything was added. */
  readonly heads: ReadonlyMap<number, HeadRow>;
}

/**
 * Brings spans, heads and chains in line with results that were added. Only time around those is painted anew, so that
 * spans of time whose results are not kept any more stay.
 */
export class SpanRebuild {
  readonly #deps: SpanRebuildDeps;
  readonly #touched = new Map<number, Touched>();
  readonly #journal: JournalTable;
  readonly #spansOf: Statement<[number], Span>;
  readonly #putSpan: Statement;
  readonly #removeSpan: Statement<[number, number]>;
  readonly #putHead: Statement;

  constructor(deps: SpanRebuildDeps) {
    const { database } = deps;
    this.#deps = deps;
    this.#journal = new JournalTable(database);
    this.#spansOf = database.prepare('SELECT start, status, reason FROM spans WHERE monitor = ? ORDER BY start');
    this.#putSpan = database.prepare(
      'INSERT OR REPLACE INTO spans (monitor, start, status, reason) VALUES (?, ?, ?, ?)',
    );
    this.#removeSpan = database.prepare('DELETE FROM spans WHERE monitor = ? AND start = ?');
    this.#putHead = database.prepare(`
      INSERT OR REPLACE INTO heads (monitor, slot, interval_ms, status, reason, since, status_code, duration_us)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  /** Notes that a result was added. */
  touch(monitor: number, slot: number): void {
    const known = this.#touched.get(monitor);
    if (known === undefined) {
      this.#touched.set(monitor, newlyTouched(monitor, slot, this.#deps.heads.get(monitor)));
      return;
    }
    known.first = Math.min(known.first, slot);
    known.last = Math.max(known.last, slot);
  }

  /** The slot of the first result that was added of a monitor. */
  firstAdded(monitor: number): number | undefined {
    return this.#touched.get(monitor)?.first;
  }

  /** Paints all that changed. Within a transaction of the caller, after everything was added. */
  finish(): void {
    const { foldedUntil } = this.#deps;
    for (const touched of this.#touched.values()) {
      touched.previous = this.#before(touched);
      for (
        let hour = hourOf(touched.first);
        hour < foldedUntil && hour <= lastHourOf(touched) && !touched.done;
        hour += 1
      ) {
        for (const seen of this.#seenIn(hour, touched)) this.#take(touched, seen);
      }
      // What can matter to it is not in the journal.
      if (lastHourOf(touched) < foldedUntil) this.#end(touched);
    }
    this.#takeJournal(foldedUntil * HOUR_MS);
    for (const touched of this.#touched.values()) this.#end(touched);
  }

  /** The last result before those that were added, when it can matter. */
  #before(touched: Touched): Seen | undefined {
    const { first, head } = touched;
    const here = this.#seenIn(hourOf(first), touched).find(({ slot }) => slot === first);
    touched.interval = Math.max(touched.interval, here?.interval ?? 0);
    const farthest = hourOf(first - reachOf(touched));
    // Newer than all there was: the head spoke to the end of time until now, however long ago.
    const newest = head !== undefined && head.slot < first ? seenOfHead(head) : undefined;
    for (let hour = Math.min(hourOf(first), this.#deps.foldedUntil - 1); hour >= farthest; hour -= 1) {
      const found = this.#seenIn(hour, touched).findLast(({ slot }) => slot < first);
      if (found !== undefined) return newest !== undefined && newest.slot > found.slot ? newest : found;
    }
    return newest;
  }

  /** What all locations said about each slot of a folded hour, in order. */
  #seenIn(hour: number, touched: Touched): Seen[] {
    if (hour >= this.#deps.foldedUntil) return [];
    try {
      const byLocation = this.#deps.tables.resultsOf(hour, touched.monitor);
      const results = [...byLocation.values()].flat();
      if (byLocation.size > 1) results.sort((one, other) => one.slot - other.slot);
      return joined(results.map(seenOf));
    } catch (thrown) {
      if (!(thrown instanceof DamagedHistory)) throw thrown;
      touched.unseen = true;
      return [];
    }
  }

  #take(touched: Touched, seen: Seen): void {
    const { previous, first, last } = touched;
    if (touched.done || (previous === undefined && seen.slot < first)) return;
    if (previous !== undefined && seen.slot <= previous.slot) return;
    if (previous !== undefined) this.#paint(touched, previous, seen);
    touched.previous = seen;
    touched.interval = Math.max(touched.interval, seen.interval);
    touched.unseen = false;
    if (seen.slot <= last) return;
    touched.done = true;
    // It begins a span with its own reason, which it may not have begun before.
    const { slot: from, status, reason } = seen;
    addStroke(touched.strokes, { from, to: from + 1, status, reason });
  }

  #paint(touched: Touched, verdict: Verdict, next: Verdict): void {
    const { monitor, head, unseen } = touched;
    const gap = leavesGap(verdict, next.slot) && head !== undefined;
    const gone = gap && (unseen || this.#deps.gone.anyGone(monitor, hourOf(verdict.slot) + 1, hourOf(next.slot) - 1));
    for (const stroke of strokesOf(verdict, next, gone ? 'unseen' : 'nothing')) addStroke(touched.strokes, stroke);
  }

  /** The journal in order, for all monitors at once: it has no index by monitor. Names the slot before each anew. */
  #takeJournal(seamSlot: number): void {
    if ([...this.#touched.values()].every(({ done }) => done)) return;
    const page = this.#deps.database.prepare<[number, number, number, number], JournalRow>(`
      SELECT * FROM journal WHERE (slot, monitor, location) > (?, ?, ?) ORDER BY slot, monitor, location LIMIT ?`);
    let waiting: { readonly touched: Touched; readonly seen: Seen } | undefined;
    for (let last: readonly [number, number, number] = [seamSlot, -1, -1]; ;) {
      const rows = page.all(...last, ROWS_AT_A_TIME);
      for (const row of rows) {
        const touched = this.#touched.get(row.monitor);
        if (touched === undefined || touched.done) continue;
        this.#link(touched, row);
        const seen = seenOf(keptOfJournalRow(row));
        const isSame = waiting?.touched === touched && waiting.seen.slot === seen.slot;
        if (waiting !== undefined && !isSame) this.#takeFresh(waiting.touched, waiting.seen);
        waiting = { touched, seen: isSame && waiting !== undefined ? join(waiting.seen, seen) : seen };
      }
      const end = rows.at(-1);
      if (end === undefined) break;
      last = [end.slot, end.monitor, end.location];
    }
    if (waiting !== undefined) this.#takeFresh(waiting.touched, waiting.seen);
  }

  /** What all locations said about a slot of the journal. */
  #takeFresh(touched: Touched, seen: Seen): void {
    // Of what is older than all that was added only the last counts.
    if (touched.previous === undefined && seen.slot < touched.first) touched.previous = seen;
    this.#take(touched, seen);
  }

  #link(touched: Touched, row: JournalRow): void {
    const { link, previous } = touched;
    const before = link?.slot === row.slot ? link.before : (link?.slot ?? previous?.slot);
    touched.link = { slot: row.slot, before };
    if (before === undefined || before >= row.slot) return;
    if (row.slot - (row.back_ms ?? row.interval_ms) !== before) this.#journal.relink(row.monitor, row.slot, before);
  }

  /** Writes spans and head of one monitor. */
  #end(touched: Touched): void {
    const { monitor, head, previous, strokes, done } = touched;
    touched.done = true;
    const isNewest = !done && previous !== undefined && (head === undefined || previous.slot >= head.slot);
    if (!done && previous !== undefined) {
      const rest = isNewest ? strokesOf(previous, undefined) : this.#upToReach(touched, previous);
      for (const stroke of rest) addStroke(strokes, stroke);
    }
    if (strokes.length === 0) return;
    const before = this.#spansOf.all(monitor);
    const after = paintSpans(before, strokes.splice(0));
    this.#replaceSpans(monitor, before, after);
    const since = after.at(-1)?.start;
    if (since === undefined) return;
    if (isNewest && previous !== undefined) this.#saveHead(monitor, previous, since);
    else if (head !== undefined && head.since !== since) this.#saveHead(monitor, seenOfHead(head), since);
  }

  /** Newer results are out of reach: within it there are none, and what is said of the time beyond stays. */
  #upToReach(touched: Touched, verdict: Seen): Stroke[] {
    const { monitor, unseen } = touched;
    const { slot, interval, status, reason } = verdict;
    const own: Stroke = { from: slot, to: slot + interval, status, reason };
    if (unseen || this.#deps.gone.anyGone(monitor, hourOf(slot), lastHourOf(touched))) return [own];
    return [own, { from: own.to, to: slot + reachOf(touched), status: 'unknown', reason: null }];
  }

  #replaceSpans(monitor: number, before: readonly Span[], after: readonly Span[]): void {
    const kept = new Map(after.map((span) => [span.start, span]));
    const old = new Map(before.map((span) => [span.start, span]));
    for (const { start } of before) if (!kept.has(start)) this.#removeSpan.run(monitor, start);
    for (const { start, status, reason } of after) {
      const was = old.get(start);
      if (was?.status !== status || was.reason !== reason) this.#putSpan.run(monitor, start, status, reason);
    }
  }

  #saveHead(monitor: number, seen: Seen, since: number): void {
    const { slot, interval, status, reason, statusCode, durationUs } = seen;
    this.#putHead.run(monitor, slot, interval, status, reason, since, statusCode, durationUs);
  }
}

function newlyTouched(monitor: number, slot: number, head: HeadRow | undefined): Touched {
  return {
    monitor,
    first: slot,
    last: slot,
    head,
    previous: undefined,
    interval: Math.max(HOUR_MS, head?.interval_ms ?? 0),
    strokes: [],
    unseen: false,
    link: undefined,
    done: false,
  };
}

/** How far from a result another one may be that matters to the time around it, ms. */
function reachOf({ interval }: Touched): number {
  return Math.min(MOST_HOURS * HOUR_MS, REACH_INTERVALS * interval);
}

/** The last hour in which there may be a result that matters. */
function lastHourOf(touched: Touched): number {
  return hourOf(touched.last + reachOf(touched));
}

function joined(results: readonly Seen[]): Seen[] {
  const seen: Seen[] = [];
  for (const each of results) {
    const last = seen.at(-1);
    if (last?.slot === each.slot) seen[seen.length - 1] = join(last, each);
    else seen.push(each);
  }
  return seen;
}

/** The result that gave the slot its status stands for it. */
function join(one: Seen, other: Seen): Seen {
  const verdict = joinVerdicts(one, other);
  const { statusCode, durationUs } = verdict.status === one.status ? one : other;
  const { slot, interval, status, reason } = verdict;
  return { slot, interval, status, reason, statusCode, durationUs };
}

function seenOf({ slot, intervalMs: interval, status, reason, statusCode, durationUs }: KeptResult): Seen {
  return { slot, interval, status, reason, statusCode, durationUs };
}

function seenOfHead({ slot, interval_ms, status, reason, status_code, duration_us }: HeadRow): Seen {
  return { slot, interval: interval_ms, status, reason, statusCode: status_code, durationUs: duration_us };
}
