/**
 * `npm run bench -- fairness [--seconds 30] [--json]`: whether targets that hang make the others late. 500 monitors with an
 * interval of 10 s, half of which hang until their timeout of 10 s, beside a run without that half: servers that take a
 * connection and never answer, with 500 and with 100 places, and names that no name server answers for, asked of
 * `network.resolver`. (Servers that do not even take the connection cannot be had on the loopback.) Lateness is the time
 * from a check's slot to its beginning; the first minute, in which the worker learns who hangs, is shown apart. Linux only.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { describeMachine, end, quantile, startAndReadLine } from './support/process.ts';

interface Figures {
  readonly checks: number;
  /** Checks of the healthy half that were not run, or not good. */
  readonly bad: number;
  readonly late_p50_ms: number;
  readonly late_p99_ms: number;
  readonly late_max_ms: number;
  readonly first_late_p99_ms: number;
}

interface Case {
  readonly title: string;
  readonly concurrency: number;
  readonly healthy: (index: number) => string;
  /** `null` for a run without the half that hangs. */
  readonly hanging: ((index: number) => string) | null;
  readonly resolver: number | null;
}

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, json: { type: 'boolean', default: false } },
});
const seconds = Math.min(Number(options.seconds), 600);
const HALF = 250;
const WARM_UP_MS = 60_000;
const GOAL_MS = 1000;
const here = import.meta.dirname;

const passing = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function configuration({ concurrency, healthy, hanging, resolver }: Case, database: string): string {
  const monitors = (name: string, url: (index: number) => string): string[] =>
    Array.from({ length: HALF }, (_, index) => `  - { id: ${name}${index}, url: "${url(index)}" }`);
  return [
    `server: { listen: "127.0.0.1:0" }`,
    `storage: { path: ${database} }`,
    `worker: { concurrency: ${concurrency} }`,
    ...(resolver === null ? [] : [`network: { resolver: "127.0.0.1:${resolver}" }`]),
    'defaults: { interval: 10s, timeout: 10s }',
    'monitors:',
    ...monitors('healthy', healthy),
    ...(hanging === null ? [] : monitors('hanging', hanging)),
  ].join('\n');
}

async function measure(one: Case): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-bench-'));
  const database = join(folder, 'bench.db');
  const config = join(folder, 'bench.yaml');
  writeFileSync(config, configuration(one, database));
  const program = join(here, '..', 'dist', 'cli', 'main.js');
  const args = [program, 'serve', '--config', config, '--log-level', 'warn'];
  const { child } = await startAndReadLine(process.execPath, args);
  const began = Date.now();
  await passing(WARM_UP_MS + seconds * 1000);
  const ended = Date.now() - 1000;
  await end(child);
  const figures = read(database, began, ended);
  rmSync(folder, { recursive: true });
  return figures;
}

function read(database: string, began: number, ended: number): Figures {
  const db = new Database(database, { readonly: true });
  const rows = db
    .prepare(
      `SELECT slot, late_ms AS late, reason FROM journal JOIN monitors ON monitors.key = journal.monitor
       WHERE monitors.id LIKE 'healthy%' AND slot >= ? AND slot < ?`,
    )
    .all(began, ended) as { slot: number; late: number | null; reason: string | null }[];
  db.close();
  const late = (some: typeof rows): number[] => some.flatMap((row) => (row.late === null ? [] : [row.late]));
  const settled = rows.filter(({ slot }) => slot >= began + WARM_UP_MS);
  const first = rows.filter(({ slot }) => slot < began + WARM_UP_MS);
  return {
    checks: settled.length,
    bad: settled.filter(({ reason }) => reason !== null).length,
    late_p50_ms: quantile(late(settled), 0.5),
    late_p99_ms: quantile(late(settled), 0.99),
    late_max_ms: quantile(late(settled), 1),
    first_late_p99_ms: quantile(late(first), 0.99),
  };
}

const support = (name: string) =>
  startAndReadLine(process.execPath, ['--import', 'tsx', join(here, 'support', `${name}.ts`)]);
const [quick, hang, dns] = [await support('http-target'), await support('hanging-target'), await support('dns-target')];
try {
  const healthy = (): string => `http://127.0.0.1:${quick.line}/`;
  const hanging = (): string => `http://127.0.0.1:${hang.line}/`;
  const named = (zone: string) => (index: number) => `http://n${index}.${zone}.test:${quick.line}/`;
  const cases: readonly Case[] = [
    { title: '500 places, none hangs', concurrency: 500, healthy, hanging: null, resolver: null },
    { title: '500 places, half hang', concurrency: 500, healthy, hanging, resolver: null },
    { title: '100 places, none hangs', concurrency: 100, healthy, hanging: null, resolver: null },
    { title: '100 places, half hang', concurrency: 100, healthy, hanging, resolver: null },
    ...([null, named('slow')] as const).map((slow) => ({
      title: `500 places, ${slow === null ? 'names, none hangs' : 'names, half hang'}`,
      concurrency: 500,
      healthy: named('quick'),
      hanging: slow,
      resolver: Number(dns.line),
    })),
  ];
  const results: Record<string, Figures> = {};
  for (const one of cases) results[one.title] = await measure(one);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine: describeMachine(), seconds, goal_ms: GOAL_MS, results })}\n`);
  } else {
    process.stdout.write(`${describeMachine()}\n${HALF} healthy monitors at 10 s for ${seconds} s, loopback HTTP\n\n`);
    console.table(results);
    const worst = Math.max(...Object.values(results).map(({ late_p99_ms }) => late_p99_ms));
    process.stdout.write(`worst p99 ${worst} ms, goal ${GOAL_MS} ms: ${worst <= GOAL_MS ? 'reached' : 'missed'}\n`);
  }
} finally {
  for (const { child } of [quick, hang, dns]) await end(child);
}
