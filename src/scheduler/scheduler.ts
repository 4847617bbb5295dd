import type { Logger } from 'pino';
import { ClockWatch } from '../core/clock-watch.ts';
import type { Clock } from '../core/clock.ts';
import { Heap } from '../core/heap.ts';
import type { Monitor, MonitorVersion } from '../core/monitor/monitor.ts';
import { outcomeNotRun } from '../core/outcome.ts';
import type { Reason } from '../core/reasons.ts';
import { slotAfter, slotOffset } from '../core/slots.ts';
import { traceIdOf, type TraceSeed } from '../core/trace-id.ts';
import type { CheckProducer, CheckRequest } from '../queue/check-producer.ts';
import type { Definitions } from '../queue/definitions.ts';
import type { ResultProducer } from '../queue/result-producer.ts';

/** The longest sleep, ms: the clock watch looks this often, and a timer never overflows. */
const LONGEST_SLEEP_MS = 500;
/** Missed slots of one monitor recorded one by one; of a longer gap the rest is told by the gap itself. */
const MOST_MISSED_RECORDED = 10;

export interface SchedulerDeps {
  readonly checks: CheckProducer;
  readonly results: Pick<ResultProducer, 'push'>;
  readonly definitions: Pick<Definitions, 'versionOf'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the trace ids of checks are made from. */
  readonly traceSeed: TraceSeed;
  /** The location under which missed slots are recorded. */
  readonly location: string;
}

export interface SchedulerState {
  readonly monitors: number;
  /** Monotonic time of the last look at the heap, ms; `null` before the start. */
  readonly lastTick: number | null;
  readonly enqueued: number;
  readonly missed: Readonly<Partial<Record<Reason, number>>>;
  readonly clockJumps: number;
}

interface Due {
  readonly monitor: Monitor;
  readonly offset: number;
  slot: number;
}

