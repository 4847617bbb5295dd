import { errorCode } from '../../core/errors.ts';
import type { DeliveryReport } from '../../core/notify/message.ts';
import type { PlanReport } from '../../core/notify/plan-report.ts';
import type { ActionReceipt, TroubleAction } from '../../core/trouble/action.ts';
import type { Database } from '../../db/native.ts';
import { databaseError } from '../../db/open-errors.ts';
import type { TroubleContextOptions } from '../../db/trouble-context.ts';
import type { NotificationRow } from '../../db/trouble-schema.ts';
import type { DueReport, SentTest } from '../telling.ts';
import { openDesk, type Desk } from './desk.ts';
import { DueStep } from './due-step.ts';
import { planEvent } from './event-plan.ts';
import { Gathering } from './gathering.ts';
import { HandOut } from './hand-out.ts';
import { MaintenanceWatch } from './maintenance-watch.ts';
import { followSetBack } from './set-back.ts';
import { StillDown } from './still-down.ts';
import { Settlement } from './settlement.ts';
import { TroubleActions } from './trouble-actions.ts';

/** One call decides for so long, ms; what is handed out then is little beside it. */
const CALL_MS = 10;
const EVENTS_AT_ONCE = 20;
const DUE_AT_ONCE = 50;
/** While there is more to do than can be done, what falls due waits so long for it to be done in order, ms. */
const PATIENCE_MS = 500;
/** The same monitor is not asked for again within that time, ms. */
const RECHECK_EVERY_MS = 5000;

/** What ended in a fault of ours is tried again after so long, ms. */
const PUT_OFF_MS = 10 * 60_000;

/** One call, which ends when its time is up. */
interface Turn {
  /** ms since the epoch. */
  readonly now: number;
  readonly isTimeUp: () => boolean;
}

/** What the planner needs beside the database. */
export interface PlannerOptions extends TroubleContextOptions {
  /** From 0 to 1, to spread the tries of many; chance when left out. */
  readonly random?: () => number;
  /** Monotonic, ms: what the time of a call is measured by; the clock of the machine when left out. */
  readonly monotonic?: () => number;
}

/**
 * Decides who is told of what, when, and by which message, and keeps what became of it. On the connection of the writer
 * thread; each call is one transaction, so that whatever happens a message is decided once, and what was promised is kept.
 */
export class Planner {
  readonly #desk: Desk;
  readonly #gathering: Gathering;
  readonly #handOut: HandOut;
  readonly #settlement: Settlement;
  readonly #maintenance: MaintenanceWatch;
  readonly #actions: TroubleActions;
  readonly #stillDown: StillDown;
  readonly #monotonic: () => number;
  /** Whether the last call left something undone. */
  #isBehind = false;
  /** When it was planned last, ms since the epoch. */
  #plannedAt: number | undefined;
  /** When monitors were asked to be looked at, ms since the epoch. */
  readonly #rechecked = new Map<string, number>();
  /** Events and messages whose planning ended in a fault of ours, by when, ms since the epoch. */
  readonly #faulty = new Map<string, number>();

  constructor(database: Database, options: PlannerOptions = {}) {
    this.#desk = openDesk(database, options);
    this.#gathering = new Gathering(this.#desk);
    this.#handOut = new HandOut(this.#desk);
    this.#settlement = new Settlement(this.#desk, options.random ?? Math.random);
    this.#maintenance = new MaintenanceWatch(this.#desk);
    this.#stillDown = new StillDown(this.#desk);
    this.#actions = new TroubleActions(this.#desk, this.#maintenance);
    this.#monotonic = options.monotonic ?? (() => performance.now());
  }

