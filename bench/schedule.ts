/**
 * `npm run bench -- schedule [--rate 1000] [--seconds 30] [--json]`: so many checks a second of loopback HTTP through
 * the whole chain (scheduler, embedded queue, worker, recorder, SQLite), against the same checks on bare timers and
 * undici. Lateness is the time from a check's slot to its beginning. Linux only (reads /proc).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { cpuMsOf, describeMachine, end, memoryMbOf, quantile, startAndReadLine } from './support/process.ts';

interface Figures {
  readonly checks: number;
  readonly bad: number;
  readonly late_p50_ms: number;
  readonly late_p95_ms: number;
  readonly late_p99_ms: number;
  readonly late_max_ms: number;
  readonly cpu_us_per_check: number;
  readonly peak_memory_mb: number | null;
}

const { values: options } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
});
const rate = Math.min(Number(options.rate), 5000);
const seconds = Math.min(Number(options.seconds), 120);
const here = import.meta.dirname;
const fromSource = ['--import', 'tsx'];

function figures(lateness: readonly number[], bad: number, cpuMs: number, memory: number | null): Figures {
  return {
    checks: lateness.length,
    bad,
    late_p50_ms: quantile(lateness, 0.5),
    late_p95_ms: quantile(lateness, 0.95),
    late_p99_ms: quantile(lateness, 0.99),
    late_max_ms: quantile(lateness, 1),
    cpu_us_per_check: (cpuMs * 1000) / lateness.length,
    peak_memory_mb: memory,
  };
}

async function measureLongwatch(port: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-bench-'));
  const database = join(folder, 'bench.db');
  const config = join(folder, 'bench.yaml');
  const monitors = Array.from(
    { length: rate },
    (_, index) => `  - { id: m${index}, url: "http://127.0.0.1:${port}/" }`,
  );
  const defaults = 'defaults: { interval: 1s, timeout: 1s }';
  const text = `version: 1\nserver: { listen: "127.0.0.1:0" }\nstorage: { path: ${database} }\n${defaults}\nmonitors:\n`;
  writeFileSync(config, text + monitors.join('\n'));
  const program = join(here, '..', 'dist', 'cli', 'main.js');
  const { child } = await startAndReadLine(process.execPath, [
    program,
    'serve',
    '--config',
    config,
    '--log-level',
    'warn',
  ]);
  const pid = child.pid ?? 0;
  // The first seconds warm the program up; the measurement begins after them, for both sides' CPU.
  await passing(3000);
  const from = Date.now();
  const cpuBefore = cpuMsOf(pid);
  await passing(seconds * 1000);
  const to = Date.now();
  const cpuMs = cpuMsOf(pid) - cpuBefore;
  const { peak } = memoryMbOf(pid);
  await passing(1000);
  await end(child);
  const db = new Database(database, { readonly: true });
  const rows = db.prepare('SELECT late_ms AS late FROM journal WHERE slot >= ? AND slot < ?').all(from, to) as {
    late: number | null;
    status: number;
  }[];
  const bad = (db.prepare('SELECT count(*) AS n FROM journal WHERE reason IS NOT NULL').get() as { n: number }).n;
  db.close();
  rmSync(folder, { recursive: true });
  const lateness = rows.flatMap(({ late }) => (late === null ? [] : [late]));
  return figures(lateness, bad, cpuMs, peak);
}

async function measureBareTimers(port: number): Promise<Figures> {
  const script = join(here, 'support', 'bare-timers.ts');
  const args = [...fromSource, script, String(port), String(rate), String(seconds)];
  const { child, line } = await startAndReadLine(process.execPath, args);
  await end(child);
  const { lateness, bad, cpuMs } = JSON.parse(line) as { lateness: number[]; bad: number; cpuMs: number };
  return figures(lateness, bad, cpuMs, null);
}

function passing(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const target = await startAndReadLine(process.execPath, [...fromSource, join(here, 'support', 'http-target.ts')]);
try {
  const port = Number(target.line);
  const floor = await measureBareTimers(port);
  const longwatch = await measureLongwatch(port);
  const ratio = {
    late_p99: longwatch.late_p99_ms / floor.late_p99_ms,
    cpu: longwatch.cpu_us_per_check / floor.cpu_us_per_check,
  };
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine: describeMachine(), rate, seconds, longwatch, floor, ratio })}\n`);
  } else {
    process.stdout.write(
      `${describeMachine()}\n${rate} checks a second for ${seconds} s, loopback HTTP, fresh connections\n\n`,
    );
    console.table({ longwatch, 'bare timers + undici': floor });
    process.stdout.write(
      `ratio longwatch : bare   CPU ${ratio.cpu.toFixed(2)}, lateness p99 ${ratio.late_p99.toFixed(2)}\n`,
    );
  }
} finally {
  await end(target.child);
}
