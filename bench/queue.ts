/**
 * `npm run bench -- queue [--jobs 10000] [--rounds 5] [--seconds 120] [--json]`: CPU time a job costs on the embedded
 * queue and on Redis, adding and processing, through BullMQ's own `Queue` and `Worker`. Rounds alternate between the
 * two in one run; the first of each only warms up. What Redis itself uses is counted apart. Needs redis-server.
 */
import { parseArgs } from 'node:util';
import { type BackendFactory, createRedisBackend, Queue, type QueueBaseOptions, Worker } from 'bullmq';
import { systemClock } from '../src/core/clock.ts';
import { embeddedBackend, EmbeddedStore } from '../src/queue/embedded/index.ts';
import { type RedisServer, startRedisServer } from '../test/support/redis-server.ts';
import { describeMachine, quantile } from './support/process.ts';

const BATCH = 500;
const CONCURRENCY = 50;
const LEAST_ROUNDS = 3;
const PHASES = ['add', 'process', 'together'] as const;

type Phase = (typeof PHASES)[number];

/** CPU µs a job: in this process, and in the redis-server. */
interface Cost {
  readonly node: number;
  readonly server: number;
}

interface Contender {
  readonly name: 'embedded' | 'redis';
  readonly factory: BackendFactory;
  readonly connection: QueueBaseOptions['connection'];
  /** CPU µs the server has used since it started. */
  readonly serverCpu: () => Promise<number>;
}

type Round = Readonly<Record<Phase, Cost>>;

async function measureRound(contender: Contender, round: number, jobs: number): Promise<Round> {
  const { connection, factory } = contender;
  const name = `bench-${round}`;
  const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
  const queue = new Queue(name, { connection, defaultJobOptions, streams: { events: { maxLen: 1000 } } }, factory);
  await queue.waitUntilReady();
  const work = async (count: number): Promise<{ worker: { close(): Promise<void> }; done: Promise<void> }> => {
    let left = count;
    let finish: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (finish = resolve));
    const processor = (): Promise<void> => Promise.resolve();
    const worker = new Worker(name, processor, { connection, concurrency: CONCURRENCY }, factory);
    worker.on('completed', () => {
      left -= 1;
      if (left === 0) finish();
    });
    worker.on('error', (error) => {
      throw error;
    });
    await worker.waitUntilReady();
    return { worker, done };
  };

  const add = await measure(contender, jobs, () => addAll(queue, 'a', jobs));
  const process = await measure(contender, jobs, async () => {
    const { worker, done } = await work(jobs);
    await done;
    await worker.close();
  });
  const together = await measure(contender, jobs, async () => {
    const { worker, done } = await work(jobs);
    await addAll(queue, 'b', jobs);
    await done;
    await worker.close();
  });
  await queue.close();
  return { add, process, together };
}

async function addAll(
  queue: { addBulk(jobs: object[]): Promise<unknown> },
  series: string,
  jobs: number,
): Promise<void> {
  for (let from = 0; from < jobs; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, jobs - from) }, (_, index) => {
      const number = from + index;
      const data = { monitor: `monitor-${number}`, slot: 1_790_000_000_000 + number, version: 1 };
      return { name: 'check', data, opts: { jobId: `${series}-${number}` } };
    });
    await queue.addBulk(batch);
  }
}

async function measure(contender: Contender, jobs: number, run: () => Promise<void>): Promise<Cost> {
  const serverBefore = await contender.serverCpu();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  const server = (await contender.serverCpu()) - serverBefore;
  return { node: (user + system) / jobs, server: server / jobs };
}

async function serverCpu(server: RedisServer): Promise<number> {
  const info = await server.command('INFO', 'cpu');
  const seconds = (field: string): number => Number(new RegExp(`${field}:([\\d.]+)`).exec(info)?.[1] ?? 0);
  return (seconds('used_cpu_sys') + seconds('used_cpu_user')) * 1e6;
}

interface Figure {
  readonly embedded_us: number;
  readonly redis_node_us: number;
  readonly redis_server_us: number;
  /** Redis, both processes, over embedded. */
  readonly ratio: number;
}

function figure(phase: Phase, rounds: Readonly<Record<Contender['name'], readonly Round[]>>): Figure {
  const median = (name: Contender['name'], part: keyof Cost): number =>
    quantile(
      rounds[name].map((round) => round[phase][part]),
      0.5,
    );
  const embedded = median('embedded', 'node');
  const [node, server] = [median('redis', 'node'), median('redis', 'server')];
  return {
    embedded_us: rounded(embedded),
    redis_node_us: rounded(node),
    redis_server_us: rounded(server),
    ratio: rounded((node + server) / embedded),
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function print(machine: string, figures: Readonly<Record<Phase, Figure>>, rounds: number, jobs: number): void {
  const row = (...cells: (string | number)[]): string => {
    const [first = '', ...rest] = cells.map(String);
    return `${first.padEnd(12)}${rest.map((cell) => cell.padStart(14)).join('')}\n`;
  };
  process.stdout.write(`${machine}\n`);
  process.stdout.write(`CPU µs a job, medians of ${rounds} rounds of ${jobs} jobs\n\n`);
  process.stdout.write(row('', 'embedded', 'redis: node', 'redis: server', 'ratio'));
  for (const phase of PHASES) {
    const { embedded_us, redis_node_us, redis_server_us, ratio } = figures[phase];
    process.stdout.write(row(phase, embedded_us, redis_node_us, redis_server_us, ratio));
  }
}

/** Runs the bench with these command line arguments. */
async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      jobs: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '120' },
      json: { type: 'boolean', default: false },
    },
  });
  const jobs = bounded(Number(values.jobs), 100, 200_000);
  const wanted = bounded(Number(values.rounds), LEAST_ROUNDS, 50);
  const deadline = performance.now() + bounded(Number(values.seconds), 1, 600) * 1000;
  const server = await startRedisServer();
  const store = new EmbeddedStore(systemClock);
  const contenders: readonly Contender[] = [
    { name: 'embedded', factory: embeddedBackend(store), connection: {}, serverCpu: () => Promise.resolve(0) },
    {
      name: 'redis',
      factory: createRedisBackend,
      connection: { host: server.host, port: server.port, maxRetriesPerRequest: null },
      serverCpu: () => serverCpu(server),
    },
  ];
  const rounds: Record<Contender['name'], Round[]> = { embedded: [], redis: [] };
  let measured = 0;
  try {
    for (const contender of contenders) await measureRound(contender, 0, jobs);
    while (measured < wanted && (measured < LEAST_ROUNDS || performance.now() < deadline)) {
      measured += 1;
      for (const contender of contenders) rounds[contender.name].push(await measureRound(contender, measured, jobs));
    }
  } finally {
    await store.close();
    await server.stop();
  }
  const machine = describeMachine();
  const figures = {
    add: figure('add', rounds),
    process: figure('process', rounds),
    together: figure('together', rounds),
  };
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, jobs, rounds: measured, figures })}\n`);
  else print(machine, figures, measured, jobs);
}

function bounded(value: number, least: number, most: number): number {
  if (!Number.isFinite(value)) throw new Error('expected a number');
  return Math.min(Math.max(value, least), most);
}

await run(process.argv.slice(2));
