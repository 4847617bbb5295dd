import type { SketchFigures } from '../quantiles.ts';
import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';
import { NumberList, readColumn, writeColumn } from './number-column.ts';
import { countOf, type PhaseSum, type Rollup } from './rollup.ts';

/** Times of a column are written in the greatest of these units (µs) that divides all of them. */
const UNITS = [1, 10, 1000] as const;
type Unit = (typeof UNITS)[number];
const UNIT_BITS = 2;
/** A quotient of greater numbers may be rounded to a whole one. */
const SURELY_DIVIDED = 2 ** 43;

const MISSED = 4;
const LATE_COUNT = 5;
const LATE_ZEROS = 6;
const DURATION_COUNT = 7;
const DURATION_ZEROS = 8;
const FIRST_PHASE_COUNT = 9;
/** Counts; from here on times. */
const PLAIN_COLUMNS = 14;
const LATE_SUM = 14;
const DURATION_LEAST = 17;
const FIRST_PHASE = 19;
const DURATION_SUM = 24;
const COLUMNS = 25;

// What one call fills and empties.
const column = new NumberList();

/** Writes figures in columns: counts less what is expected of them, times in units, the durations less their phases. */
export function writeFigures(writer: BitWriter, rollups: readonly Rollup[]): void {
  const rows = rollups.length;
  const table = new Float64Array(COLUMNS * rows);
  for (let row = 0; row < rows; row += 1) {
    const rollup = rollups[row];
    if (rollup === undefined) continue;
    const figures = figuresOf(rollup);
    for (let place = 0; place < COLUMNS; place += 1) table[place * rows + row] = figures[place] ?? 0;
  }
  for (let place = 0; place < COLUMNS; place += 1) {
    column.clear();
    let unit: Unit = 1;
    if (place >= PLAIN_COLUMNS) {
      unit = unitOf(table, place * rows, place * rows + rows);
      writer.bits(UNITS.indexOf(unit), UNIT_BITS);
    }
    for (let row = 0; row < rows; row += 1) {
      const rest = place === DURATION_SUM ? Math.floor(sumOfPhases(table, rows, row) / unit) : 0;
      column.push((table[place * rows + row] ?? 0) / unit - rest);
    }
    writeColumn(writer, column);
  }
}

/** Counts that are expected of the others are written as what they differ from that, which is nothing nearly always. */
function figuresOf(rollup: Rollup): readonly number[] {
  const { counts, missed, phases } = rollup;
  const { dns, connect, tls, wait, body } = phases;
  const [late, duration] = [rollup.late.figures, rollup.duration.figures];
  return [
    counts.up,
    counts.degraded,
    counts.down,
    counts.unknown,
    missed,
    late.count - (countOf(rollup) - missed),
    late.zeros,
    duration.count - (counts.up + counts.degraded),
    duration.zeros,
    dns.count - duration.count,
    connect.count - duration.count,
    tls.count - duration.count,
    wait.count - duration.count,
    body.count - duration.count,
    safe(late.sumUs),
    late.minUs,
    late.maxUs,
    duration.minUs,
    duration.maxUs,
    safe(dns.sumUs),
    safe(connect.sumUs),
    safe(tls.sumUs),
    safe(wait.sumUs),
    safe(body.sumUs),
    safe(duration.sumUs),
  ];
}

