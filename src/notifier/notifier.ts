import type { Logger } from 'pino';
import type { Channel } from '../core/channel/channel.ts';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import { wasSetBack } from '../core/notify/clock-back.ts';
import type { DeliveryReport, Message, MessageLinks, ReadyNotification } from '../core/notify/message.ts';
import type { PlanReport } from '../core/notify/plan-report.ts';
import { openNotificationConsumer } from '../queue/notification-consumer.ts';
import { openNotificationProducer, type NotificationProducer } from '../queue/notification-producer.ts';
import type { Consumer } from '../queue/consumer.ts';
import type { NotificationJob } from '../queue/payloads.ts';
import type { Transport } from '../queue/transport.ts';
import { deliver, type DeliveryDeps, type Send } from './delivery.ts';
import { FailureWatch } from './failure-watch.ts';
import { Lanes, MOST_TO_A_CHANNEL } from './lanes.ts';
import { Settling } from './settling.ts';

/** The longest sleep, ms: the wall clock may jump, and a timer knows nothing of it. */
const LONGEST_SLEEP_MS = 500;
/** Asked so often even when nothing said that there is something to do, ms. */
const ASK_AT_LEAST_MS = 30_000;
const RETRY_MS = 1000;
/** The consumer is in this process: an attempt that it was not given after so long was lost with the queue, ms. */
const LOST_AFTER_MS = 2000;
/** What was answered when the process was told to end is still written down, for so long, ms. */
const SETTLE_GRACE_MS = 1000;

const PLANNING = { failing: 'messages cannot be planned', working: 'messages are planned again' };
const SETTLING = {
  failing: 'what became of messages cannot be written down',
  working: 'what became of messages is written down again',
};

/** What the notifier needs. */
export interface NotifierDeps {
  /** Decides who is told what, and hands out what is to be sent now. */
  readonly plan: () => Promise<PlanReport>;
  /** Writes down what became of attempts. */
  readonly settle: (reports: readonly DeliveryReport[]) => Promise<void>;
  /** Asks for checks outside the schedule. */
  readonly recheck: (monitors: readonly string[]) => void;
  readonly send: Send;
  readonly links: (message: Message) => MessageLinks;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What one attempt may take, ms; 15 s when left out. */
  readonly attemptWithin?: Milliseconds;
}

/** An attempt that is in the queue. */
interface Queued {
  readonly ready: ReadyNotification;
  /** Monotonic, ms. */
  readonly since: number;
}

/** How sending fares. */
export interface NotifierState {
  /** Messages that wait here for their turn, and that are queued or being sent. */
  readonly waiting: number;
  readonly underWay: number;
  readonly delivered: number;
  readonly failed: number;
  /** Channels that messages can go to. */
  readonly channels: number;
  /** Why nobody can be told, in words, once that has lasted for 30 s; empty otherwise. */
  readonly trouble: string;
}

/**
 * Has messages planned, sends what is due over the queue, and has written down what became of it. The database is the
 * truth: what is lost here or in the queue is handed out again, under the same id.
 */
export class Notifier {
  readonly #deps: NotifierDeps;
  readonly #lanes = new Lanes();
  readonly #queued = new Map<number, Queued>();
  readonly #sending = new Set<Promise<void>>();
  readonly #settling: Settling;
  readonly #planWatch: FailureWatch;
  readonly #settleWatch: FailureWatch;
  readonly #stop = new AbortController();
  readonly #producer: NotificationProducer;
  #consumer: Consumer | undefined;
  #channels = new Map<string, Channel>();
  #timer: NodeJS.Timeout | undefined;
  #planning = false;
  #asked = false;
  #closed = false;
  /** When to plan again, ms since the epoch; `null` when nothing waits. */
  #nextAt: number | null = null;
  /** Monotonic, ms. */
  #lastPlan = Number.NEGATIVE_INFINITY;
  #retryAt = Number.NEGATIVE_INFINITY;
  /** When the clocks were looked at last, ms since the epoch. */
  #lastTick = Number.NEGATIVE_INFINITY;
  #delivered = 0;
  #failed = 0;