/**
 * Hands each monitor's check to the queue when its slot comes. The due times lie in a heap; the scheduler sleeps until
 * the next one, and looks at the clocks at least twice a second. Every slot ends in exactly one of two ways: its check
 * is queued, or it is recorded as missed with the reason.
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #watch: ClockWatch;
  #heap = new Heap<Due>((a, b) => a.slot - b.slot);
  #due = new Map<string, Due>();
  #timer: NodeJS.Timeout | undefined;
  #lastTick: number | null = null;
  #enqueued = 0;
  #clockJumps = 0;
  readonly #missed: Partial<Record<Reason, number>> = {};
  readonly #sending = new Set<Promise<void>>();

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
    this.#watch = new ClockWatch(deps.clock);
  }

  /** Takes over these monitors. Those whose interval did not change keep their next slot; the first slot of a new one is in the future. */
  setMonitors(monitors: readonly Monitor[]): void {
    const now = this.#deps.clock.now();
    const due = new Map<string, Due>();
    for (const monitor of monitors) {
      if (!monitor.enabled) continue;
      const offset = slotOffset(monitor.id, monitor.interval);
      const before = this.#due.get(monitor.id);
      const slot =
        before?.monitor.interval === monitor.interval ? before.slot : slotAfter(now, monitor.interval, offset);
      due.set(monitor.id, { monitor, offset, slot });
    }
    this.#due = due;
    this.#rebuildHeap();
    if (this.#lastTick !== null) this.#sleep();
  }

  start(): void {
    this.#watch.reset();
    this.#tickAndSleep();
  }

  /** Stops scheduling; resolves when what was being handed over is in the queue or has failed. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastTick = null;
    await Promise.allSettled(this.#sending);
  }

  get state(): SchedulerState {
    return {
      monitors: this.#due.size,
      lastTick: this.#lastTick,
      enqueued: this.#enqueued,
      missed: { ...this.#missed },
      clockJumps: this.#clockJumps,
    };
  }

  /** Looks at the clocks and hands over what is due. Returns how long to sleep, ms. */
  tick(): number {
    const { clock, checks, definitions } = this.#deps;
    this.#lastTick = clock.monotonic();
    this.#followClockJump();
    const now = clock.now();
    const requests: CheckRequest[] = [];
    for (let due = this.#heap.peek(); due !== undefined && due.slot <= now; due = this.#heap.peek()) {
      this.#heap.pop();
      const slot = this.#skipPassedSlots(due, now);
      const { id, interval } = due.monitor;
      const version = definitions.versionOf(id);
      if (checks.isUnderWay(id)) this.#miss(due, slot, 'missed_overlap');
      else if (version === undefined) this.#miss(due, slot, 'definition_missing');
      else requests.push(this.#request(due.monitor, slot, version));
      due.slot = slot + interval;
      this.#heap.push(due);
    }
    if (requests.length > 0) this.#enqueue(requests);
    const next = this.#heap.peek();
    return next === undefined ? LONGEST_SLEEP_MS : Math.min(Math.max(next.slot - clock.now(), 0), LONGEST_SLEEP_MS);
  }

  #request(monitor: Monitor, slot: number, version: MonitorVersion): CheckRequest {
    const { id, interval, timeout } = monitor;
    const request = { monitor: id, slot, version, interval, timeout };
    const traced = 'traceparent' in monitor && monitor.traceparent;
    return traced ? { ...request, trace: traceIdOf(this.#deps.traceSeed, id, slot) } : request;
  }

  /** Of several slots that have come only the newest is run; the ones before it are older than an interval: missed. */
  #skipPassedSlots(due: Due, now: number): number {
    const { interval } = due.monitor;
    const newest = slotAfter(now, interval, due.offset) - interval;
    const first = Math.max(due.slot, newest - MOST_MISSED_RECORDED * interval);
    for (let slot = first; slot < newest; slot += interval) this.#miss(due, slot, 'missed_late');
    return Math.max(newest, due.slot);
  }

  #miss({ monitor }: Due, slot: number, reason: Reason): void {
    this.#missed[reason] = (this.#missed[reason] ?? 0) + 1;
    const { id, interval } = monitor;
    const { location, results } = this.#deps;
    void results.push({ monitor: id, slot, location, interval, attempt: 1, ...outcomeNotRun(reason) });
  }

  #enqueue(requests: readonly CheckRequest[]): void {
    const sending = this.#deps.checks.enqueue(requests).then(
      () => {
        this.#enqueued += requests.length;
      },
      (error: Error) => {
        this.#deps.logger.debug(`${requests.length} checks could not be queued: ${error.message}`);
        for (const { monitor, slot } of requests) {
          const due = this.#due.get(monitor);
          if (due !== undefined) this.#miss(due, slot, 'queue_unavailable');
        }
      },
    );
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  /**
   * The wall clock was set, or the machine slept: every monitor goes on at its next slot, in its old phase. The slots
   * in between were not measured; that gap shows by itself.
   */
  #followClockJump(): void {
    const jump = this.#watch.look();
    if (jump === undefined) return;
    this.#clockJumps += 1;
    const back = jump < 0 ? '; what falls on time that was measured before is not stored again' : '';
    this.#deps.logger.warn(
      { jump_ms: Math.round(jump) },
      `the wall clock jumped: the schedule starts again from now${back}`,
    );
    const now = this.#deps.clock.now();
    for (const due of this.#due.values()) due.slot = slotAfter(now, due.monitor.interval, due.offset);
    this.#rebuildHeap();
  }

  #rebuildHeap(): void {
    this.#heap = new Heap<Due>((a, b) => a.slot - b.slot);
    for (const due of this.#due.values()) this.#heap.push(due);
  }

  #tickAndSleep(): void {
    const delay = this.tick();
    this.#sleep(delay);
  }

  #sleep(delay = 0): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tickAndSleep(), delay);
  }
}
