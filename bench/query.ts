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
import { startThread } from '../src/db/thread.ts';
import { threadEntry } from '../src/db/thread-entry.ts';
import type { AskingMethods, AskingThreadData } from './query/asking-thread.ts';
import { makeBareTables } from './query/bare-table.ts';
import { makeHistory } from './query/large-history.ts';
import { describeMachine, quantile } from './support/process.ts';

interface Figures {
  readonly entries: number;
  readonly median_ms: number;
  readonly p99_ms: number;
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

async function measure(folder: string, age: number): Promise<{ megabytes: number; figures: Record<string, Figures> }> {
  const data: AskingThreadData = { path: join(folder, `${age}.db`), barePath: join(folder, 'bare.db') };
  const started = Date.now();
  await makeHistory(data.path, { monitors, days: age }, (what) => say(`${age} days: ${what}`));
  const megabytes = statSync(data.path).size / 1e6;
  say(`${age} days: ${megabytes.toFixed(0)} MB, made in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  const entry = threadEntry(import.meta.url, 'query/asking-thread');
  const thread = startThread<AskingMethods>(entry, 'reader', data, READER_YOUNG_MB);
  const figures: Record<string, Figures> = {};
  for (const { name, times } of ASKED) {
    await thread.call('ask', { name, times: Math.ceil(times / 10) });
    const { times: took, entries } = await thread.call('ask', { name, times });
    figures[name] = { entries, median_ms: round(quantile(took, 0.5)), p99_ms: round(quantile(took, 0.99)) };
  }
  await thread.terminate();
  rmSync(data.path);
  return { megabytes, figures };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

if (!Number.isInteger(monitors) || monitors < 20 || !Number.isInteger(days) || days < 30) {
  process.stderr.write('--monitors is a whole number from 20, --days one from 30\n');
  process.exitCode = 2;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-query-'));
  try {
    say(`${describeMachine()}\n${monitors} monitors, one check a minute each`);
    await makeBareTables(join(folder, 'bare.db'), monitors);
    const young = await measure(folder, Math.max(31, Math.round(days / 10)));
    const old = await measure(folder, days);
    const growth = ASKED.map(({ name }) => ({
      name,
      ratio: (old.figures[name]?.median_ms ?? NaN) / (young.figures[name]?.median_ms ?? NaN),
    }));
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ machine: describeMachine(), monitors, days, young, old, growth })}\n`);
    } else {
      console.table(old.figures);
      for (const [index, { name, ...rest }] of ASKED.entries()) {
        const goal = 'goal' in rest ? `, goal ${rest.goal} ms` : '';
        const { median_ms } = old.figures[name] ?? { median_ms: NaN };
        say(`${name}: ${median_ms.toFixed(2)} ms${goal}; with a tenth of the age ${(median_ms / (growth[index]?.ratio ?? 1)).toFixed(2)} ms`); // prettier-ignore
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
