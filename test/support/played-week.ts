import { pino } from 'pino';
import { loadSettings } from '../../src/config/load-settings.ts';
import type { Settings } from '../../src/config/settings.ts';
import type { Message } from '../../src/core/notify/message.ts';
import type { CheckResult, Outcome } from '../../src/core/outcome.ts';
import type { CheckOrder } from '../../src/core/trouble/check-order.ts';
import { openRecorder, type Recorder } from '../../src/recorder/recorder.ts';
import { ManualClock } from './manual-clock.ts';
import { aResult } from './results.ts';

/** What a check would see at a moment (ms since the epoch). */
export type Seen = (monitor: string, moment: number) => Partial<Outcome>;

/** A message that a channel got. */
export interface Heard {
  readonly at: number;
  readonly channel: string;
  readonly message: Message;
}

export interface PlayedWeek {
  readonly clock: ManualClock;
  /** Plays until a moment: checks that are due, those that are asked for, and messages. */
  playTo(moment: number): Promise<void>;
  readonly recorder: () => Recorder;
  readonly heard: readonly Heard[];
  /** Ends the process that records, and starts another one. */
  restart(): Promise<void>;
  /** Lets time pass in which no process ran. */
  beAwayUntil(moment: number): Promise<void>;
  close(): Promise<void>;
}

interface PlayedOptions {
  readonly file: string;
  readonly database: string;
  readonly start: number;
  /** ms: every monitor is checked at its multiples. */
  readonly interval: number;
  readonly seen: Seen;
}

/**
 * The real recorder and planner over a real file, with time played: results come as a script says, each recheck that is
 * asked for is made, each message is delivered at once.
 */
export async function playWeek(options: PlayedOptions): Promise<PlayedWeek> {
  const week = new Week(options);
  await week.open();
  return week;
}

class Week implements PlayedWeek {
  readonly clock: ManualClock;
  readonly heard: Heard[] = [];
  readonly #options: PlayedOptions;
  readonly #settings: Settings;
  readonly #rechecks = new Map<string, NonNullable<CheckOrder['recheck']>>();
  #open: Recorder | undefined;
  #nextSlot: number;

  constructor(options: PlayedOptions) {
    this.#options = options;
    this.clock = new ManualClock(options.start);
    this.#settings = loadSettings({ file: options.file, env: {} });
    this.#nextSlot = options.start;
  }

  readonly recorder = (): Recorder => {
    if (this.#open === undefined) throw new Error('not open');
    return this.#open;
  };

  async open(): Promise<void> {
    const onOrders = (orders: readonly CheckOrder[]): void => this.#take(orders);
    const { monitors, secrets, groups, notify } = this.#settings;
    this.#open = await openRecorder({
      path: this.#options.database,
      clock: this.clock,
      logger: pino({ level: 'silent' }),
      onOrders,
      limits: { waitMs: 0, busyWaitMs: 0 },
    });
    this.#take(this.#open.openingOrders);
    await this.#open.syncMonitors(monitors, secrets, groups, notify);
    await this.#tell();
  }

  async restart(): Promise<void> {
    await this.close();
    this.#rechecks.clear();
    await this.open();
  }

  async beAwayUntil(moment: number): Promise<void> {
    await this.close();
    this.#rechecks.clear();
    this.#moveTo(moment);
    const { interval } = this.#options;
    this.#nextSlot = Math.ceil(moment / interval) * interval;
    await this.open();
  }

  async close(): Promise<void> {
    await this.#open?.close();
    this.#open = undefined;
  }

  async playTo(moment: number): Promise<void> {
    let nextAt = await this.#tell();
    for (;;) {
      const recheck = Math.min(...[...this.#rechecks.values()].map(({ at }) => at));
      const next = Math.min(this.#nextSlot, recheck, nextAt ?? Infinity);
      if (next > moment) break;
      this.#moveTo(next);
      if (next === this.#nextSlot) await this.#checkAll();
      if (next === recheck) await this.#recheck(next);
      nextAt = await this.#tell();
    }
    this.#moveTo(moment);
  }

  #moveTo(moment: number): void {
    this.clock.advance(Math.max(0, moment - this.clock.now()));
  }

  #take(orders: readonly CheckOrder[]): void {
    for (const { monitor, recheck } of orders) {
      if (recheck === null) this.#rechecks.delete(monitor);
      else this.#rechecks.set(monitor, recheck);
    }
  }

  /** A check that is looked at again to confirm is not checked by the schedule as well. */
  async #checkAll(): Promise<void> {
    const slot = this.#nextSlot;
    this.#nextSlot += this.#options.interval;
    const due = this.#settings.monitors.filter(({ id }) => !this.#rechecks.has(id));
    await this.recorder().record(due.map(({ id }) => this.#result(id, slot, 1)));
  }

  async #recheck(now: number): Promise<void> {
    const due = [...this.#rechecks].filter(([, { at }]) => at <= now);
    for (const [monitor] of due) this.#rechecks.delete(monitor);
    await this.recorder().record(due.map(([monitor, { at, attempt }]) => this.#result(monitor, at, attempt)));
  }

  #result(monitor: string, slot: number, attempt: number): CheckResult {
    const { interval, seen } = this.#options;
    return aResult({ monitor, slot, attempt, interval, ...seen(monitor, this.clock.now()) });
  }

  /** Delivers all that is to be told now. Resolves with when there may be more. */
  async #tell(): Promise<number | null> {
    for (let round = 0; round < 1000; round += 1) {
      const { ready, nextAt, more, rechecks } = await this.recorder().plan();
      const at = this.clock.now();
      for (const { channel, message } of ready) this.heard.push({ at, channel, message });
      await this.recorder().settle(
        ready.map(({ key, attempt }) => ({
          notification: key,
          attempt,
          at,
          tookMs: 1,
          outcome: 'delivered' as const,
          detail: '200',
          statusCode: 200,
          retryAfter: null,
        })),
      );
      await this.recorder().record(rechecks.map((monitor) => this.#result(monitor, Math.round(at), 1)));
      const done = ready.length === 0 && rechecks.length === 0 && !more;
      if (done) return nextAt === null ? null : Math.max(nextAt, at + 1);
    }
    throw new Error('planning messages does not come to an end');
  }
}
