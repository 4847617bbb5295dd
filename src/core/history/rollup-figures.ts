import type { SketchFigures } from '../quantiles.ts';
import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';
import { NumberList, readColumn, writeColumn } from './number-column.ts';
import { countOf, type Rollup } from './rollup.ts';

/** All of a rollup but the counters of its sketches. */
export interface RollupFigures extends Pick<Rollup, 'counts' | 'missed' | 'phases'> {
  readonly late: SketchFigures;
  readonly duration: SketchFigures;
}

/** Times of a column are written in the greatest of these units (µs) that divides all of them. */
const UNITS = [1, 10, 1000] as const;
type Unit = (typeof UNITS)[number];
const UNIT_BITS = 2;
/** A quotient of greater numbers may be rounded to a whole one. */
const SURELY_DIVIDED = 2 ** 43;

/** Counts; from here on times. */
const PLAIN_COLUMNS = 14;
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
export function readFigures(reader: BitReader, rows: number): RollupFigures[] {
  const table = new Float64Array(COLUMNS * rows);
  for (let place = 0; place < COLUMNS; place += 1) {
    const unit = place < PLAIN_COLUMNS ? 1 : readUnit(reader);
    readColumn(reader, table, place * rows, rows);
    if (place === DURATION_SUM) addPhases(table, rows, unit);
    if (unit > 1) scale(table, { from: place * rows, to: place * rows + rows, unit });
  }
  const figures: RollupFigures[] = [];
  for (let row = 0; row < rows; row += 1) figures.push(checked(reader, figuresAt(table, rows, row)));
  return figures;
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

function figuresAt(table: Float64Array, rows: number, row: number): RollupFigures {
  const counts = {
    up: at(table, row),
    degraded: at(table, rows + row),
    down: at(table, 2 * rows + row),
    unknown: at(table, 3 * rows + row),
  };
  const missed = at(table, 4 * rows + row);
  const late = at(table, 5 * rows + row) + counts.up + counts.degraded + counts.down + counts.unknown - missed;
  const good = at(table, 7 * rows + row) + counts.up + counts.degraded;
  return {
    counts,
    missed,
    late: {
      count: late,
      zeros: at(table, 6 * rows + row),
      sumUs: at(table, 14 * rows + row),
      minUs: at(table, 15 * rows + row),
      maxUs: at(table, 16 * rows + row),
    },
    duration: {
      count: good,
      zeros: at(table, 8 * rows + row),
      sumUs: at(table, 24 * rows + row),
      minUs: at(table, 17 * rows + row),
      maxUs: at(table, 18 * rows + row),
    },
    phases: {
      dns: { count: good + at(table, 9 * rows + row), sumUs: at(table, 19 * rows + row) },
      connect: { count: good + at(table, 10 * rows + row), sumUs: at(table, 20 * rows + row) },
      tls: { count: good + at(table, 11 * rows + row), sumUs: at(table, 21 * rows + row) },
      wait: { count: good + at(table, 12 * rows + row), sumUs: at(table, 22 * rows + row) },
      body: { count: good + at(table, 13 * rows + row), sumUs: at(table, 23 * rows + row) },
    },
  };
}

function at(table: Float64Array, place: number): number {
  return table[place] ?? 0;
}

function checked(reader: BitReader, figures: RollupFigures): RollupFigures {
  const { counts, missed, late, duration, phases } = figures;
  const { dns, connect, tls, wait, body } = phases;
  const ofResults = Math.min(counts.up, counts.degraded, counts.down, counts.unknown, missed);
  const ofLate = Math.min(late.count - late.zeros, late.zeros, late.sumUs, late.minUs, late.maxUs);
  const { count, zeros, sumUs, minUs, maxUs } = duration;
  const ofDuration = Math.min(count - zeros, zeros, sumUs, minUs, maxUs);
  const ofPhases = Math.min(dns.count, connect.count, tls.count, wait.count, body.count);
  const sums = Math.min(dns.sumUs, connect.sumUs, tls.sumUs, wait.sumUs, body.sumUs);
  if (!(Math.min(ofResults, ofLate, ofDuration, ofPhases, sums) >= 0)) throw reader.damaged('a figure is below zero');
  return figures;
}

function readUnit(reader: BitReader): number {
  const unit = UNITS[reader.bits(UNIT_BITS)];
  if (unit === undefined) throw reader.damaged('there is no such unit');
  return unit;
}
