/**
 * `npm run bench -- ingest [--results 5M] [--monitors 12000] [--json]`: results a second through the writer of history,
 * folding and all, beside a bare append-only table of the same rows in the same run. Flushes of 500, on a simulated clock
 * at one check a minute of each monitor; the rate counts the time in the writer and in the bare table alone. Then what is
 * written to the WAL at 200 results a second, in flushes as the recorder gathers them; 1 % fail.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Failures } from './ingest/arrivals.ts';
import { measureIngest, type IngestFigures } from './ingest/ingest.ts';
import { measureWal, type WalFigures } from './ingest/wal.ts';
import { describeMachine } from './support/process.ts';

const { values: options } = parseArgs({
  options: {
    results: { type: 'string', default: '5M' },
    monitors: { type: 'string', default: '12000' },
    json: { type: 'boolean', default: false },
  },
});
const [, amount = '', unit = ''] = /^(\d{1,9})([kM]?)$/.exec(options.results) ?? [];
const results = Number(amount) * (unit === 'M' ? 1e6 : unit === 'k' ? 1000 : 1);
const monitors = Number(options.monitors);

function say(line: string): void {
  if (!options.json) process.stdout.write(`${line}\n`);
}

function show(ingest: IngestFigures, wal: Readonly<Record<Failures, WalFigures>>): void {
  const { writer, bare, folding } = ingest;
  const { rows, cpuUs } = folding;
  const flushUs = writer.cpuUs - (cpuUs * rows) / ingest.results;
  const rate = (results: number): string => results.toLocaleString('en', { maximumFractionDigits: 0 });
  const shown = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(', ');
  say(`\nCPU µs a result, each million: writer ${shown(ingest.millions.map((each) => each.writer))}`);
  say(`                               bare   ${shown(ingest.millions.map((each) => each.bare))}`);
  say(`last million to the second: ${ingest.lastToSecond.toFixed(2)} of its results in the same time (goal: 0.8)`);
  say(`results a second of CPU, to the bare table: ${(bare.cpuUs / writer.cpuUs).toFixed(2)} (goal: 0.5)`);
  say(`  flushes alone, ${flushUs.toFixed(2)} µs to ${bare.cpuUs.toFixed(2)}: ${(bare.cpuUs / flushUs).toFixed(2)}`);
  say(`results a second by the clock: ${rate(writer.rate)} to ${rate(bare.rate)}`);
  say(`folding: ${rows} results, ${cpuUs.toFixed(2)} µs CPU a result (goal: 3)`);
  say(
    `calls for upkeep, ms: median ${folding.p50Ms.toFixed(1)}, p99 ${folding.p99Ms.toFixed(1)}, longest ${folding.longestMs.toFixed(1)}`,
  );
  say(
    `flushes of 500, ms: median ${writer.p50Ms.toFixed(1)}, p99 ${writer.p99Ms.toFixed(1)}, longest ${writer.longestMs.toFixed(1)}`,
  );
  for (const [failures, { bytes, flushBytes, rowsAFlush }] of Object.entries(wal)) {
    say(
      `WAL at 200 results/s, ${failures}, ${rowsAFlush.toFixed(0)} a flush: ${bytes.toFixed(0)} bytes a result (goal: 300), ` +
        `${flushBytes.toFixed(0)} of them by flushes`,
    );
  }
}

if (!(results >= 1000) || !(monitors >= 1)) {
  process.stderr.write('--results is a number such as 500k or 5M, --monitors one from 1\n');
  process.exitCode = 2;
} else {
  say(describeMachine());
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-ingest-'));
  try {
    const ingest = await measureIngest({ folder, results, monitors, say });
    const wal = { outages: await measureWal(folder, 'outages'), scattered: await measureWal(folder, 'scattered') };
    show(ingest, wal);
    if (options.json) process.stdout.write(`${JSON.stringify({ machine: describeMachine(), ingest, wal })}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
