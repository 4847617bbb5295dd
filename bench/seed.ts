/**
 * `npm run bench -- seed [--rounds 5] [--case http-2000,memory] [--json]`: `longwatch check` beside the programs of the talk it all began with.
 * The five programs, in Python, and two floors in Node check the same URLs of an nginx on the loopback, 100 at a time,
 * as whole processes; the rounds alternate, the median counts, and the verdicts are compared line by line. Ends with 1
 * when verdicts differ, and with 0 whether or not the goals are reached: a bench measures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CASES, CONCURRENCY, runCase, type CaseResult } from './seed/cases.ts';
import { goalsOf } from './seed/goals.ts';
import { measureMemory, type MemoryResult } from './seed/memory.ts';
import { installCommand } from './seed/needs.ts';
import { SIX } from './seed/programs.ts';
import { startWebServer, type WebServer } from './seed/web-server.ts';
import { describeMachine } from './support/process.ts';

const NAMES = [...CASES.map(({ name }) => name), 'memory'];
/** So many lines in which verdicts differ are shown. */
const SHOWN = 5;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    case: { type: 'string', default: NAMES.join(',') },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const wanted = options.case.split(',');

function say(text: string): void {
  if (!options.json) process.stdout.write(`${text}\n`);
}

function show(result: CaseResult): void {
  say(`\n${result.name}: ${result.urls} URLs`);
  if (!options.json) console.table(result.figures);
  if (result.sequential_urls < result.urls) say(`sequential ran on ${result.sequential_urls} URLs`);
  for (const [name, value] of Object.entries(result.ratios)) say(`${name} ${value.toFixed(2)}`);
  const { disagreements } = result;
  say(disagreements.length === 0 ? `verdicts: all ${SIX.length} agree` : `verdicts: ${disagreements.length} differ`);
  for (const line of disagreements.slice(0, SHOWN)) say(`  ${line}`);
}

async function measure(server: WebServer, folder: string): Promise<void> {
  const results: CaseResult[] = [];
  const memory: Partial<Record<'http' | 'https', MemoryResult>> = {};
  say(`${describeMachine()}\n${CONCURRENCY} URLs at a time, medians of ${rounds} alternating rounds`);
  for (const given of CASES.filter(({ name }) => wanted.includes(name))) {
    const result = await runCase(given, server[given.scheme], rounds, folder);
    results.push(result);
    show(result);
    if (result.disagreements.length > 0) process.exitCode = 1;
  }
  for (const scheme of wanted.includes('memory') ? (['http', 'https'] as const) : []) {
    const peaks = await measureMemory(server[scheme]);
    memory[scheme] = peaks;
    say(`\n${scheme}, 100,000 URLs from standard input: peak memory ${peaks.peak_mb_at_10000} MB after 10,000,`);
    say(`${peaks.peak_mb_at_100000} MB after all`);
  }
  const goals = results.flatMap(goalsOf);
  say('\nGoals');
  for (const { goal, got, reached } of goals) {
    say(`${reached ? 'reached    ' : 'NOT reached'} ${got.toFixed(2)}  ${goal}`);
  }
  const about = { machine: describeMachine(), concurrency: CONCURRENCY, rounds };
  if (options.json) process.stdout.write(`${JSON.stringify({ ...about, cases: results, memory, goals })}\n`);
}

const unknown = wanted.filter((name) => !NAMES.includes(name));
const install = installCommand();
if (!Number.isInteger(rounds) || rounds < 1 || unknown.length > 0) {
  process.stderr.write(`--rounds is a whole number from 1; --case is of ${NAMES.join(', ')}\n`);
  process.exitCode = 2;
} else if (install !== null) {
  process.stderr.write(`This bench runs programs that are not here. Install them first:\n\n  ${install}\n`);
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-seed-'));
  const certificates = join(import.meta.dirname, '..', 'test', 'targets', 'certificates');
  const server = await startWebServer(join(folder, 'nginx'), certificates);
  try {
    await measure(server, folder);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}
