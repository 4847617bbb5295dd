/**
 * `npm run bench -- check [--urls 2000] [--rounds 3] [--json]`: one-shot checks of URLs of a loopback server by `longwatch check`
 * against undici's own request() and a bare socket, as whole processes. CPU is that of the process from its start to its
 * end; the rounds alternate between the programs, and the median round counts.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, end, quantile, startAndReadLine } from './support/process.ts';

interface Round {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

interface Figures {
  readonly urls_per_s: number;
  readonly cpu_us_per_url: number;
  readonly peak_memory_mb: number;
}

const CONCURRENCY = 100;
/** A program that takes longer than this is stopped, ms. */
const PATIENCE = 120_000;

const { values: options } = parseArgs({
  options: {
    urls: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const count = Math.min(Number(options.urls), 50_000);
const rounds = Math.min(Math.max(Number(options.rounds), 3), 20);
const root = join(import.meta.dirname, '..');
const here = join(import.meta.dirname, 'check');
const main = join(root, 'dist', 'cli', 'main.js');

const PROGRAMS = {
  longwatch: (list: string) => [main, 'check', '--file', list, '--concurrency', String(CONCURRENCY)],
  undici: (list: string) => [join(here, 'raw-undici.mjs'), list, String(CONCURRENCY)],
  socket: (list: string) => [join(here, 'raw-socket.mjs'), list, String(CONCURRENCY)],
} as const;
type Program = keyof typeof PROGRAMS;
const names = Object.keys(PROGRAMS) as Program[];

/** Runs a program over the list once; fails unless it says OK of every URL. */
async function runOnce(program: Program, list: string): Promise<Round> {
  const usage = join(here, 'report-usage.mjs');
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', usage, ...PROGRAMS[program](list)], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(root, 'test', 'targets', 'certificates', 'authority.pem') },
    timeout: PATIENCE,
  });
  const texts = ['', '', ''];
  for (const [place, stream] of [child.stdout, child.stderr, child.stdio[3]].entries()) {
    stream?.on('data', (chunk: Buffer) => (texts[place] += chunk.toString('latin1')));
  }
  const status = await new Promise((resolve) => child.once('close', resolve));
  const wallMs = performance.now() - started;
  const [lines = '', errors = '', report = ''] = texts;
  const verdicts = lines.split('\n').filter((line) => line.split(' ')[1] === 'OK').length;
  if (status !== 0 || verdicts !== count) {
    throw new Error(`${program} ended with ${String(status)}, ${verdicts} of ${count} OK\n${errors.slice(0, 2000)}`);
  }
  return { wallMs, ...(JSON.parse(report) as { cpuMs: number; peakMb: number }) };
}

async function measure(list: string): Promise<Record<Program, Figures>> {
  const seen: Record<Program, Round[]> = { longwatch: [], undici: [], socket: [] };
  for (let round = 0; round < rounds; round++) {
    for (const program of names) seen[program].push(await runOnce(program, list));
  }
  const median = (program: Program, of: (round: Round) => number): number => quantile(seen[program].map(of), 0.5);
  const figures = (program: Program): Figures => ({
    urls_per_s: Math.round(count / (median(program, ({ wallMs }) => wallMs) / 1000)),
    cpu_us_per_url: Math.round((median(program, ({ cpuMs }) => cpuMs) * 1000) / count),
    peak_memory_mb: Math.round(median(program, ({ peakMb }) => peakMb)),
  });
  return { longwatch: figures('longwatch'), undici: figures('undici'), socket: figures('socket') };
}

function ratios({ longwatch, undici, socket }: Record<Program, Figures>): Record<string, number> {
  return {
    cpu_to_undici: longwatch.cpu_us_per_url / undici.cpu_us_per_url,
    cpu_to_socket: longwatch.cpu_us_per_url / socket.cpu_us_per_url,
    speed_to_undici: longwatch.urls_per_s / undici.urls_per_s,
    speed_to_socket: longwatch.urls_per_s / socket.urls_per_s,
  };
}

if (!existsSync(main)) {
  spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 2, 2] });
}
const folder = mkdtempSync(join(tmpdir(), 'longwatch-bench-'));
const target = await startAndReadLine(process.execPath, [join(here, 'target.mjs')]);
try {
  const [plainPort, securePort] = target.line.split(' ');
  const bases = { http: `http://127.0.0.1:${plainPort}`, https: `https://127.0.0.1:${securePort}` };
  const results: Record<string, object> = {};
  if (!options.json) {
    process.stdout.write(`${describeMachine()}\n${count} URLs, ${CONCURRENCY} at a time, median of ${rounds} rounds\n`);
  }
  for (const [scheme, base] of Object.entries(bases)) {
    const list = join(folder, `${scheme}.txt`);
    writeFileSync(list, Array.from({ length: count }, (_, n) => `${base}/${n}\n`).join(''));
    const figures = await measure(list);
    results[scheme] = { ...figures, ratio: ratios(figures) };
    if (options.json) continue;
    process.stdout.write(`\n${scheme}\n`);
    console.table(figures);
    for (const [name, value] of Object.entries(ratios(figures))) process.stdout.write(`${name} ${value.toFixed(2)}\n`);
  }
  if (options.json) {
    const about = { machine: describeMachine(), urls: count, concurrency: CONCURRENCY, rounds };
    process.stdout.write(`${JSON.stringify({ ...about, ...results })}\n`);
  }
} finally {
  await end(target.child);
  rmSync(folder, { recursive: true });
}
