import type { Milliseconds } from '../../../core/duration.ts';

/** setTimeout fires at once beyond this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Why a wait ended: a job may be had, the time is up, or the worker is being stopped. */
export type WaitEnd = 'job' | 'timeout' | 'interrupted';

interface Waiter {
  /** Who waits: an interruption ends all waits of one owner. */
  readonly owner: object;
  /** Steady ms. */
  readonly deadline: Milliseconds;
  readonly end: (reason: WaitEnd) => void;
}

/** What the waiters of a queue need to know about it. */
export interface WaitedFor {
  /** Steady, like all times here. */
  now(): Milliseconds;
  /** The time of the next delayed job, when there is one that could be run. */
  nextDue(): Milliseconds | undefined;
  /** Moves what is due to the waiting jobs; gives how many there were. */
  promoteDue(): number;
}

/**
 * Workers with nothing to do. One timer for all of a queue: it is set for whatever comes first, and left to fire for
 * nothing when that is woken early, which is cheaper than setting a timer for each wait.
 */
export class Waiters {
  readonly #queue: WaitedFor;
  #waiting: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  constructor(queue: WaitedFor) {
    this.#queue = queue;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Waits at most `timeout` ms for a job that may be had. */
  wait(owner: object, timeout: Milliseconds): Promise<WaitEnd> {
    const now = this.#queue.now();
    const deadline = now + timeout;
    return new Promise((end) => {
      this.#waiting.push({ owner, deadline, end });
      this.#setTimer(Math.min(deadline, this.#queue.nextDue() ?? Infinity), now);
    });
  }

  /** Wakes as many waiters as there are jobs for them, longest waiting first. */
  wake(jobs: number): void {
    for (const waiter of this.#waiting.splice(0, jobs)) waiter.end('job');
  }

  /** A delayed job may now come first. */
  dueChanged(): void {
    if (this.#waiting.length === 0) return;
    const due = this.#queue.nextDue();
    if (due !== undefined) this.#setTimer(due, this.#queue.now());
  }

  /** Ends the waits of this owner, or all of them. */
  interrupt(owner?: object): void {
    const concerned = (waiter: Waiter): boolean => owner === undefined || waiter.owner === owner;
    const interrupted = this.#waiting.filter(concerned);
    this.#waiting = this.#waiting.filter((waiter) => !concerned(waiter));
    if (this.#waiting.length === 0) this.#clearTimer();
    for (const waiter of interrupted) waiter.end('interrupted');
  }

  #setTimer(at: Milliseconds, now: Milliseconds): void {
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const delay = Math.min(Math.max(1, Math.ceil(at - now)), LONGEST_TIMER_MS);
    this.#timer = setTimeout(this.#fire, delay);
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }

  readonly #fire = (): void => {
    this.#clearTimer();
    if (this.#waiting.length === 0) return;
    if (this.#queue.nextDue() !== undefined) this.wake(this.#queue.promoteDue());
    const now = this.#queue.now();
    const late = this.#waiting.filter((waiter) => waiter.deadline <= now);
    this.#waiting = this.#waiting.filter((waiter) => waiter.deadline > now);
    for (const waiter of late) waiter.end('timeout');
    const first = this.#waiting.reduce((earliest, { deadline }) => Math.min(earliest, deadline), Infinity);
    const next = Math.min(first, this.#queue.nextDue() ?? Infinity);
    if (this.#waiting.length > 0) this.#setTimer(next, now);
  };
}
