import { availableParallelism } from 'node:os';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { CheckOptions } from './check-options.ts';
import type { Tally } from './check-progress.ts';
import type { UrlList } from './check-urls.ts';
import type { Lanes } from './lanes.ts';

/** An address that was handed over, and the number by which it is known. */
export type Handed = readonly [number: number, url: string];

/** What the thread is sent: how many lanes to open besides those it has, and addresses. */
export interface ToThread {
  readonly lanes: number;
  readonly urls: readonly Handed[];
  /** Whether nothing follows. */
  readonly last: boolean;
}

/** What the thread sends: first that it is ready, then what came of addresses. */
export type FromThread = 'ready' | Results;

/** What came of some addresses. */
export interface Results {
  readonly text: string;
  readonly ok: number;
  readonly bad: number;
  /** The numbers of the addresses. */
  readonly done: readonly number[];
}

/** What the thread works for. */
interface Work {
  readonly options: CheckOptions;
  readonly urls: UrlList;
  readonly lanes: Lanes;
  readonly tally: Tally;
  /** Takes results; `null`, or what to wait for before there are more. */
  readonly take: (results: Results) => Promise<void> | null;
  /** Called when the thread has started, or never will. */
  readonly ready: () => void;
}

/** So many addresses must wait before a thread gains more than it takes to start. */
const WORTH_A_THREAD = 500;
/** A thread is of no use with fewer. */
const FEWEST = 2;
/** So many wait in the thread, lest a lane there waits for the next message; with more the other end would come sooner. */
const WAITING = 16;

/**
 * Whether half of the lanes had better go to another thread. Of a list that is known to be long they do when that was asked
 * for: one core is enough for a few thousand checks a second once V8 has optimised them, and each of two would do that anew.
 */
export function isWorthSharing(
  urls: UrlList,
  { concurrency, threads }: Pick<CheckOptions, 'concurrency' | 'threads'>,
  isLong: boolean,
): boolean {
  if (threads === 1 || concurrency < FEWEST) return false;
  if (threads === 2) return urls.waiting >= FEWEST;
  return !isLong && urls.waiting >= WORTH_A_THREAD && availableParallelism() > 1;
}

/**
 * A thread with half of the lanes, so that a second core is used. There are never more lanes than were asked for: it opens
 * one when one has closed here. What it was handed is remembered until the results have come; when it ends before, that
 * goes back to the list and nothing but time is lost.
 */
export class Share {
  readonly #work: Work;
  readonly #thread: Worker;
  readonly #handed = new Map<number, string>();
  #numbers = 0;
  /** How many lanes the thread has. */
  #lanes = 0;
  #running = 0;
  #state: 'loading' | 'ready' | 'told all' | 'over' = 'loading';
  #isHanding = false;
  #fail: (error: unknown) => void = () => undefined;
  /** Resolves when the thread is over and all lanes may be open here. Rejects when there is nothing to read or to write to. */
  readonly over: Promise<void>;

  constructor(work: Work) {
    this.#work = work;
    const { url, argv } = threadEntry();
    const workerData = threadOptions(work.options);
    this.#thread = new Worker(url, { name: 'checks', argv: [...argv], env: SHARE_ENV, workerData });
    this.over = new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#thread.on('message', (message: FromThread) => this.#hear(message));
      // Its end follows, and that is what counts: if what befell it lies in an address, it befalls us here.
      this.#thread.on('error', () => undefined);
      this.#thread.on('exit', () => {
        this.#takeBack();
        resolve();
      });
    });
  }

  /** Hands over what there is room for; to be called when a lane has closed here. */
  handOver(): void {
    if (this.#state !== 'ready' || this.#isHanding) return;
    this.#isHanding = true;
    this.#handAll().then(() => (this.#isHanding = false), this.#fail);
  }

  /** Ends the thread when it has nothing that is still wanted; to be called when the list is through. */
  finish(): void {
    if (this.#handed.size === 0) this.close();
  }

  /** Ends the thread whatever it does. */
  close(): void {
    void this.#thread.terminate();
  }

  #hear(message: FromThread): void {
    const { lanes, options, take, ready } = this.#work;
    if (message === 'ready') {
      this.#state = 'ready';
      ready();
      lanes.most = options.concurrency - mostLanes(options);
      return;
    }
    for (const number of message.done) this.#handed.delete(number);
    this.#countRunning();
    const full = take(message);
    if (full === null) this.handOver();
    else full.then(() => this.handOver(), this.#fail);
  }

  async #handAll(): Promise<void> {
    const { urls, lanes, options } = this.#work;
    for (;;) {
      const more = Math.min(mostLanes(options), options.concurrency - lanes.open) - this.#lanes;
      const wanted = this.#lanes + more === 0 ? 0 : this.#lanes + more + WAITING - this.#handed.size;
      const taken: Handed[] = [];
      while (taken.length < wanted) {
        const url = urls.next();
        if (url === undefined) break;
        taken.push([this.#numbers++, url]);
      }
      for (const [number, url] of taken) this.#handed.set(number, url);
      this.#lanes += more;
      this.#countRunning();
      if (more > 0 || taken.length > 0) this.#send({ lanes: more, urls: taken, last: false });
      if (taken.length >= wanted) return;
      if (!(await urls.readOn())) break;
    }
    this.#state = 'told all';
    this.#send({ lanes: 0, urls: [], last: true });
  }

  #send(message: ToThread): void {
    this.#thread.postMessage(message);
  }

  #takeBack(): void {
    const { urls, lanes, options, ready } = this.#work;
    if (this.#state === 'loading') ready();
    this.#state = 'over';
    urls.giveBack([...this.#handed.values()]);
    this.#handed.clear();
    this.#countRunning();
    lanes.most = options.concurrency;
  }

  #countRunning(): void {
    const running = Math.min(this.#lanes, this.#handed.size);
    this.#work.tally.running += running - this.#running;
    this.#running = running;
  }
}

function mostLanes({ concurrency }: CheckOptions): number {
  return Math.floor(concurrency / 2);
}

/** What of the options the thread must know. */
function threadOptions({ concurrency, timeout, json, verbose }: CheckOptions): CheckOptions {
  return { concurrency, timeout, ...(json && { json }), ...(verbose && { verbose }) };
}

/** Built, the thread is the program itself, which knows that it is one; from source its module is read through a loader. */
function threadEntry(): { readonly url: URL; readonly argv: readonly string[] } {
  if (!import.meta.url.endsWith('.ts')) return { url: new URL('./longwatch.cjs', import.meta.url), argv: ['check'] };
  const module = new URL('./check-thread.ts', import.meta.url);
  return { url: new URL('../db/thread-from-source.mjs', import.meta.url), argv: [module.href] };
}
