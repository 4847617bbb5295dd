/**
 * `npm run bench -- query [--monitors 10000] [--days 365] [--json]`: how long answers take of a database of many monitors
 * and a year of rollups, in a thread like those that read history, beside plain SELECTs of a bare table with an index by
 * monitor and time. And of a database of a tenth of that age. Needs about 1.5 KB of disk a monitor and day.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { READER_YOUNG_MB } from '../src/query/reader.ts';
import { startThread, type Thread } from '../src/db/thread.ts';
import { threadEntry } from '../src/db/thread-entry.ts';
import type { AskingMethods, AskingThreadData } from './query/asking-thread.ts';
import { makeBareTables } from './query/bare-table.ts';
import { makeHistory } from './query/large-history.ts';
import { describeMachine, quantile } from './support/process.ts';

interface Figures {
  readonly entries: number;
  readonly median_ms: number;
  readonly p99_ms: number;
  readonly least_ms: number;
}

/** What is asked, how often, and the median that is to be reached, ms. */
const ASKED = [
  { name: 'status of all', times: 60, goal: 30 },
  { name: 'status of all, bare', times: 60 },
  { name: 'results 24 h', times: 400, goal: 2 },
  { name: 'results 24 h, bare', times: 400 },
  { name: 'series 30 d by hour', times: 400, goal: 1 },
  { name: 'series 30 d by hour, bare', times: 60 },
  { name: 'series 24 h by 5 min', times: 400 },
  { name: 'series of all its life by day', times: 400 },
  { name: 'uptime of a year', times: 400, goal: 1 },
  { name: 'latency 24 h', times: 400 },
  { name: 'latency of all 24 h', times: 2 },
] as const;

/** How often at most each database is asked in turn, apart from warming up. */
const TURNS = 10;

const { values: options } = parseArgs({
  options: {
    monitors: { type: 'string', default: '10000' },
    days: { type: 'string', default: '365' },
    json: { type: 'boolean', default: false },
  },
});
const monitors = Number(options.monitors);
const days = Number(options.days);

function say(line: string): void {
  if (!options.json) process.stdout.write(`${line}\n`);
}

/** A database of some age, and the thread that asks it. */
interface Aged {
  readonly megabytes: number;
  readonly thread: Thread<AskingMethods>;
}

async function prepare(folder: string, age: number): Promise<Aged> {
  const data: AskingThreadData = { path: join(folder, `${age}.db`), barePath: join(folder, 'bare.db') };
  const started = Date.now();
  await makeHistory(data.path, { monitors, days: age }, (what) => say(`${age} days: ${what}`));
  const megabytes = statSync(data.path).size / 1e6;
  say(`${age} days: ${megabytes.toFixed(0)} MB, made in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  const entry = threadEntry(import.meta.url, 'query/asking-thread');
  return { megabytes, thread: startThread<AskingMethods>(entry, 'reader', data, READER_YOUNG_MB) };
}

/** Asks all databases by turns, so that what else the machine does falls on all of them. */
async function measure(aged: readonly Aged[]): Promise<Record<string, Figures>[]> {
  const figures = aged.map((): Record<string, Figures> => ({}));
  for (const { name, times } of ASKED) {
    const took = aged.map((): number[] => []);
    let entries = 0;
    const turns = Math.min(TURNS, times);
    for (let turn = 0; turn <= turns; turn += 1) {
      for (const [index, { thread }] of aged.entries()) {
        const asked = await thread.call('ask', { name, times: Math.ceil(times / turns) });
        entries = asked.entries;
        // The first turn warms up.
        if (turn > 0) took[index]?.push(...asked.times);
      }
    }
    for (const [index, all] of took.entries()) {
      const [median_ms = NaN, p99_ms = NaN, least_ms = NaN] = [0.5, 0.99, 0].map((q) => round(quantile(all, q)));
      Object.assign(figures[index] ?? {}, { [name]: { entries, median_ms, p99_ms, least_ms } });
    }
  }
  return figures;
}

function rowOf(
  { name, goal = null }: { readonly name: string; readonly goal?: number | null },
  young: Readonly<Record<string, Figures>>,
  old: Readonly<Record<string, Figures>>,
): object {
  const growth = round((old[name]?.median_ms ?? NaN) / (young[name]?.median_ms ?? NaN));
  return Object.assign({ asked: name, goal_ms: goal, growth }, old[name]);
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

if (!Number.isInteger(monitors) || monitors < 20 || !Number.isInteger(days) || days < 40) {
  process.stderr.write('--monitors is a whole number from 20, --days one from 40\n');
  process.exitCode = 2;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-query-'));
  try {
    say(`${describeMachine()}\n${monitors} monitors, one check a minute each`);
    await makeBareTables(join(folder, 'bare.db'), monitors);
    const aged = [await prepare(folder, Math.max(31, Math.round(days / 10))), await prepare(folder, days)];
    const [young = {}, old = {}] = await measure(aged);
    for (const { thread } of aged) await thread.terminate();
    const rows = ASKED.map((asked) => rowOf(asked, young, old));
    if (options.json) {
      const megabytes = aged.map((each) => each.megabytes);
      process.stdout.write(
        `${JSON.stringify({ machine: describeMachine(), monitors, days, megabytes, rows, young })}\n`,
      );
    } else {
      console.table(rows);
      say('growth: median of all that age to that of a tenth of it');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
