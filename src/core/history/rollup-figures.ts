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
const UNIT_BITS = 2;

const PLAIN_COLUMNS = 14;
const TIME_COLUMNS = 10;
/** The first of the phases among them. */
const FIRST_PHASE = 5;
const DURATION_SUM = PLAIN_COLUMNS + TIME_COLUMNS;
const COLUMNS = DURATION_SUM + 1;

// What one call fills and empties.
const plain = Array.from({ length: PLAIN_COLUMNS }, () => new NumberList());
const times = Array.from({ length: TIME_COLUMNS }, () => new NumberList());
const durations = new NumberList();

/** Writes figures in columns: counts less what is expected of them, times in units, the durations less their phases. */
export function writeFigures(writer: BitWriter, rollups: readonly Rollup[]): void {
  for (const list of [...plain, ...times, durations]) list.clear();
  const phases: number[] = [];
  for (const rollup of rollups) {
    pushAll(plain, plainOf(rollup));
    const ofRollup = timesOf(rollup);
    pushAll(times, ofRollup);
    durations.push(safe(rollup.duration.figures.sumUs));
    phases.push(sumOfPhases(ofRollup));
  }
  for (const column of plain) writeColumn(writer, column);
  for (const column of times) {
    useUnit(column, writeUnit(writer, column));
    writeColumn(writer, column);
  }
  const unit = writeUnit(writer, durations);
  useUnit(durations, unit);
  for (const [index, sum] of phases.entries()) {
    durations.values[index] = (durations.values[index] ?? 0) - Math.floor(sum / unit);
  }
  writeColumn(writer, durations);
}

/** Counts that are expected of the others are written as what they differ from that, which is nothing nearly always. */
function plainOf(rollup: Rollup): number[] {
  const { counts, missed, phases } = rollup;
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
    phases.dns.count - duration.count,
    phases.connect.count - duration.count,
    phases.tls.count - duration.count,
    phases.wait.count - duration.count,
    phases.body.count - duration.count,
  ];
}

function timesOf({ phases, ...rollup }: Rollup): number[] {
  const [late, duration] = [rollup.late.figures, rollup.duration.figures];
  const sums = [phases.dns, phases.connect, phases.tls, phases.wait, phases.body].map(({ sumUs }) => safe(sumUs));
  return [safe(late.sumUs), late.minUs, late.maxUs, duration.minUs, duration.maxUs, ...sums];
}

/** Sums of 285 years are not told apart. */
function safe(sum: number): number {
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

/** What the phases of a row of times come to; 0 when that is too much to be exact. */
function sumOfPhases(times: readonly number[]): number {
  let sum = 0;
  for (let place = FIRST_PHASE; place < TIME_COLUMNS; place += 1) sum += times[place] ?? 0;
  return Number.isSafeInteger(sum) ? sum : 0;
}

function pushAll(columns: readonly NumberList[], figures: readonly number[]): void {
  for (const [place, column] of columns.entries()) column.push(figures[place] ?? 0);
}

function writeUnit(writer: BitWriter, { values, length }: NumberList): number {
  let number = UNITS.length - 1;
  for (let index = 0; index < length; index += 1) {
    while ((values[index] ?? 0) % (UNITS[number] ?? 1) !== 0) number -= 1;
  }
  writer.bits(number, UNIT_BITS);
  return UNITS[number] ?? 1;
}

function useUnit({ values, length }: NumberList, unit: number): void {
  if (unit === 1) return;
  for (let index = 0; index < length; index += 1) values[index] = (values[index] ?? 0) / unit;
}

/** Reads the figures of so many rollups. */
export function readFigures(reader: BitReader, rows: number): RollupFigures[] {
  const table = new Float64Array(COLUMNS * rows);
  for (let column = 0; column < COLUMNS; column += 1) {
    const from = column * rows;
    const unit = column < PLAIN_COLUMNS ? 1 : readUnit(reader);
    readColumn(reader, table, from, rows);
    if (column === DURATION_SUM) addPhases(table, rows, unit);
    if (unit > 1) scale(table.subarray(from, from + rows), unit);
  }
  const figures: RollupFigures[] = [];
  for (let row = 0; row < rows; row += 1) figures.push(figuresAt(table, rows, row));
  return figures;
}

function scale(column: Float64Array, unit: number): void {
  for (let place = 0; place < column.length; place += 1) column[place] = (column[place] ?? 0) * unit;
}

/** Makes the sums of the durations, in a unit, of what the phases leave of them. */
function addPhases(table: Float64Array, rows: number, unit: number): void {
  const times = PLAIN_COLUMNS + FIRST_PHASE;
  for (let row = 0; row < rows; row += 1) {
    let sum = 0;
    for (let column = times; column < DURATION_SUM; column += 1) sum += table[column * rows + row] ?? 0;
    const place = DURATION_SUM * rows + row;
    table[place] = (table[place] ?? 0) + (Number.isSafeInteger(sum) ? Math.floor(sum / unit) : 0);
  }
}

function figuresAt(table: Float64Array, rows: number, row: number): RollupFigures {
  const at = (column: number): number => table[column * rows + row] ?? 0;
  const counts = { up: at(0), degraded: at(1), down: at(2), unknown: at(3) };
  const missed = at(4);
  const late = at(5) + counts.up + counts.degraded + counts.down + counts.unknown - missed;
  const good = at(7) + counts.up + counts.degraded;
  return {
    counts,
    missed,
    late: { count: late, zeros: at(6), sumUs: at(14), minUs: at(15), maxUs: at(16) },
    duration: { count: good, zeros: at(8), sumUs: at(24), minUs: at(17), maxUs: at(18) },
    phases: {
      dns: { count: good + at(9), sumUs: at(19) },
      connect: { count: good + at(10), sumUs: at(20) },
      tls: { count: good + at(11), sumUs: at(21) },
      wait: { count: good + at(12), sumUs: at(22) },
      body: { count: good + at(13), sumUs: at(23) },
    },
  };
}

function readUnit(reader: BitReader): number {
  const unit = UNITS[reader.bits(UNIT_BITS)];
  if (unit === undefined) throw reader.damaged('there is no such unit');
  return unit;
}