/** Sums of 285 years are not told apart. */
function safe(sum: number): number {
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

/** What the phases of a row come to; 0 when that is too much to be exact. */
function sumOfPhases(table: Float64Array, rows: number, row: number): number {
  let sum = 0;
  for (let place = FIRST_PHASE; place < DURATION_SUM; place += 1) sum += table[place * rows + row] ?? 0;
  return Number.isSafeInteger(sum) ? sum : 0;
}

/** The greatest unit that all values of a part of the table are whole numbers of. */
function unitOf(table: Float64Array, from: number, to: number): Unit {
  let number = UNITS.length - 1;
  for (let place = from; place < to && number > 0; place += 1) {
    const value = table[place] ?? 0;
    if (value > SURELY_DIVIDED) number = 0;
    while (!Number.isInteger(value / (UNITS[number] ?? 1))) number -= 1;
  }
  return UNITS[number] ?? 1;
}

/** Reads the figures of so many rollups. */
export function readFigures(reader: BitReader, rows: number): FigureTable {
  const table = new Float64Array(COLUMNS * rows);
  for (let place = 0; place < COLUMNS; place += 1) {
    const unit = place < PLAIN_COLUMNS ? 1 : readUnit(reader);
    readColumn(reader, table, place * rows, rows);
    if (place === DURATION_SUM) addPhases(table, rows, unit);
    if (unit > 1) scale(table, { from: place * rows, to: place * rows + rows, unit });
  }
  for (let row = 0; row < rows; row += 1) addExpected(table, rows, row);
  checkTable(reader, table, rows);
  return new FigureTable(table, rows);
}

/** All of some rollups but the counters of their sketches, in columns. */
export class FigureTable {
  readonly #table: Float64Array;
  readonly #rows: number;

  constructor(table: Float64Array, rows: number) {
    this.#table = table;
    this.#rows = rows;
  }

  counts(row: number): Rollup['counts'] {
    return { up: this.#at(0, row), degraded: this.#at(1, row), down: this.#at(2, row), unknown: this.#at(3, row) };
  }

  missed(row: number): number {
    return this.#at(MISSED, row);
  }

  late(row: number): SketchFigures {
    return {
      count: this.#at(LATE_COUNT, row),
      zeros: this.#at(LATE_ZEROS, row),
      sumUs: this.#at(LATE_SUM, row),
      minUs: this.#at(LATE_SUM + 1, row),
      maxUs: this.#at(LATE_SUM + 2, row),
    };
  }

  duration(row: number): SketchFigures {
    return {
      count: this.#at(DURATION_COUNT, row),
      zeros: this.#at(DURATION_ZEROS, row),
      sumUs: this.#at(DURATION_SUM, row),
      minUs: this.#at(DURATION_LEAST, row),
      maxUs: this.#at(DURATION_LEAST + 1, row),
    };
  }

  phases(row: number): Rollup['phases'] {
    return {
      dns: this.#phase(0, row),
      connect: this.#phase(1, row),
      tls: this.#phase(2, row),
      wait: this.#phase(3, row),
      body: this.#phase(4, row),
    };
  }

  #phase(phase: number, row: number): PhaseSum {
    return { count: this.#at(FIRST_PHASE_COUNT + phase, row), sumUs: this.#at(FIRST_PHASE + phase, row) };
  }

  #at(column: number, row: number): number {
    return this.#table[column * this.#rows + row] ?? 0;
  }
}

function scale(table: Float64Array, of: { readonly from: number; readonly to: number; readonly unit: number }): void {
  const { from, to, unit } = of;
  for (let place = from; place < to; place += 1) table[place] = (table[place] ?? 0) * unit;
}

/** Makes the sums of the durations, in a unit, of what the phases leave of them. */
function addPhases(table: Float64Array, rows: number, unit: number): void {
  for (let row = 0; row < rows; row += 1) {
    const place = DURATION_SUM * rows + row;
    table[place] = (table[place] ?? 0) + Math.floor(sumOfPhases(table, rows, row) / unit);
  }
}

/** Makes counts of what they differ by from what is expected of the others. */
function addExpected(table: Float64Array, rows: number, row: number): void {
  const good = at(table, row) + at(table, rows + row);
  const results = good + at(table, 2 * rows + row) + at(table, 3 * rows + row);
  const late = LATE_COUNT * rows + row;
  table[late] = at(table, late) + results - at(table, MISSED * rows + row);
  const duration = DURATION_COUNT * rows + row;
  const durations = at(table, duration) + good;
  table[duration] = durations;
  for (let place = FIRST_PHASE_COUNT; place < PLAIN_COLUMNS; place += 1) {
    table[place * rows + row] = at(table, place * rows + row) + durations;
  }
}

function checkTable(reader: BitReader, table: Float64Array, rows: number): void {
  let sound = true;
  for (let place = 0; place < table.length; place += 1) if (!(at(table, place) >= 0)) sound = false;
  for (let row = 0; row < rows; row += 1) {
    if (at(table, LATE_ZEROS * rows + row) > at(table, LATE_COUNT * rows + row)) sound = false;
    if (at(table, DURATION_ZEROS * rows + row) > at(table, DURATION_COUNT * rows + row)) sound = false;
  }
  if (!sound) throw reader.damaged('a figure is below zero');
}

function at(table: Float64Array, place: number): number {
  return table[place] ?? 0;
}

function readUnit(reader: BitReader): number {
  const unit = UNITS[reader.bits(UNIT_BITS)];
  if (unit === undefined) throw reader.damaged('there is no such unit');
  return unit;
}
