import type { Logger } from 'pino';
import { ClockWatch } from '../core/clock-watch.ts';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { Heap } from '../core/heap.ts';
import type { Monitor, MonitorVersion } from '../core/monitor/monitor.ts';
import { rulesOf } from '../core/monitor/rules.ts';
import { outcomeNotRun } from '../core/outcome.ts';
import type { Reason } from '../core/reasons.ts';
import { slotAfter, slotOffset } from '../core/slots.ts';
import { leavesGap } from '../core/spans.ts';
import { traceIdOf, type TraceSeed } from '../core/trace-id.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import type { CheckProducer, CheckRequest } from '../queue/check-producer.ts';
import type { Definitions } from '../queue/definitions.ts';
import type { ResultProducer } from '../queue/result-producer.ts';
import { Rechecks, type Recheck } from './rechecks.ts';

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
  /** How often it is checked at present: another one while it is down, if it has one for that. */
  readonly interval: Milliseconds;
  readonly offset: Milliseconds;
  slot: number;
  /** Whether the check that was queued last is one to confirm. */
  confirming: boolean;
  /** Whether another entry took its place in the heap. */
  replaced: boolean;
}

/**
 * Hands each monitor's check to the queue when its slot comes. The due times lie in a heap; the scheduler sleeps until
 * the next one, and looks at the clocks at least twice a second. Every slot ends in exactly one of three ways: its check
 * is queued, it is recorded as missed with the reason, or a check to confirm takes its place.
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #watch: ClockWatch;
  #heap = new Heap<Due>((a, b) => a.slot - b.slot);
  #due = new Map<string, Due>();
  readonly #rechecks = new Rechecks();
  readonly #down = new Set<string>();
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
      const before = this.#due.get(monitor.id);
      const next = this.#dueAfter(now, monitor);
      const keeps = before !== undefined && before.interval === next.interval;
      due.set(monitor.id, keeps ? { ...next, slot: before.slot, confirming: before.confirming } : next);
    }
    this.#rechecks.keepOf(due);
    for (const id of this.#down) if (!due.has(id)) this.#down.delete(id);
    this.#due = due;
    this.#rebuildHeap();
    if (this.#lastTick !== null) this.#sleep();
  }

  /**
   * Takes over what results ask for: a check to confirm at its moment, in place of one that waits; none any more; another
   * interval as long as a monitor is down. Of a moment that has passed, now.
   */
  order(orders: readonly CheckOrder[]): void {
    const now = this.#deps.clock.now();
    for (const { monitor, recheck, down } of orders) {
      if (recheck === null) this.#rechecks.takeBack(monitor);
      else this.#rechecks.put({ monitor, ...recheck, at: Math.max(recheck.at, Math.ceil(now)) });
      this.#noteDown(monitor, down, now);
    }
    if (this.#lastTick !== null) this.#sleep();
  }

  /** Looks at these monitors now, outside the schedule, unless they are being looked at. */
  checkNow(monitors: readonly string[]): void {
    const at = Math.ceil(this.#deps.clock.now());
    for (const monitor of monitors) {
      const { attempt = 2, avoid = null } = this.#rechecks.of(monitor) ?? {};
      this.#rechecks.put({ monitor, at, attempt, avoid });
    }
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
    const { clock } = this.#deps;
    this.#lastTick = clock.monotonic();
    this.#followClockJump();
    const now = clock.now();
    this.#confirm(now);
    const requests: CheckRequest[] = [];
    for (let due = this.#heap.peek(); due !== undefined && due.slot <= now; due = this.#heap.peek()) {
      this.#heap.pop();
      if (due.replaced) continue;
      const slot = this.#skipPassedSlots(due, now);
      const request = this.#take(due, slot);
      if (request !== null) requests.push(request);
      due.slot = slot + due.interval;
      this.#heap.push(due);
    }
    if (requests.length > 0) this.#enqueue(requests);
    const next = Math.min(this.#heap.peek()?.slot ?? Infinity, this.#rechecks.next ?? Infinity);
    return Math.min(Math.max(next - clock.now(), 0), LONGEST_SLEEP_MS);
  }

  /** What is to be queued for a slot that has come; `null` when it is missed, or a check to confirm takes its place. */
  #take(due: Due, slot: number): CheckRequest | null {
    const { checks, definitions } = this.#deps;
    const { id } = due.monitor;
    const recheck = this.#rechecks.of(id);
    // One that would come too late to speak for the time since the slot before does not take its place.
    const before = { slot: slot - due.interval, interval: due.interval };
    if (recheck !== undefined && !leavesGap(before, recheck.at)) return null;
    if (checks.isUnderWay(id)) {
      if (!due.confirming) this.#miss(due.monitor, slot, 'missed_overlap');
      return null;
    }
    const version = definitions.versionOf(id);
    if (version === undefined) {
      this.#miss(due.monitor, slot, 'definition_missing');
      return null;
    }
    due.confirming = false;
    return this.#request(due.monitor, slot, version);
  }

  #request(monitor: Monitor, slot: number, version: MonitorVersion): CheckRequest {
    const { id, interval, timeout } = monitor;
    const request = { monitor: id, slot, version, interval, timeout };
    const traced = 'traceparent' in monitor && monitor.traceparent;
    return traced ? { ...request, trace: traceIdOf(this.#deps.traceSeed, id, slot) } : request;
  }

  /**
   * Queues the checks to confirm whose moment has come. One that cannot be queued is left out: the next slot of its monitor
   * goes on counting. So is one of a monitor that is just being checked, for that result asks anew.
   */
  #confirm(now: number): void {
    const requests: CheckRequest[] = [];
    for (let next = this.#rechecks.takeDue(now); next !== undefined; next = this.#rechecks.takeDue(now)) {
      const request = this.#requestAgain(next);
      if (request !== null) requests.push(request);
    }
    if (requests.length === 0) return;
    this.#hand(requests, (error) => {
      this.#deps.logger.debug(`${requests.length} checks to confirm could not be queued: ${error.message}`);
    });
  }

  #requestAgain({ monitor, at, attempt, avoid }: Recheck): CheckRequest | null {
    const { checks, definitions } = this.#deps;
    const due = this.#due.get(monitor);
    const version = definitions.versionOf(monitor);
    if (due === undefined || version === undefined || checks.isUnderWay(monitor)) return null;
    due.confirming = true;
    return { ...this.#request(due.monitor, at, version), attempt, ...(avoid !== null && { avoid }) };
  }

  #noteDown(monitor: string, down: boolean, now: number): void {
    if (down === this.#down.has(monitor)) return;
    if (down) this.#down.add(monitor);
    else this.#down.delete(monitor);
    const before = this.#due.get(monitor);
    if (before === undefined) return;
    const next = this.#dueAfter(now, before.monitor);
    if (next.interval === before.interval) return;
    before.replaced = true;
    next.confirming = before.confirming;
    this.#due.set(monitor, next);
    this.#heap.push(next);
  }

  /** The next slot of a monitor by the interval that holds for it at present, at its place in that interval. */
  #dueAfter(now: number, monitor: Monitor): Due {
    const interval = (this.#down.has(monitor.id) ? rulesOf(monitor).intervalDown : null) ?? monitor.interval;
    const offset = slotOffset(monitor.id, interval);
    return { monitor, interval, offset, slot: slotAfter(now, interval, offset), confirming: false, replaced: false };
  }

  /** Of several slots that have come only the newest is run; the ones before it are older than an interval: missed. */
  #skipPassedSlots(due: Due, now: number): number {
    const { interval, monitor } = due;
    const newest = slotAfter(now, interval, due.offset) - interval;
    const first = Math.max(due.slot, newest - MOST_MISSED_RECORDED * interval);
    for (let slot = first; slot < newest; slot += interval) this.#miss(monitor, slot, 'missed_late');
    return Math.max(newest, due.slot);
  }

  #miss(monitor: Monitor, slot: number, reason: Reason): void {
    this.#missed[reason] = (this.#missed[reason] ?? 0) + 1;
    const { id, interval } = monitor;
    const { location, results } = this.#deps;
    void results.push({ monitor: id, slot, location, interval, attempt: 1, ...outcomeNotRun(reason) });
  }

  #enqueue(requests: readonly CheckRequest[]): void {
    this.#hand(requests, (error) => {
      this.#deps.logger.debug(`${requests.length} checks could not be queued: ${error.message}`);
      for (const { monitor, slot } of requests) {
        const due = this.#due.get(monitor);
        if (due !== undefined) this.#miss(due.monitor, slot, 'queue_unavailable');
      }
    });
  }

  #hand(requests: readonly CheckRequest[], onFailure: (error: Error) => void): void {
    const sending = this.#deps.checks.enqueue(requests).then(() => {
      this.#enqueued += requests.length;
    }, onFailure);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  /**
   * The wall clock was set, or the machine slept: every monitor goes on at its next slot, in its old phase. The slots
   * in between were not measured; that gap shows by itself. Checks to confirm are left to those slots.
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
    this.#rechecks.clear();
    for (const due of this.#due.values()) due.slot = slotAfter(now, due.interval, due.offset);
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
