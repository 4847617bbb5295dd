// The thread of a long list: checks the addresses it is sent on as many lanes as it is told, and sends back lines. In the
// main thread this does nothing.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { systemClock } from '../core/clock.ts';
import { isOk } from './check-lines.ts';
import { checkOne, lineMaker, openChecking, paint, subjectOf } from './check-one.ts';
import type { CheckOptions } from './check-options.ts';
import type { FromThread, Handed, Results, ToThread } from './check-share.ts';
import { collectGarbage } from './collect-garbage.ts';

/** Results are sent when there are so many, or after so many ms. */
const TOGETHER = 8;
const GATHER_MS = 10;

/** Gathers results and sends them together: each message takes a turn of two threads. */
class Sender {
  readonly #port: MessagePort;
  #timer: NodeJS.Timeout | undefined;
  #text = '';
  #ok = 0;
  #done: number[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  add(number: number, line: string, ok: boolean): void {
    this.#text += line;
    this.#done.push(number);
    if (ok) this.#ok += 1;
    if (this.#done.length >= TOGETHER) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#done.length === 0) return;
    const results: Results = { text: this.#text, ok: this.#ok, bad: this.#done.length - this.#ok, done: this.#done };
    this.#port.postMessage(results satisfies FromThread);
    this.#text = '';
    this.#ok = 0;
    this.#done = [];
  }
}

async function work(port: MessagePort, options: CheckOptions): Promise<void> {
  const checking = openChecking(options, systemClock);
  const lineOf = await lineMaker(options);
  const sender = new Sender(port);
  const collect = collectGarbage();
  const waiting: Handed[] = [];
  const idle: (() => void)[] = [];
  let open = 0;
  let isLast = false;
  const lane = async (): Promise<void> => {
    for (;;) {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [number, url] = next;
        const outcome = await checkOne(url, checking);
        sender.add(number, lineOf(subjectOf(url), outcome, paint), isOk(outcome));
        collect(1);
      }
      if (isLast) break;
      await new Promise<void>((resolve) => idle.push(resolve));
    }
    open -= 1;
    if (open === 0) conclude();
  };
  const conclude = (): void => {
    sender.flush();
    port.close();
  };
  port.on('message', ({ lanes, urls, last }: ToThread) => {
    waiting.push(...urls);
    isLast ||= last;
    for (const wake of idle.splice(0, last ? Infinity : urls.length)) wake();
    open += lanes;
    for (let opened = 0; opened < lanes; opened++) void lane();
    if (last && open === 0) conclude();
  });
  port.postMessage('ready' satisfies FromThread);
}

if (parentPort !== null) void work(parentPort, workerData as CheckOptions);
