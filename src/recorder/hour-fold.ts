import { HOUR_MS } from '../core/history/history-key.ts';
import { writeMeta, type FoldedNote } from '../db/meta-values.ts';
import type { Database } from '../db/native.ts';
import { rollupOf, type FoldedTables } from './folded-tables.ts';
import type { FoldWatch } from './fold-watch.ts';
import { HourRows, type MonitorRange, type Place, type RowKey } from './hour-rows.ts';
import { SLICE_SPAN, type JournalSlices, type Slice } from './journal-slices.ts';
import { LateBlocks } from './late-blocks.ts';
import type { Seam } from './seam.ts';
import { StepSize } from './step-size.ts';

/** With more late results than this an hour is read anew. */
const MOST_LATE = 5000;

const LATE_AT_ONCE = 50;

/** Rows of the first slice. */
const FIRST_ROWS = 1000;

/** Transactions are ended after this time, ms. */
const WRITE_MS = 6;

/** What folding works with. */
export interface HourFoldDeps {
  readonly database: Database;
  readonly slices: JournalSlices;
  readonly tables: FoldedTables;
  readonly seam: Seam;
  readonly watch: FoldWatch;
  /** So many rows are held in memory at once; a larger hour is read in several passes. */
  readonly mostRows: number;
}

/** Which monitors to fold together: ranges of keys that make passes of a size that memory has room for. */
export type Passes = readonly MonitorRange[];

/** How far the monitors of one pass have come. */
type Stage =
  | { readonly kind: 'reading'; readonly rows: HourRows; index: number; readonly odd: RowKey[] }
  | { readonly kind: 'writing'; readonly rows: HourRows; readonly places: readonly Place[]; at: number };

/**
 * Makes blocks and rollups of one hour of the journal, in steps. Everything it writes is what it would write again: an
 * hour that was left half folded is folded from the beginning. Only the last step makes it count.
 */
export class HourFold {
  readonly hour: number;
  readonly #deps: HourFoldDeps;
  readonly #all: Passes;
  #passes: MonitorRange[];
  #slices: Slice[] = [];
  /** How long slices are, ms. */
  #sliceLength: StepSize | undefined;
  /** How many rows are read by their key at once. */
  readonly #oddSize = new StepSize({ first: 250, least: 50, most: 1000 });
  #stage: Stage | undefined;
  #rows = 0;
  #tookMs = 0;
  #longestMs = 0;

  constructor(deps: HourFoldDeps, hour: number, passes: Passes) {
    this.#deps = deps;
    this.hour = hour;
    this.#all = passes;
    this.#passes = [...passes];
    deps.watch.begin(hour);
  }

  /** Does a little; true when the hour is folded and counts. A step that throws has done nothing, and may be tried again. */
  step(now: number): boolean {
    const started = performance.now();
    const isOver = this.#step(now);
    const took = performance.now() - started;
    this.#tookMs += took;
    this.#longestMs = Math.max(this.#longestMs, took);
    return isOver;
  }

