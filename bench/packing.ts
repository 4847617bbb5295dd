/**
 * `npm run bench -- packing [--monitors 1000] [--rounds 9] [--json]`: bytes a result in a block takes, column by column, and
 * CPU time of packing and unpacking blocks and rollups. Results of web sites, 60 an hour, 1 % failures.
 */
import { parseArgs } from 'node:util';
import { packBlock, readBlock, unpackBlock } from '../src/core/history/block.ts';
import type { KeptResult } from '../src/core/history/kept-result.ts';
import { packHours, packRollup, sumOfHours, unpackHours } from '../src/core/history/packed-rollup.ts';
import { addToRollup, emptyRollup, type Rollup } from '../src/core/history/rollup.ts';
import { bitsByColumn } from './support/packed-columns.ts';
import { describeMachine } from './support/process.ts';
import { realisticResults } from './support/realistic-results.ts';

const SEED = 20_261_123;
const FIRST_HOUR = 497_784;
const HOURS = 24;
/** Monitors that are packed to measure time: few enough to stay in the caches, as what is being folded does. */
const TIMED = 100;
const DAYS = 40;

const { values: options } = parseArgs({
  options: {
    monitors: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
  },
});

function ofMonitor(monitor: number, hour: number): KeptResult[] {
  return realisticResults({ seed: SEED, monitor, hour: FIRST_HOUR + hour });
}

function rollupOf(results: readonly KeptResult[]): Rollup {
  const rollup = emptyRollup();
  for (const result of results) addToRollup(rollup, result);
  return rollup;
}

/** Bytes a result, by column and in all. */
function bytesOfBlocks(monitors: number): Record<string, number> {
  const bits = new Map<string, number>();
  let results = 0;
  for (let monitor = 0; monitor < monitors; monitor += 1) {
    const ofHour = ofMonitor(monitor, monitor % 1000);
    results += ofHour.length;
    for (const [column, count] of bitsByColumn(ofHour)) bits.set(column, (bits.get(column) ?? 0) + count);
  }
  return Object.fromEntries([...bits].map(([column, count]) => [column, count / 8 / results]));
}

/** The least CPU time of the rounds, µs for each of so many things. */
function measure(things: number, run: () => void): number {
  let least = Infinity;
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const before = process.cpuUsage();
    for (let turn = 0; turn < 10; turn += 1) run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 10 / things);
  }
  return least;
}

function timesOfBlocks(): Record<string, number> {
  const hours = Array.from({ length: TIMED }, (_, monitor) => ofMonitor(monitor, 0));
  const blocks = hours.map((results) => packBlock(results));
  const results = hours.flat().length;
  return {
    'packBlock, a result': measure(results, () => hours.forEach((each) => packBlock(each))),
    'unpackBlock, a result': measure(results, () => blocks.forEach((each) => unpackBlock(each))),
    'readBlock, a result': measure(results, () => blocks.forEach((each) => readBlock(each))),
    'addToRollup, a result': measure(results, () => hours.forEach((each) => rollupOf(each))),
  };
}

function figuresOfRollups(): { bytes: Record<string, number>; times: Record<string, number> } {
  const days = Array.from({ length: DAYS }, (_, monitor) => {
    return new Map(Array.from({ length: HOURS }, (__, hour) => [hour, rollupOf(ofMonitor(monitor, hour))]));
  });
  const packed = days.map((hours) => packHours(hours));
  const sums = days.map((hours) => packRollup(sumOfHours(hours)));
  const unpacked = packed.map((data) => unpackHours(data));
  const lengthOf = (all: readonly Uint8Array[]): number => all.reduce((sum, { length }) => sum + length, 0);
  const ask = (data: Uint8Array): void => {
    for (const { duration } of unpackHours(data).values()) duration.quantiles([0.5, 0.95, 0.99]);
  };
  const bytes = { 'an hour': lengthOf(packed) / DAYS / HOURS, 'a day': lengthOf(sums) / DAYS };
  const times = {
    'packHours, 24 new hours': measure(DAYS, () => days.forEach((hours) => packHours(hours))),
    'packHours, 24 unpacked hours': measure(DAYS, () => unpacked.forEach((hours) => packHours(hours))),
    'unpackHours, 24 hours': measure(DAYS, () => packed.forEach((data) => unpackHours(data))),
    'unpackHours and p50, p95, p99 of 24 hours': measure(DAYS, () => packed.forEach(ask)),
    'sumOfHours, 24 hours': measure(DAYS, () => unpacked.forEach((hours) => sumOfHours(hours))),
  };
  return { bytes, times };
}

function print(title: string, figures: Readonly<Record<string, number>>, digits: number): void {
  process.stdout.write(`\n${title}\n`);
  for (const [name, value] of Object.entries(figures)) {
    process.stdout.write(`  ${name.padEnd(44)} ${value.toFixed(digits).padStart(9)}\n`);
  }
}

const blocks = bytesOfBlocks(Number(options.monitors));
const times = timesOfBlocks();
const rollups = figuresOfRollups();
if (options.json) {
  process.stdout.write(`${JSON.stringify({ machine: describeMachine(), blocks, times, rollups }, null, 2)}\n`);
} else {
  process.stdout.write(`${describeMachine()}\n`);
  print('Blocks, bytes a result', blocks, 3);
  print('Blocks, CPU µs', times, 3);
  print('Rollups, bytes', rollups.bytes, 1);
  print('Rollups, CPU µs', rollups.times, 1);
}