  constructor(deps: NotifierDeps) {
    this.#deps = deps;
    this.#planWatch = new FailureWatch(PLANNING, deps);
    this.#settleWatch = new FailureWatch(SETTLING, deps);
    this.#settling = new Settling(deps.settle, this.#settleWatch, deps.logger);
    this.#producer = openNotificationProducer(deps.transport);
  }

  /** Takes over these channels; attempts under way go on. */
  setChannels(channels: readonly Channel[]): void {
    this.#channels = new Map(channels.filter(({ enabled }) => enabled).map((channel) => [channel.id, channel]));
    this.#consumer?.setConcurrency(this.#concurrency());
    this.wake();
  }

  /** Something else found that a channel takes messages: what waits for it need not wait any longer. */
  hasTaken(channel: string): void {
    this.#lanes.answered(channel, 'delivered', this.#deps.clock.now());
    this.wake();
  }

  start(): void {
    const send = (job: NotificationJob): Promise<void> => this.#take(job);
    this.#consumer = openNotificationConsumer(this.#deps.transport, send, this.#concurrency());
    this.wake();
    this.#tick();
  }

  /** Something happened that somebody may have to be told. */
  wake(): void {
    this.#asked = true;
    if (this.#consumer !== undefined && !this.#closed) void this.#plan();
  }

  get state(): NotifierState {
    const trouble = [this.#planWatch.trouble, this.#settleWatch.trouble].filter((words) => words !== '').join('; ');
    const counts = { delivered: this.#delivered, failed: this.#failed, channels: this.#channels.size };
    return { ...this.#lanes.size, ...counts, trouble };
  }

  /**
   * Sends nothing more, waits for what is under way at most `grace` ms, and breaks off the rest: it is sent again after
   * the next start.
   */
  async close(grace: Milliseconds): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#queued.clear();
    await within(this.#allSent(), grace);
    this.#stop.abort();
    await within(this.#allSent(), SETTLE_GRACE_MS);
    this.#settling.close();
    await this.#consumer?.close(0);
    await this.#producer.close();
  }

  /** Looks at the clocks at least twice a second. */
  #tick(): void {
    const { clock } = this.#deps;
    const now = clock.now();
    const passed = clock.monotonic() - this.#lastPlan;
    const isDue = this.#nextAt !== null && this.#nextAt <= now;
    if (isDue || passed >= ASK_AT_LEAST_MS || wasSetBack(this.#lastTick, now)) this.#asked = true;
    this.#lastTick = now;
    if (this.#asked) void this.#plan();
    this.#planWatch.look();
    this.#settleWatch.look();
    this.#sendWhatTheQueueLost();
    this.#pump();
    this.#sleep();
  }

  #sleep(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const now = this.#deps.clock.now();
    // What is due already was just looked at: it waits for something else than time.
    const waits = [this.#nextAt, this.#lanes.nextAt].flatMap((at) => (at === null || at <= now ? [] : [at - now]));
    this.#timer = setTimeout(() => this.#tick(), Math.min(LONGEST_SLEEP_MS, ...waits));
  }

  async #plan(): Promise<void> {
    const { clock } = this.#deps;
    if (this.#planning || clock.monotonic() < this.#retryAt) return;
    this.#planning = true;
    while (this.#asked && !this.#closed) {
      this.#asked = false;
      this.#lastPlan = clock.monotonic();
      const before = clock.now();
      this.#planWatch.begin();
      try {
        const report = await this.#deps.plan();
        this.#follow(report);
        // It fell due while the answer was on its way.
        if (report.nextAt !== null && report.nextAt > before && report.nextAt <= clock.now()) this.#asked = true;
        this.#planWatch.worked();
      } catch (thrown) {
        this.#planWatch.failed(thrown);
        this.#asked = true;
        this.#retryAt = clock.monotonic() + RETRY_MS;
        break;
      }
    }
    this.#planning = false;
  }

  #follow({ ready, nextAt, more, rechecks }: PlanReport): void {
    if (more) this.#asked = true;
    this.#nextAt = nextAt;
    if (rechecks.length > 0) this.#deps.recheck(rechecks);
    for (const notification of ready) this.#lanes.add(notification);
    this.#pump();
    this.#sleep();
  }

  /** Queues what may go now. What the queue does not take is sent without it. */
  #pump(): void {
    if (this.#closed) return;
    const { clock, logger } = this.#deps;
    const now = this.#lanes.next(clock.now());
    if (now.length === 0) return;
    const since = clock.monotonic();
    for (const ready of now) this.#queued.set(ready.key, { ready, since });
    const jobs = now.map(({ key, attempt }) => ({ notification: key, attempt }));
    this.#producer.enqueue(jobs).catch((thrown: unknown) => {
      logger.debug(`messages are sent without the queue: ${toError(thrown).message}`);
      for (const job of jobs) void this.#take(job);
    });
  }

  #sendWhatTheQueueLost(): void {
    const before = this.#deps.clock.monotonic() - LOST_AFTER_MS;
    for (const { ready, since } of this.#queued.values()) {
      if (since < before) void this.#take({ notification: ready.key, attempt: ready.attempt });
    }
  }

  /**
   * An attempt comes out of the queue. One that is not known here was made already, or is of a process that is gone. Never
   * rejects.
   */
  async #take({ notification, attempt }: NotificationJob): Promise<void> {
    const queued = this.#queued.get(notification);
    if (queued?.ready.attempt !== attempt || this.#closed) return;
    this.#queued.delete(notification);
    const sent = this.#send(queued.ready);
    this.#sending.add(sent);
    await sent;
    this.#sending.delete(sent);
  }

  async #send(ready: ReadyNotification): Promise<void> {
    const { clock } = this.#deps;
    const report = await this.#attempt(ready);
    if (report !== null) {
      this.#lanes.answered(ready.channel, report.outcome, clock.now());
      this.#note(ready, report);
      await this.#settling.add(report);
    }
    this.#lanes.finish(ready, report?.outcome ?? 'broken_off');
    this.#pump();
    this.wake();
  }

  async #attempt(ready: ReadyNotification): Promise<DeliveryReport | null> {
    const channel = this.#channels.get(ready.channel);
    const deps: DeliveryDeps = { ...this.#deps, stop: this.#stop.signal };
    if (channel !== undefined) return deliver(ready, channel, deps);
    // What becomes of messages to channels that are gone is decided when they are planned again.
    const detail = 'the channel is not in the configuration any more';
    const answer = { outcome: 'failed', detail, statusCode: null, retryAfter: null } as const;
    const at = Math.round(this.#deps.clock.now());
    return { ...answer, notification: ready.key, attempt: ready.attempt, at, tookMs: 0 };
  }

  #note(ready: ReadyNotification, report: DeliveryReport): void {
    const { logger } = this.#deps;
    const { channel, message, attempt } = ready;
    const { outcome, detail, tookMs } = report;
    const facts = { channel, kind: message.kind, notification: ready.key, attempt, tookMs };
    if (outcome === 'delivered') {
      this.#delivered += 1;
      logger.info(facts, `told ${channel}`);
    } else {
      this.#failed += 1;
      logger.warn({ ...facts, detail }, `${channel} could not be told`);
    }
  }

  async #allSent(): Promise<void> {
    while (this.#sending.size > 0) await Promise.allSettled(this.#sending);
  }

  #concurrency(): number {
    return Math.max(1, this.#channels.size) * MOST_TO_A_CHANNEL;
  }
}

async function within(work: Promise<void>, limit: Milliseconds): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  try {
    await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
