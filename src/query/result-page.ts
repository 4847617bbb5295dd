import { AppError } from '../core/errors.ts';
import { MOST_LOCATIONS } from '../core/history/history-key.ts';
import type { TimeRange } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import { resultsBackwards, type LocatedResult } from './kept/kept-results.ts';
import { isOneRun, type RunPart } from './result-runs.ts';

/** Slots of the journal read at a time when results are filtered; the most looked through for one page. */
const SLOTS_AT_A_TIME = 500;
const MOST_SEARCHED = 20_000;

/** A result, or a run of results of which it is the newest. */
export interface ResultRun {
  readonly newest: LocatedResult;
  count: number;
  /** The slot of the oldest of them. */
  firstSlot: number;
}

/** Which results, and how many: the newest first. */
export interface PageQuestion extends TimeRange {
  readonly monitor: number;
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor: string | undefined;
  /** `undefined` takes all. */
  readonly wanted: ((result: LocatedResult) => boolean) | undefined;
  /** Whether a run of the same failure counts as one. */
  readonly grouped: boolean;
}

/** Some results, and where those before them are found; `null` when there are none. */
export interface ResultPage {
  readonly runs: ResultRun[];
  readonly next: string | null;
}

/** A place in a monitor's history: newest slot first, and within a slot by location. Good wherever results are kept. */
interface Place {
  readonly slot: number;
  readonly location: number;
}

/**
 * Reads a page of results. It is short of its limit when it had to look through very many, and says then how to go on.
 * Throws `bad_request` for a cursor that is none. Within a snapshot of the caller.
 */
export function readPage(database: Database, question: PageQuestion): ResultPage {
  const { monitor, from, limit, wanted = () => true } = question;
  const after = question.cursor === undefined ? undefined : readCursor(question.cursor);
  const to = Math.min(question.to, after === undefined ? Infinity : after.slot + 1);
  const slots =
    question.wanted === undefined && !question.grouped ? Math.min(SLOTS_AT_A_TIME, limit + 1) : SLOTS_AT_A_TIME;
  const page = new Page(question.grouped);
  let last = after;
  let searched = 0;
  for (const { results, searchedFrom, cost } of resultsBackwards(database, { monitor, from, to, slots })) {
    for (const found of results) {
      const place = { slot: found.result.slot, location: found.location };
      if ((after !== undefined && !isBefore(place, after)) || !wanted(found)) continue;
      if (!page.extend(found)) {
        if (page.runs.length === limit) return { runs: page.runs, next: writeCursor(last) };
        page.begin(found);
      }
      last = place;
    }
    searched += cost;
    if (searched >= MOST_SEARCHED && searchedFrom > from) {
      return { runs: page.runs, next: writeCursor({ slot: searchedFrom, location: MOST_LOCATIONS }) };
    }
  }
  return { runs: page.runs, next: null };
}

/** Runs in the order of their newest results. */
class Page {
  readonly runs: ResultRun[] = [];
  readonly #grouped: boolean;
  /** The run of each location to which an older result may belong. */
  readonly #open = new Map<number, ResultRun>();

  constructor(grouped: boolean) {
    this.#grouped = grouped;
  }

  /** Counts a result to the run it belongs to; false when there is none. */
  extend(found: LocatedResult): boolean {
    const run = this.#grouped ? this.#open.get(found.location) : undefined;
    if (run === undefined) return false;
    if (!isOneRun(partOf(found), { ...partOf(run.newest), firstSlot: run.firstSlot })) return false;
    run.count += 1;
    run.firstSlot = found.result.slot;
    return true;
  }

  begin(newest: LocatedResult): void {
    const run: ResultRun = { newest, count: 1, firstSlot: newest.result.slot };
    this.runs.push(run);
    if (this.#grouped) this.#open.set(newest.location, run);
  }
}

function partOf({ location, result }: LocatedResult): RunPart {
  const { status, reason, statusCode, slot, intervalMs } = result;
  return { status, reason, statusCode, location, firstSlot: slot, lastSlot: slot, interval: intervalMs };
}

function isBefore(one: Place, other: Place): boolean {
  return one.slot < other.slot || (one.slot === other.slot && one.location > other.location);
}

function writeCursor(place: Place | undefined): string | null {
  return place === undefined ? null : Buffer.from(`${place.slot}.${place.location}`).toString('base64url');
}

function readCursor(cursor: string): Place {
  const match = /^(\d{1,16})\.(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) {
    throw new AppError('bad_request', 'the cursor is not one that was given out', {
      hint: 'Pass next_cursor of the answer before, unchanged.',
    });
  }
  return { slot: Number(match[1]), location: Number(match[2]) };
}
