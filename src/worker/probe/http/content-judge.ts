import type { Worker } from 'node:worker_threads';
import type { Milliseconds } from '../../../core/duration.ts';
import { toError } from '../../../core/errors.ts';
import type { Finding } from '../../../core/expect/finding.ts';
import { failureSaying, type Failure } from '../../../net/failure.ts';
import type { Content } from './judge-content.ts';

type Judged = readonly Finding[] | Failure;

/** What the thread answers: what it came to, or the words of an error that must not have been. */
export type ContentAnswer = { readonly findings: readonly Finding[] } | { readonly error: string };

interface Job {
  readonly content: Content;
  readonly resolve: (judged: Judged) => void;
  readonly reject: (error: Error) => void;
}

/** So long one body may take. A body made by an enemy for the monitor's own path or pattern may take for ever. */
const LONGEST_JUDGING: Milliseconds = 5000;
/** So many bodies may wait; with more, all would wait too long. */
const MOST_WAITING = 200;
/** In MB; a body has at most 16, as text 32. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512, stackSizeMb: 4 } as const;

/**
 * Judges bodies: at once where that takes a few milliseconds at most, else on a thread kept for it, one body after the
 * other. A regular expression may take 0.3 s over 1 MiB and a path with filters much longer, and meanwhile nothing else
 * could be measured here.
 */
export class ContentJudge {
  readonly #limit: Milliseconds;
  readonly #waiting: Job[] = [];
  #running: Job | null = null;
  #thread: Worker | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor({ limit = LONGEST_JUDGING }: { readonly limit?: Milliseconds } = {}) {
    this.#limit = limit;
  }

  /** What a body comes to, or that it took too long to judge, which says nothing about the target. */
  async judge(content: Content): Promise<Judged> {
    const { isQuick, judgeContent } = await import('./judge-content.ts');
    if (isQuick(content)) return judgeContent(content);
    if (this.#waiting.length >= MOST_WAITING) return failureSaying('local_resources', 'too many bodies are waiting');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ content, resolve, reject });
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    const job = this.#running === null ? this.#waiting.shift() : undefined;
    if (job === undefined) return;
    this.#running = job;
    try {
      this.#thread ??= await this.#start();
    } catch (thrown) {
      return this.#finish(() => job.reject(toError(thrown)));
    }
    this.#thread.ref();
    this.#timer = setTimeout(() => this.#giveUp('took longer than 5 s to judge'), this.#limit);
    this.#thread.postMessage(job.content);
  }

  async #start(): Promise<Worker> {
    const { Worker } = await import('node:worker_threads');
    const { url, argv } = threadEntry();
    const thread = new Worker(url, { name: 'contents', argv: [...argv], resourceLimits: RESOURCE_LIMITS });
    thread.on('message', (answer: ContentAnswer) => {
      const job = this.#running;
      this.#finish(() => ('error' in answer ? job?.reject(new Error(answer.error)) : job?.resolve(answer.findings)));
    });
    // Mostly for want of memory.
    thread.on('error', () => this.#giveUp('needed too much memory to judge'));
    thread.unref();
    return thread;
  }

  /** Ends the thread in the middle of a body; the next body gets a new one. */
  #giveUp(why: string): void {
    const job = this.#running;
    const thread = this.#thread;
    this.#thread = null;
    thread?.removeAllListeners().on('error', ignore);
    void thread?.terminate();
    this.#finish(() => job?.resolve(failureSaying('local_resources', `the body ${why}`)));
  }

  #finish(settle: () => void): void {
    clearTimeout(this.#timer);
    this.#running = null;
    this.#thread?.unref();
    settle();
    void this.#next();
  }
}

/** Where the thread's module lies: built, it runs as it is; from source it is read through a loader. */
function threadEntry(): { readonly url: URL; readonly argv: readonly string[] } {
  const fromSource = import.meta.url.endsWith('.ts');
  if (!fromSource) return { url: new URL('./content-thread.js', import.meta.url), argv: [] };
  const module = new URL('./content-thread.ts', import.meta.url);
  return { url: new URL('../../../db/thread-from-source.mjs', import.meta.url), argv: [module.href] };
}

function ignore(): void {
  // A thread that was given up has nothing left to say.
}
