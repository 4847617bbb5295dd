import { DamagedHistory } from '../core/history/damaged-history.ts';
import { HOUR_MS, hourOf } from '../core/history/history-key.ts';
import type { Stroke } from '../core/history/paint-spans.ts';
import { leavesGap, type Span } from '../core/spans.ts';
import type { Verdict } from '../core/status-machine.ts';
import type { TroubleRules } from '../core/trouble/rules.ts';
import { keptOfJournalRow } from '../db/journal-result.ts';
import type { Database } from '../db/native.ts';
import type { HeadRow, JournalRow } from '../db/schema.ts';
import type { FoldedTables } from './folded-tables.ts';
import type { GoneHours } from './import-blocks.ts';
import { Rejudging } from './import-judging.ts';
import { ImportedStanding } from './import-standing.ts';
import { JournalTable } from './journal-table.ts';
import { join, joined, seenOf, seenOfHead, type Seen } from './import-seen.ts';
import { forgotten } from './machine-heads.ts';

/** A verdict further away than so many intervals cannot touch the time between: see `leavesGap` of core/spans.ts. */
const REACH_INTERVALS = 1.5;
/** The farthest that is looked for a neighbour, hours: two months. */
const MOST_HOURS = 24 * 62;
const ROWS_AT_A_TIME = 2000;

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
  readonly judging: Rejudging;
  /** How the result after the last one that was added is shown, once it was found. */
  shown: Span | undefined;
  /** Results in between could not be read. */
  unseen: boolean;
  /** The slot that was met last in the journal, and the one before it. */
  link: { readonly slot: number; readonly before: number | undefined } | undefined;
  /** The result after the last one that was added was found. */
  done: boolean;
  isEnded: boolean;
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
  readonly #standing: ImportedStanding;

  constructor(deps: SpanRebuildDeps) {
    const { database } = deps;
    this.#deps = deps;
    this.#journal = new JournalTable(database);
    this.#standing = new ImportedStanding(database);
  }

  /** Notes that a result was added. */
  touch(monitor: number, slot: number): void {
    const known = this.#touched.get(monitor);
    if (known === undefined) {
      this.#touched.set(
        monitor,
        newlyTouched({ monitor, slot, rules: this.#standing.rulesOf(monitor), head: this.#deps.heads.get(monitor) }),
      );
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
    const { previous, first, last, monitor, judging } = touched;
    if (touched.done || (previous === undefined && seen.slot < first)) return;
    if (previous !== undefined && seen.slot <= previous.slot) return;
    if (previous !== undefined && judging.state.newest === null) {
      judging.begin(previous, this.#standing.spanAt(monitor, previous.slot));
    }
    judging.take(seen, previous !== undefined && this.#isGoneBetween(touched, previous, seen));
    touched.previous = seen;
    touched.interval = Math.max(touched.interval, seen.interval);
    touched.unseen = false;
    if (seen.slot <= last || judging.isUnderWay) return;
    touched.done = true;
    touched.shown = this.#standing.spanAt(monitor, seen.slot);
  }

  #isGoneBetween({ monitor, head, unseen }: Touched, verdict: Verdict, next: Verdict): boolean {
    if (head === undefined || !leavesGap(verdict, next.slot)) return false;
    return unseen || this.#deps.gone.anyGone(monitor, hourOf(verdict.slot) + 1, hourOf(next.slot) - 1);
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
    const { monitor, head, previous, judging, isEnded, last } = touched;
    touched.isEnded = true;
    if (isEnded || previous === undefined || judging.state.newest === null) return;
    if (!touched.done && head?.slot === previous.slot && last < head.slot) {
      touched.shown = this.#standing.spanAt(monitor, head.slot);
      touched.done = true;
    }
    const isNewest = !touched.done && previous.slot >= (head?.slot ?? -Infinity);
    touched.done = true;
    const since = this.#standing.paint(
      monitor,
      isNewest ? judging.strokesTo(Infinity) : this.#strokesBefore(touched, previous),
    );
    if (since === undefined) return;
    if (isNewest) this.#standing.saveHead(this.#headOf(touched, previous, since));
    else if (head !== undefined && head.since !== since) this.#standing.saveHead({ ...head, since });
  }

  /** Up to the newer results, of which what is said stays. */
  #strokesBefore(touched: Touched, { slot, interval }: Seen): Stroke[] {
    const { monitor, unseen, judging, shown } = touched;
    const { status } = judging.state;
    // It begins a span with its own reason, which it may not have begun before.
    if (shown !== undefined) return judging.strokesTo(shown.status === status ? slot + 1 : slot);
    // Those are out of reach: within it there are none.
    const strokes = judging.strokesTo(slot + interval);
    if (unseen || this.#deps.gone.anyGone(monitor, hourOf(slot), lastHourOf(touched))) return strokes;
    return [...strokes, { from: slot + interval, to: slot + reachOf(touched), status: 'unknown', reason: null }];
  }

  /** Trouble that nobody saw here begins with the next results that speak for it. */
  #headOf({ monitor, judging }: Touched, seen: Seen, since: number): HeadRow {
    const { status, memory } = judging.state;
    const kept = this.#standing.isInTrouble(monitor) ? memory : forgotten(status);
    return {
      monitor,
      slot: seen.slot,
      interval_ms: seen.interval,
      status,
      reason: seen.reason,
      since,
      status_code: seen.statusCode,
      duration_us: seen.durationUs,
      last_status: seen.status === status ? null : seen.status,
      machine: kept === null ? null : JSON.stringify(kept),
    };
  }
}

function newlyTouched({
  monitor,
  slot,
  rules,
  head,
}: {
  readonly monitor: number;
  readonly slot: number;
  readonly rules: TroubleRules;
  readonly head: HeadRow | undefined;
}): Touched {
  return {
    monitor,
    first: slot,
    last: slot,
    head,
    previous: undefined,
    interval: Math.max(HOUR_MS, head?.interval_ms ?? 0),
    judging: new Rejudging(rules),
    shown: undefined,
    isEnded: false,
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
