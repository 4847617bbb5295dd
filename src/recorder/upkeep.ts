import { HOUR_MS, hourOf } from '../core/history/history-key.ts';
import { writeMeta, type FoldedNote, type PrunedNote } from '../db/meta-values.ts';
import type { Database } from '../db/native.ts';
import { AgePrune } from './age-prune.ts';
import { ClockTrust, type Times } from './clock-trust.ts';
import { DayClose } from './day-close.ts';
import type { FoldedTables } from './folded-tables.ts';
import type { FoldWatch } from './fold-watch.ts';
import { passesOf } from './fold-passes.ts';
import type { HeadTable } from './head-table.ts';
import { HourFold } from './hour-fold.ts';
import { JournalSlices } from './journal-slices.ts';
import type { KeptFor } from './kept-for.ts';
import { LeftOvers } from './left-overs.ts';
import { PageUse } from './page-use.ts';
import type { Seam } from './seam.ts';
import { ToldPrune } from './planner/told-prune.ts';
import { SizeLimit } from './size-limit.ts';
import { Vacuum } from './vacuum.ts';

/** So long after an hour its late results have mostly come, ms. */
const FOLD_AFTER_MS = 5 * 60_000;

/** Rows of an hour in memory while it is folded: 38 MB. */
const MOST_ROWS = 800_000;

/** What is kept up, and what it takes. */
export interface UpkeepDeps {
  readonly database: Database;
  readonly tables: FoldedTables;
  readonly seam: Seam;
  readonly watch: FoldWatch;
  readonly heads: HeadTable;
  readonly keptFor: KeptFor;
  readonly maxBytes: number | null;
}

/** When, and for how long. */
export interface UpkeepRequest extends Times {
  /** The call ends with the first piece of work after so long, ms; a piece takes about 6 ms, and there is one at least. */
  readonly forMs: number;
}

/** What one call did. */
export interface UpkeepReport {
  /** More can be done at once. */
  readonly busy: boolean;
  /** Hours of the journal that are due to be folded. */
  readonly behindHours: number;
  /** How long the call took in the writer thread, ms. */
  readonly tookMs: number;
  readonly folded: readonly FoldedNote[];
  readonly pruned: readonly PrunedNote[];
  /** The file is larger than it may be, and nothing that may go is left. */
  readonly tooLarge: boolean;
}

/**
 * What has to be done to history now and then, in small pieces: folding hours, removing from the journal what was folded,
 * closing days, removing what is too old or too much, and giving space back. Each piece is whole in itself: the program
 * may end after any of them, and what is left to do is read from the tables.
 */
export class Upkeep {
  readonly #deps: UpkeepDeps;
  readonly #slices: JournalSlices;
  readonly #leftOvers: LeftOvers;
  readonly #days: DayClose;
  readonly #age: AgePrune;
  readonly #told: ToldPrune;
  readonly #size: SizeLimit;
  readonly #vacuum: Vacuum;
  readonly #trust = new ClockTrust();
  #fold: HourFold | undefined;
  #folded: FoldedNote[] = [];
  #pruned: PrunedNote[] = [];

  constructor(deps: UpkeepDeps) {
    this.#deps = deps;
    const { database, seam, heads, keptFor, maxBytes } = deps;
    const pages = new PageUse(database);
    this.#slices = new JournalSlices(database);
    this.#vacuum = new Vacuum(pages);
    this.#leftOvers = new LeftOvers({ database, slices: this.#slices, seam, heads, pages, vacuum: this.#vacuum });
    this.#days = new DayClose(deps);
    this.#age = new AgePrune(database, keptFor);
    this.#told = new ToldPrune(database);
    this.#size = new SizeLimit({ database, pages, seam, maxBytes });
  }

  /** Does what is due for a few milliseconds, or nothing. */
  work(request: UpkeepRequest): UpkeepReport {
    const started = performance.now();
    this.#trust.look(request, this.#newestSlot);
    let busy: boolean;
    do busy = this.#piece(request);
    while (busy && performance.now() - started < request.forMs);
    const report = {
      busy,
      // Nothing to do: no hour is due either.
      behindHours: busy ? this.#behind(request.now) : 0,
      tookMs: performance.now() - started,
      folded: this.#folded,
      pruned: this.#pruned,
      tooLarge: this.#size.isHopeless,
    };
    this.#folded = [];
    this.#pruned = [];
    return report;
  }

  /** Does one piece of what is most urgent; false when nothing is due. */
  #piece(request: UpkeepRequest): boolean {
    const { now } = request;
    if (this.#fold !== undefined) return this.#foldOn(this.#fold, now);
    if (this.#leftOvers.step()) return true;
    const hour = this.#dueHour(now);
    if (hour !== undefined) {
      const passes = passesOf(this.#deps.heads.all(), { hour, mostRows: MOST_ROWS });
      this.#fold = new HourFold({ ...this.#deps, slices: this.#slices, mostRows: MOST_ROWS }, hour, passes);
      return true;
    }
    if (this.#days.step()) return true;
    if (this.#trust.isTrusted(request)) {
      if (this.#prune(this.#age.step(now), 'pruned_age') || this.#told.step(now)) return true;
    }
    return this.#prune(this.#size.step(now), 'pruned_size') || this.#vacuum.step();
  }

  #foldOn(fold: HourFold, now: number): boolean {
    // The clock was set back: the hour is not over any more.
    if (!isDue(fold.hour, now)) {
      this.#deps.watch.end();
      this.#fold = undefined;
    } else if (fold.step(now)) {
      this.#folded.push(fold.note(now));
      this.#fold = undefined;
      this.#leftOvers.expect();
    }
    return true;
  }

  #prune(outcome: boolean | PrunedNote, name: 'pruned_age' | 'pruned_size'): boolean {
    if (typeof outcome === 'boolean') return outcome;
    writeMeta(this.#deps.database, name, JSON.stringify(outcome));
    this.#pruned.push(outcome);
    return true;
  }

  /** The oldest hour that is not folded, if it is over for long enough. */
  #dueHour(now: number): number | undefined {
    const oldest = this.#slices.oldestSlot(this.#deps.seam.slot);
    return oldest !== undefined && isDue(hourOf(oldest), now) ? hourOf(oldest) : undefined;
  }

  #behind(now: number): number {
    const oldest = this.#dueHour(now);
    return oldest === undefined ? 0 : hourOf(now - FOLD_AFTER_MS) - oldest;
  }

  readonly #newestSlot = (): number => {
    let newest = -Infinity;
    for (const { slot } of this.#deps.heads.all()) newest = Math.max(newest, slot);
    return newest;
  };
}

function isDue(hour: number, now: number): boolean {
  return (hour + 1) * HOUR_MS + FOLD_AFTER_MS <= now;
}
