import type { SketchFigures } from '../quantiles.ts';
import type { BitReader } from './bit-reader.ts';
import type { BitWriter } from './bit-writer.ts';
import { readColumn, writeColumn } from './number-column.ts';
import { countOf, type PhaseName, type PhaseSum, type Rollup } from './rollup.ts';

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

/** Writes figures in columns: counts less what is expected of them, times in units, the durations less their phases. */
export function writeFigures(writer: BitWriter, rollups: readonly Rollup[]): void {
  const plain = newColumns(PLAIN_COLUMNS, rollups.length);
  const times = newColumns(TIME_COLUMNS, rollups.length);
  const durations = new Float64Array(rollups.length);
  for (const [index, rollup] of rollups.entries()) {
    fill(plain, index, plainOf(rollup));
    fill(times, index, timesOf(rollup));
    durations[index] = safe(rollup.duration.figures.sumUs);
  }
  for (const column of plain) writeColumn(writer, column);
  for (const column of times) writeColumn(writer, inUnits(column, writeUnit(writer, column)));
  const unit = writeUnit(writer, durations);
  const rests = inUnits(durations, unit);
  for (let index = 0; index < rests.length; index += 1) {
    rests[index] = (rests[index] ?? 0) - Math.floor(phasesAt(times, index) / unit);
  }
  writeColumn(writer, rests);
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

/** What the phases of a row come to; 0 when that is too much to be exact. */
function phasesAt(times: readonly Float64Array[], index: number): number {
  let sum = 0;
  for (let phase = 5; phase < TIME_COLUMNS; phase += 1) sum += times[phase]?.[index] ?? 0;
  return Number.isSafeInteger(sum) ? sum : 0;
}

function newColumns(columns: number, rows: number): Float64Array[] {
  return Array.from({ length: columns }, () => new Float64Array(rows));
}

function fill(columns: readonly Float64Array[], index: number, figures: readonly number[]): void {
  for (const [place, column] of columns.entries()) column[index] = figures[place] ?? 0;
}

function writeUnit(writer: BitWriter, column: Float64Array): number {
  let number = UNITS.length - 1;
  for (const time of column) while (time % (UNITS[number] ?? 1) !== 0) number -= 1;
  writer.bits(number, UNIT_BITS);
  return UNITS[number] ?? 1;
}

function inUnits(column: Float64Array, unit: number): Float64Array {
  const units = new Float64Array(column.length);
  for (let index = 0; index < units.length; index += 1) units[index] = (column[index] ?? 0) / unit;
  return units;
}

/** Reads the figures of so many rollups. */
export function readFigures(reader: BitReader, rows: number): RollupFigures[] {
  const plain: Float64Array[] = [];
  for (let column = 0; column < PLAIN_COLUMNS; column += 1) plain.push(readColumn(reader, rows));
  const times: Float64Array[] = [];
  for (let column = 0; column < TIME_COLUMNS; column += 1) {
    const unit = readUnit(reader);
    times.push(scaled(readColumn(reader, rows), unit));
  }
  const unit = readUnit(reader);
  const durations = readColumn(reader, rows);
  const figures: RollupFigures[] = [];
  for (let row = 0; row < rows; row += 1) {
    const sum = ((durations[row] ?? 0) + Math.floor(phasesAt(times, row) / unit)) * unit;
    figures.push(figuresAt(row, { plain, times, sum }));
  }
  return figures;
}

function figuresAt(
  row: number,
  of: { readonly plain: readonly Float64Array[]; readonly times: readonly Float64Array[]; readonly sum: number },
): RollupFigures {
  const { plain, times, sum } = of;
  const count = (place: number): number => plain[place]?.[row] ?? 0;
  const time = (place: number): number => times[place]?.[row] ?? 0;
  const counts = { up: count(0), degraded: count(1), down: count(2), unknown: count(3) };
  const missed = count(4);
  const results = counts.up + counts.degraded + counts.down + counts.unknown;
  const late = { count: count(5) + results - missed, zeros: count(6), sumUs: time(0), minUs: time(1), maxUs: time(2) };
  const good = count(7) + counts.up + counts.degraded;
  const duration = { count: good, zeros: count(8), sumUs: sum, minUs: time(3), maxUs: time(4) };
  const phase = (place: number): PhaseSum => ({ count: count(9 + place) + good, sumUs: time(5 + place) });
  const phases: Record<PhaseName, PhaseSum> = {
    dns: phase(0),
    connect: phase(1),
    tls: phase(2),
    wait: phase(3),
    body: phase(4),
  };
  return { counts, missed, phases, late, duration };
}

function readUnit(reader: BitReader): number {
  const unit = UNITS[reader.bits(UNIT_BITS)];
  if (unit === undefined) throw reader.damaged('there is no such unit');
  return unit;
}

function scaled(column: Float64Array, unit: number): Float64Array {
  if (unit === 1) return column;
  for (let index = 0; index < column.length; index += 1) column[index] = (column[index] ?? 0) * unit;
  return column;
}