  /** What was done so far. */
  note(now: number): FoldedNote {
    const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;
    const took = { tookMs: rounded(this.#tookMs), longestStepMs: rounded(this.#longestMs) };
    return { at: Math.floor(now), hour: this.hour, rows: this.#rows, ...took };
  }

  #step(now: number): boolean {
    if (this.#deps.watch.count > MOST_LATE) this.#restart();
    const [pass] = this.#passes;
    if (this.#stage === undefined && pass !== undefined) {
      this.#stage = { kind: 'reading', rows: new HourRows(this.hour * HOUR_MS, pass), index: 0, odd: [] };
    }
    if (this.#stage?.kind === 'reading' && pass !== undefined) this.#read(this.#stage, pass);
    else if (this.#stage?.kind === 'writing') this.#write(this.#stage);
    else if (this.#deps.watch.count > 0) this.#mergeLate();
    else return this.#finish(now);
    return false;
  }

  #read(stage: Extract<Stage, { kind: 'reading' }>, pass: MonitorRange): void {
    const { slices } = this.#deps;
    const started = performance.now();
    if (stage.odd.length > 0) {
      const keys = stage.odd.slice(-this.#oddSize.size);
      const results = keys.map((key) => ({ key, result: slices.result(key) }));
      for (const { key, result } of results) {
        if (result !== undefined) stage.rows.add(key.monitor, key.location, result);
      }
      stage.odd.length -= keys.length;
      if (keys.length === this.#oddSize.size) this.#oddSize.took(performance.now() - started);
      return;
    }
    const slice = this.#sliceAt(stage.index);
    if (slice === undefined) {
      this.#stage = { kind: 'writing', rows: stage.rows, places: stage.rows.places(), at: 0 };
      return;
    }
    const text = slices.packed(slice, pass);
    if (text !== null) stage.odd.push(...stage.rows.take(text, slice.after));
    stage.index += 1;
    this.#sliceLength?.took(performance.now() - started);
    if (stage.rows.weight > this.#deps.mostRows && pass.last > pass.first) this.#split(pass);
  }

  /** The slices are found in the first pass, and are the same in all: what comes between them later is read too. */
  #sliceAt(index: number): Slice | undefined {
    const known = this.#slices[index];
    if (known !== undefined) return known;
    const last = (this.hour + 1) * HOUR_MS - 1;
    const after = this.#slices.at(-1)?.upTo ?? this.hour * HOUR_MS - 1;
    if (after >= last) return undefined;
    const slice = { after, upTo: Math.min(last, after + this.#sliceMs(after, last + 1)) };
    this.#slices.push(slice);
    return slice;
  }

  /** Results come evenly, so that the time a slice takes to be read says how long the next one may be, in time of slots. */
  #sliceMs(after: number, end: number): number {
    if (this.#sliceLength === undefined) {
      const first = Math.max(1, this.#deps.slices.slotOfNext(FIRST_ROWS, { after, end }) - after);
      this.#sliceLength = new StepSize({ first, least: 1, most: SLICE_SPAN - 1 });
    }
    return this.#sliceLength.size;
  }

  /** More rows than was thought: the same again with half of the monitors. */
  #split({ first, last }: MonitorRange): void {
    const middle = Math.floor((first + last) / 2);
    this.#passes.splice(0, 1, { first, last: middle }, { first: middle + 1, last });
    this.#stage = undefined;
  }

  #write(stage: Extract<Stage, { kind: 'writing' }>): void {
    const { database, tables } = this.#deps;
    const until = performance.now() + WRITE_MS;
    let { at } = stage;
    let rows = 0;
    const run = database.transaction(() => {
      for (let place = stage.places[at]; place !== undefined; place = stage.places[at]) {
        const results = stage.rows.resultsOf(place);
        const block = { hour: this.hour, ...place };
        tables.putBlock(block, results);
        tables.putRollup(block, rollupOf(results));
        rows += results.length;
        at += 1;
        if (performance.now() > until) break;
      }
    });
    run.immediate();
    stage.at = at;
    this.#rows += rows;
    if (at < stage.places.length) return;
    this.#stage = undefined;
    this.#passes.shift();
  }

  /** What came since the fold began is in the journal, and perhaps in the block; once in the block is enough. */
  #mergeLate(): void {
    const { database, tables, seam, watch } = this.#deps;
    const rows = watch.first(LATE_AT_ONCE);
    const blocks = new LateBlocks({ tables, seam, isGone: () => false });
    const run = database.transaction(() => {
      for (const row of rows) if (blocks.add(row) === 'recorded') this.#rows += 1;
      blocks.write();
    });
    run.immediate();
    watch.drop(rows.length);
  }

  /** So much came meanwhile that reading all of it again is less work. */
  #restart(): void {
    this.#passes = [...this.#all];
    this.#slices = [];
    this.#stage = undefined;
    this.#rows = 0;
    this.#deps.watch.begin(this.hour);
  }

  #finish(now: number): boolean {
    const { database, seam, watch } = this.#deps;
    seam.moveTo(this.hour + 1, () => writeMeta(database, 'folded', JSON.stringify(this.note(now))));
    watch.end();
    return true;
  }
}