  /**
   * Decides what is due at a moment (ms since the epoch), for a few milliseconds, and hands out what is to be sent now.
   * Throws `db_…`.
   */
  plan(now: number): PlanReport {
    const at = Math.floor(now);
    const due = new DueStep(this.#desk, this.#gathering);
    const { handed, more } = this.#write(() => {
      if (followSetBack(this.#desk.database, this.#plannedAt, at)) this.#maintenance.changed();
      const more = this.#decide(due, at);
      return { handed: this.#handOut.take(at), more };
    });
    this.#handOut.accept(handed);
    this.#plannedAt = at;
    this.#isBehind = more;
    const moments = [handed.nextAt, this.#desk.rows.nextDue(), this.#maintenance.nextAt].filter((one) => one !== null);
    return {
      ready: handed.ready,
      more: more || handed.more,
      nextAt: moments.length === 0 ? null : Math.min(...moments),
      rechecks: this.#news(due.rechecks, at),
    };
  }

  /** Monitors, or who is told of them, are configured otherwise now. */
  reconfigured(): void {
    this.#stillDown.look();
    this.#desk.context.family.reconfigured();
  }

  /** Writes down what became of attempts, all of them or, when this throws `db_…`, none. */
  settle(reports: readonly DeliveryReport[], now: number): void {
    const at = Math.floor(now);
    this.#write(() => {
      for (const report of reports) this.#settlement.take(report, at);
    });
    for (const { notification, outcome } of reports) this.#handOut.settled(notification, outcome === 'failed');
  }

  /** Does what a user wants done about trouble. Throws `not_found`, `bad_request` and `db_…`. */
  act(action: TroubleAction, now: number): ActionReceipt {
    return this.#write(() => this.#actions.do(action, Math.floor(now)));
  }

  /** Writes down what became of a message that somebody sent to see whether it arrives. */
  noteTest({ channel, message, answer, at, tookMs }: SentTest, now: number): void {
    const moment = Math.floor(now);
    this.#write(() => {
      const { rows, database } = this.#desk;
      const isDelivered = answer.outcome === 'delivered';
      const state = isDelivered ? 'delivered' : 'dead';
      const blank = { seq: null, incident: null, step: 0, policy: null, why: null };
      const row = { ...blank, channel, kind: 'test', state, toldBy: at, dueAt: at } as const;
      const key = rows.add(row, moment, { id: message.id, json: JSON.stringify(message) });
      if (key === undefined) return;
      const deliveredAt = isDelivered ? Math.floor(at + tookMs) : null;
      database
        .prepare('UPDATE notifications SET attempts = 1, answer = ?, delivered_at = ? WHERE key = ?')
        .run(answer.detail, deliveredAt, key);
      this.#settlement.tried(channel, { notification: key, attempt: 1, at, tookMs, ...answer }, moment);
    });
  }

  /** Has a report sent; `false` when a message with its id is there already, or there is no such channel. */
  noteReport({ channel, message }: DueReport, now: number): boolean {
    const at = Math.floor(now);
    return this.#write(() => {
      const { rows, context } = this.#desk;
      if (!context.settings.channels.some(({ id }) => id === channel)) return false;
      const blank = { seq: null, incident: null, step: 0, policy: null, why: null };
      const row = { ...blank, channel, kind: 'report', state: 'ready', toldBy: at, dueAt: at } as const;
      return rows.add(row, at, { id: message.id, json: JSON.stringify(message) }) !== undefined;
    });
  }

  /**
   * True when there is more than one call may take. What is due is looked at when all events are planned, so that what belongs
   * together is told together; while there are too many of them, half of each call is for what has waited for that too long.
   */
  #decide(due: DueStep, now: number): boolean {
    if (this.#isBehind) this.#decideLate(due, this.#turn(now, CALL_MS / 2));
    const turn = this.#turn(now, this.#isBehind ? CALL_MS / 2 : CALL_MS);
    if (this.#maintenance.note(now) || this.#planEvents(due, turn)) return true;
    if (this.#stillDown.step(now)) return true;
    for (;;) {
      if (this.#decideDue(due, now, turn)) return true;
      const gatherer = this.#desk.rows.dueGatherer(now);
      if (gatherer === undefined) return false;
      if (turn.isTimeUp()) return true;
      this.#tellGathered(gatherer, { now, isLate: false });
    }
  }

  /** Time is never up before the first step, however slow the machine is: else what comes last might never be done. */
  #turn(now: number, ms: number): Turn {
    const started = this.#monotonic();
    let steps = 0;
    return { now, isTimeUp: () => (steps += 1) > 1 && this.#monotonic() - started > ms };
  }

  /** What gathers others comes first: there may be more of those than can be gathered in time. */
  #decideLate(due: DueStep, turn: Turn): void {
    const { now } = turn;
    for (let found = this.#gathering.late(now); found !== undefined; found = this.#gathering.late(now)) {
      this.#tellGathered(found, { now, isLate: true });
      if (turn.isTimeUp()) return;
    }
    this.#decideDue(due, now - PATIENCE_MS, turn);
  }

  #tellGathered(gatherer: NotificationRow, { now, isLate }: { readonly now: number; readonly isLate: boolean }): void {
    const { key, why, told_by } = gatherer;
    if (this.#isPutOff(`message ${key}`, now)) this.#desk.rows.wait(key, now + PUT_OFF_MS, why, told_by);
    else this.#guard(`message ${key}`, now, () => this.#gathering.tell(gatherer, { now, isLate }));
  }

  /** Plans all events in order; `true` when the time is up before. */
  #planEvents(due: DueStep, { now, isTimeUp }: Turn): boolean {
    const { context } = this.#desk;
    for (;;) {
      const events = context
        .unplanned(EVENTS_AT_ONCE + this.#faulty.size)
        .filter(({ seq }) => !this.#isPutOff(`event ${seq}`, now));
      if (events.length === 0) return false;
      for (const event of events) {
        if (isTimeUp()) return true;
        this.#guard(`event ${event.seq}`, now, () =>
          planEvent(this.#desk, event, { now, rechecks: due.rechecks, stillDown: this.#stillDown }),
        );
      }
    }
  }

  /** Decides all single messages that were due at a moment (ms since the epoch); `true` when the time is up before. */
  #decideDue(due: DueStep, dueAt: number, { now, isTimeUp }: Turn): boolean {
    const { rows } = this.#desk;
    for (let found = rows.due(dueAt, DUE_AT_ONCE); found.length > 0; found = rows.due(dueAt, DUE_AT_ONCE)) {
      for (const { key } of found) {
        if (isTimeUp()) return true;
        // One of them may have been merged into another meanwhile.
        const row = rows.find(key);
        if (row?.state !== 'waiting' || row.due_at > now) continue;
        if (this.#isPutOff(`message ${key}`, now)) rows.wait(key, now + PUT_OFF_MS, row.why, row.told_by);
        else this.#guard(`message ${key}`, now, () => due.decide(row, now));
      }
    }
    return false;
  }

  /** A fault of ours with one event or message must not keep all others from being told: it is put off. */
  #guard(name: string, now: number, work: () => void): void {
    try {
      work();
      this.#faulty.delete(name);
    } catch (thrown) {
      // The database is at fault, not what was to be decided.
      if (errorCode(thrown)?.startsWith('SQLITE') !== true) this.#faulty.set(name, now);
      throw thrown;
    }
  }

  #isPutOff(name: string, now: number): boolean {
    const at = this.#faulty.get(name);
    return at !== undefined && Math.abs(now - at) < PUT_OFF_MS;
  }

  /** What was not asked for a moment ago. */
  #news(monitors: ReadonlySet<string>, now: number): string[] {
    for (const [monitor, at] of this.#rechecked) {
      if (Math.abs(now - at) >= RECHECK_EVERY_MS) this.#rechecked.delete(monitor);
    }
    const news = [...monitors].filter((monitor) => !this.#rechecked.has(monitor));
    for (const monitor of news) this.#rechecked.set(monitor, now);
    return news;
  }

  #write<Result>(work: () => Result): Result {
    const { database, context } = this.#desk;
    try {
      return database
        .transaction(() => {
          context.refresh();
          return work();
        })
        .immediate();
    } catch (thrown) {
      // What was noted in memory beside the transaction is made anew.
      this.#maintenance.changed();
      this.#stillDown.look();
      throw databaseError(thrown, database.name);
    }
  }
}
