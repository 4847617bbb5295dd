import {
  type BackendFactory,
  createRedisBackend,
  type IQueueBackend,
  type Job,
  Queue,
  QueueEvents,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { embeddedBackend, EmbeddedStore } from '../../../src/queue/embedded/index.ts';
import { startRedisServer } from '../../support/redis-server.ts';

/** BullMQ's own classes on whichever backend a test runs on. */
type AnyQueue = Queue<Data, unknown, string, Data, unknown, string, IQueueBackend>;
type AnyWorker = Worker<Data, unknown, string, IQueueBackend>;
type AnyEvents = QueueEvents<unknown, IQueueBackend>;
export type AnyJob = Job<Data, unknown>;

export type Data = Record<string, unknown>;
export type Processor = (job: AnyJob, token?: string, signal?: AbortSignal) => Promise<unknown>;

interface Place {
  readonly kind: 'embedded' | 'redis';
  readonly factory: BackendFactory;
  readonly connection: { readonly host?: string; readonly port?: number; readonly maxRetriesPerRequest?: null };
  stop(): Promise<void>;
}

let queueNumber = 0;

/** What the tests of the contract stand on. Closes what a test opened when the test ends. */
export class Ground {
  #place: Place | undefined;
  readonly #opened: { close(): Promise<void> }[] = [];
  #errors: Error[] = [];

  get kind(): Place['kind'] {
    return this.#at.kind;
  }

  get #at(): Place {
    if (this.#place === undefined) throw new Error('the backend is not started');
    return this.#place;
  }

  async start(open: () => Promise<Place>): Promise<void> {
    this.#place = await open();
  }

  queue(options: Partial<QueueOptions> & { name?: string } = {}): AnyQueue {
    const { name = `queue-${(queueNumber += 1)}`, ...rest } = options;
    const { connection, factory } = this.#at;
    return this.#keep(new Queue(name, { ...rest, connection }, factory));
  }

  /** A worker that runs jobs as they come. */
  worker(queue: { readonly name: string }, processor: Processor, options: Partial<WorkerOptions> = {}): AnyWorker {
    const { connection, factory } = this.#at;
    return this.#keep(new Worker(queue.name, processor as never, { ...options, connection }, factory));
  }

  /** A worker that takes a job only when asked with `getNextJob`. */
  hand(queue: { readonly name: string }, options: Partial<WorkerOptions> = {}): AnyWorker {
    const { connection, factory } = this.#at;
    return this.#keep(new Worker(queue.name, undefined, { ...options, connection }, factory));
  }

  /** Records all events of a queue, from now on. */
  async events(queue: AnyQueue): Promise<RecordedEvents> {
    const { connection, factory } = this.#at;
    const source = this.#keep(new QueueEvents(queue.name, { connection, lastEventId: '0-0', autorun: false }, factory));
    const recorded: RecordedEvents = { source, all: [] };
    const emit = source.emit.bind(source);
    source.emit = (event: string, ...args: unknown[]): boolean => {
      if (!event.includes(':')) recorded.all.push([event, args[0] as Data]);
      return (emit as (event: string, ...args: unknown[]) => boolean)(event, ...args);
    };
    await source.waitUntilReady();
    void source.run();
    return recorded;
  }

  /** Errors that workers, queues and events emitted during this test. */
  get errors(): readonly Error[] {
    return this.#errors;
  }

  async clear(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((opened) => opened.close()));
    this.#errors = [];
  }

  async stop(): Promise<void> {
    await this.#place?.stop();
  }

  #keep<Opened extends AnyQueue | AnyWorker | AnyEvents>(opened: Opened): Opened {
    const emitter: { on(event: 'error', listener: (error: Error) => void): unknown } = opened;
    emitter.on('error', (error) => this.#errors.push(error));
    this.#opened.push(opened);
    return opened;
  }
}

export interface RecordedEvents {
  readonly source: AnyEvents;
  readonly all: [string, Data][];
}

/** Defines the same tests on the embedded backend and on a real redis-server. */
export function onEachBackend(define: (ground: Ground) => void): void {
  describe.each([
    ['embedded', openEmbedded],
    ['redis', openRedis],
  ] as const)('on %s', (_, open) => {
    const ground = new Ground();
    beforeAll(() => ground.start(open));
    afterEach(() => ground.clear());
    afterAll(() => ground.stop());
    define(ground);
  });
}

/** Polls until the check passes; 5 s at most. */
export function eventually(check: () => unknown): Promise<void> {
  return vi.waitFor(
    async () => {
      await check();
    },
    { timeout: 5000, interval: 10 },
  );
}

/** Takes the next job with this token and insists that there is one. */
export async function take(worker: AnyWorker, token = 'token'): Promise<AnyJob> {
  const job = await worker.getNextJob(token, { block: false });
  expect(job, 'a job to take').toBeDefined();
  return job;
}

/** Takes jobs until there are none, completing each; gives their names in order. */
export async function takeAllNames(worker: AnyWorker): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const job = await worker.getNextJob('token', { block: false });
    if (job === undefined) return names;
    names.push(job.name);
    await job.moveToCompleted('', 'token', false);
  }
}

export function idsOf(jobs: readonly { readonly id?: string | undefined }[]): string[] {
  return jobs.map(({ id = '' }) => id);
}

export function namesOf(jobs: readonly { readonly name: string }[]): string[] {
  return jobs.map(({ name }) => name);
}

/** A promise and its resolver. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

function openEmbedded(): Promise<Place> {
  const store = new EmbeddedStore(systemClock);
  const factory = embeddedBackend(store);
  return Promise.resolve({ kind: 'embedded', factory, connection: {}, stop: () => store.close() });
}

async function openRedis(): Promise<Place> {
  const server = await startRedisServer();
  const connection = { host: server.host, port: server.port, maxRetriesPerRequest: null };
  return { kind: 'redis', factory: createRedisBackend, connection, stop: () => server.stop() };
}
