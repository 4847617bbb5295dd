/**
 * `npm run bench -- ingest [--results 5M] [--monitors 12000] [--json]`: results a second through the writer of history,
 * folding and all, beside a bare append-only table of the same rows in the same run. Flushes of 500, on a simulated clock
 * at one check a minute of each monitor; the rate counts the time in the writer and in the bare table alone. Then what is
 * written to the WAL at 200 results a second, in flushes of 250 ms.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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

function show(ingest: IngestFigures, wal: WalFigures): void {
  const { writer, bare, folding } = ingest;
  const rate = (rows: number): string => rows.toLocaleString('en', { maximumFractionDigits: 0 });
  say(`\nresults a second, each million: writer ${ingest.millions.map((each) => rate(each.writer)).join(', ')}`);
  say(`                                bare   ${ingest.millions.map((each) => rate(each.bare)).join(', ')}`);
  say(
    `writer ${rate(writer.rate)}, bare ${rate(bare.rate)}: ratio ${(writer.rate / bare.rate).toFixed(2)} (goal: 0.5)`,
  );
  say(`CPU µs a result: writer ${writer.cpuUs.toFixed(2)}, bare ${bare.cpuUs.toFixed(2)}`);
  say(`last million to first: ${ingest.lastToFirst.toFixed(2)} (goal: 0.8)`);
  say(`folding: ${folding.rows} results, ${folding.cpuUs.toFixed(2)} µs CPU a result (goal: 3)`);
  say(
    `calls for upkeep, ms: median ${folding.p50Ms.toFixed(1)}, p99 ${folding.p99Ms.toFixed(1)}, longest ${folding.longestMs.toFixed(1)}`,
  );
  say(
    `flushes of 500, ms: median ${writer.p50Ms.toFixed(1)}, p99 ${writer.p99Ms.toFixed(1)}, longest ${writer.longestMs.toFixed(1)}`,
  );
  say(
    `WAL at 200 results/s: ${wal.bytes.toFixed(0)} bytes a result (goal: 300), ${wal.flushBytes.toFixed(0)} of them by flushes`,
  );
}

if (!(results >= 1000) || !(monitors >= 1)) {
  process.stderr.write('--results is a number such as 500k or 5M, --monitors one from 1\n');
  process.exitCode = 2;
} else {
  say(describeMachine());
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-ingest-'));
  try {
    const ingest = await measureIngest({ folder, results, monitors, say });
    const wal = await measureWal(folder);
    show(ingest, wal);
    if (options.json) process.stdout.write(`${JSON.stringify({ machine: describeMachine(), ingest, wal })}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
