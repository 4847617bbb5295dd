/**
 * Runs in a network namespace of its own, with addresses that no interface of the machine has: watches two targets of them
 * and one of loopback, cuts the network for ten seconds, and then breaks one target in earnest. Prints what was seen as JSON.
 */
import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { randomOf, startSink } from '../../support/outage-drill.ts';
import { aFolder, runJson, startProgram } from '../../support/longwatch.ts';

const ADDRESSES = ['203.0.113.1', '203.0.113.2', '203.0.113.9'] as const;

interface StatusAnswer {
  readonly monitors: readonly { readonly id: string; readonly status: string }[];
}
interface ResultsAnswer {
  readonly results: readonly { readonly status: string; readonly reason: string | null }[];
}

/** Polls until something holds; throws after 30 s. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const latest = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > latest) throw new Error(`not within 30 s: ${String(holds)}`);
    await setTimeout(250);
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args);
}

async function serverAt(address: string): Promise<{ server: Server; port: number }> {
  const server = createServer((_, response) => void response.end('fine'));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

const connect = (): void => ADDRESSES.forEach((address) => ip('addr', 'add', `${address}/32`, 'dev', 'lo'));
const cut = (): void => ADDRESSES.forEach((address) => ip('addr', 'del', `${address}/32`, 'dev', 'lo'));

ip('link', 'set', 'lo', 'up');
connect();
const [one, two, reference] = await Promise.all(ADDRESSES.map(serverAt));
const near = await serverAt('127.0.0.1');
const sink = await startSink(randomOf(1), { refuse: 0, reset: 0, limit: 0 });
const folder = aFolder();
const config = folder.write(
  'longwatch.yaml',
  `server: { listen: '127.0.0.1:0' }
defaults: { interval: 1s, timeout: 900ms, retries: 1, retry_interval: 1s, flapping: false }
network: { references: ['${ADDRESSES[2]}:${reference?.port}'] }
channels: [{ id: sink, type: webhook, url: '${sink.url}' }]
monitors:
  - { id: one, url: 'http://${ADDRESSES[0]}:${one?.port}/' }
  - { id: two, url: 'http://${ADDRESSES[1]}:${two?.port}/' }
  - { id: near, url: 'http://127.0.0.1:${near.port}/' }
`,
);
const program = startProgram(['serve', '--config', config]);
try {
  await program.seen(/ready at/);
  const isStatus = async (wanted: Readonly<Record<string, string>>): Promise<boolean> => {
    const { monitors } = await runJson<StatusAnswer>(['status', '--config', config]);
    return Object.entries(wanted).every(([id, status]) =>
      monitors.some((known) => known.id === id && known.status === status),
    );
  };
  const allUp = { one: 'up', two: 'up', near: 'up' };
  await until(() => isStatus(allUp));
  cut();
  await until(() => isStatus({ one: 'unknown', two: 'unknown', near: 'up' }));
  const enough = Date.now() + 8_000;
  await until(() => Date.now() > enough);
  connect();
  await until(() => isStatus(allUp));
  await until(() => sink.told().length > 0);
  one?.server.closeAllConnections();
  one?.server.close();
  await until(() => isStatus({ one: 'down', two: 'up' }));
  await until(() => sink.told().length > 1);
  const seen = async (id: string): Promise<string[]> => {
    const { results } = await runJson<ResultsAnswer>(['results', id, '--config', config, '--limit', '500']);
    return [...new Set(results.map(({ status, reason }) => `${status} ${reason ?? ''}`.trim()))].toSorted();
  };
  const told = sink
    .told()
    .map(({ type, monitor, since, until }) => ({ type, monitor, lasted: until === null ? null : until - since }));
  process.stdout.write(
    JSON.stringify({ one: await seen('one'), two: await seen('two'), near: await seen('near'), told }),
  );
} finally {
  program.kill('SIGTERM');
  await program.finished;
  folder.remove();
  await sink.close();
  for (const { server } of [one, two, reference, near].filter((made) => made !== undefined)) {
    server.closeAllConnections();
    server.close();
  }
}
