/**
 * `npm run bench -- notify [--seconds 30] [--many 1000] [--interval 5] [--json]`: how soon people are told. First single
 * monitors fail and recover one after the other: from a confirmed change to its receipt by a webhook on loopback. Then so
 * many monitors fail at once: how soon the one message about it comes, and whether checks come later than before.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { describeMachine, end, quantile, startAndReadLine } from './support/process.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    many: { type: 'string', default: '1000' },
    interval: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Math.min(Number(options.seconds), 120);
const many = Math.min(Number(options.many), 2000);
const interval = Math.max(1, Math.min(Number(options.interval), 60));
const SINGLE_MONITORS = 40;
const CHANGE_EVERY_MS = 300;
const WARM_UP_MS = 10_000;
const STORM_MS = 45_000;

interface Receipt {
  readonly at: number;
  readonly id: string;
  readonly type: string;
  readonly timestamp: number;
  readonly total: number;
}

interface Target {
  readonly port: number;
  say(line: string): void;
}

interface Trial {
  readonly receipts: Receipt[];
  readonly target: Target;
}

const receipts: Receipt[] = [];
const sink = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part));
  request.on('end', () => {
    const at = Date.now();
    response.end('ok');
    const { id, type, timestamp, total } = JSON.parse(text) as Omit<Receipt, 'timestamp'> & { timestamp: string };
    receipts.push({ at, id, type, total, timestamp: Date.parse(timestamp) });
  });
});
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
const sinkPort = (sink.address() as AddressInfo).port;

/** Runs Longwatch over so many monitors, and gives what its database says afterwards. */
async function trial<Answer>(
  { monitors, defaults, storm }: { monitors: number; defaults: string; storm: string },
  run: (trial: Trial) => Promise<void>,
  read: (database: Database.Database) => Answer,
): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-bench-'));
  const script = join(import.meta.dirname, 'support', 'failing-target.ts');
  const started = await startAndReadLine(process.execPath, ['--import', 'tsx', script]);
  const target: Target = {
    port: Number(started.line),
    say: (line) => void started.child.stdin?.write(`${line}\n`),
  };
  const lines = Array.from(
    { length: monitors },
    (_, index) => `  - { id: m${index}, url: "http://127.0.0.1:${target.port}/m${index}" }`,
  );
  writeFileSync(
    join(folder, 'bench.yaml'),
    [
      'version: 1',
      'server: { listen: "127.0.0.1:0" }',
      `storage: { path: ${join(folder, 'bench.db')} }`,
      'network: { references: off }',
      `defaults: ${defaults}`,
      'channels:',
      `  - { id: hook, type: webhook, url: "http://127.0.0.1:${sinkPort}/" }`,
      'policies:',
      `  - { id: all, tell: hook, storm: ${storm} }`,
      'monitors:',
      ...lines,
      '',
    ].join('\n'),
  );
  const program = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js');
  const args = [program, 'serve', '--config', join(folder, 'bench.yaml'), '--log-level', 'warn'];
  const { child } = await startAndReadLine(process.execPath, args);
  receipts.length = 0;
  try {
    await run({ receipts, target });
  } finally {
    await end(child);
    await end(started.child);
  }
  const database = new Database(join(folder, 'bench.db'), { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

async function passing(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

const milliseconds = (value: number): number => Math.round(value * 10) / 10;

/** `storm`: off tells at once; otherwise messages wait a little, to see whether there is a storm. */
function singles(storm: string): Promise<object> {
  let told: Receipt[] = [];
  const run = async ({ receipts, target }: Trial): Promise<void> => {
    await passing(WARM_UP_MS / 2);
    const down = new Set<number>();
    for (let change = 0; change < (seconds * 1000) / CHANGE_EVERY_MS; change += 1) {
      const monitor = (change * 7) % SINGLE_MONITORS;
      const isDown = down.delete(monitor);
      if (!isDown) down.add(monitor);
      target.say(`${isDown ? 'up' : 'down'} /m${monitor}`);
      await passing(CHANGE_EVERY_MS);
    }
    await passing(3000);
    told = [...receipts];
  };
  return trial(
    {
      monitors: SINGLE_MONITORS,
      defaults: '{ interval: 1s, timeout: 1s, retries: 0, flapping: false }',
      storm,
    },
    run,
    (database) => {
      const rows = database.prepare('SELECT kind, at FROM outbox').all() as { kind: string; at: number }[];
      const waits = told.map(({ at, timestamp }) => at - timestamp);
      return {
        events: rows.length,
        told: told.length,
        told_twice: told.length - new Set(told.map(({ id }) => id)).size,
        to_receipt_p50_ms: milliseconds(quantile(waits, 0.5)),
        to_receipt_p99_ms: milliseconds(quantile(waits, 0.99)),
        to_receipt_max_ms: milliseconds(quantile(waits, 1)),
      };
    },
  );
}

function storm(): Promise<object> {
  let told: Receipt[] = [];
  let before = { from: 0, to: 0 };
  let during = { from: 0, to: 0 };
  const run = async ({ receipts, target }: Trial): Promise<void> => {
    await passing(WARM_UP_MS);
    before = { from: Date.now(), to: Date.now() + WARM_UP_MS };
    await passing(WARM_UP_MS);
    during = { from: Date.now(), to: Date.now() + STORM_MS };
    target.say('down *');
    await passing(STORM_MS);
    told = [...receipts];
  };
  const defaults = `{ interval: ${interval}s, timeout: 1s, retries: 1, retry_interval: 1s, flapping: false }`;
  return trial({ monitors: many, defaults, storm: '{ over: 5, within: 1m }' }, run, (database) => {
    const confirmed = database.prepare(
      "SELECT min(at) AS first, max(at) AS last, count(*) AS n FROM outbox WHERE kind = 'down'",
    );
    const { first, last, n } = confirmed.get() as { first: number; last: number; n: number };
    const late = ({ from, to }: { from: number; to: number }): number[] =>
      database.prepare('SELECT late_ms FROM journal WHERE slot >= ? AND slot < ?').pluck().all(from, to) as number[];
    const firstStorm = told.find(({ type }) => type === 'storm');
    return {
      monitors: many,
      confirmed_down: n,
      confirmed_within_ms: last - first,
      first_confirmed_after_ms: first - during.from,
      first_storm_after_first_confirmed_ms: firstStorm === undefined ? null : firstStorm.at - first,
      messages: told.map(({ type, total, at }) => `${type} (${total}) after ${((at - first) / 1000).toFixed(1)} s`),
      late_p99_before_ms: milliseconds(quantile(late(before), 0.99)),
      late_p99_during_ms: milliseconds(quantile(late(during), 0.99)),
    };
  });
}

try {
  const answer = {
    machine: describeMachine(),
    one_by_one: await singles('{ over: 1000, within: 1m }'),
    without_storms: await singles('off'),
    at_once: await storm(),
  };
  if (options.json) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else {
    process.stdout.write(`${answer.machine}\n\nOne by one, from a confirmed change to its receipt:\n`);
    console.log(answer.one_by_one);
    process.stdout.write('\nThe same with storm: off, which waits for no others:\n');
    console.log(answer.without_storms);
    process.stdout.write('\nAll at once:\n');
    console.log(answer.at_once);
  }
} finally {
  sink.close();
}
