import type { DeliveryReport } from '../../core/notify/message.ts';
import type { PlanReport } from '../../core/notify/plan-report.ts';
import type { ActionReceipt, TroubleAction } from '../../core/trouble/action.ts';
import type { Database } from '../../db/native.ts';
import { databaseError } from '../../db/open-errors.ts';
import type { TroubleContextOptions } from '../../db/trouble-context.ts';
import type { DueReport, SentTest } from '../telling.ts';
import { openDesk, type Desk } from './desk.ts';
import { DueStep } from './due-step.ts';
import { planEvent } from './event-plan.ts';
import { Gathering } from './gathering.ts';
import { HandOut } from './hand-out.ts';
import { MaintenanceWatch } from './maintenance-watch.ts';
import { PRUNE_START, pruneTold, type PrunePosition } from './prune-told.ts';
import { Settlement } from './settlement.ts';
import { TroubleActions } from './trouble-actions.ts';

/** One call decides for so long, ms; what is handed out then is little beside it. */
const CALL_MS = 10;
const EVENTS_AT_ONCE = 20;
const DUE_AT_ONCE = 50;
/** The same monitor is not asked for again within that time, ms. */
const RECHECK_EVERY_MS = 5000;

/** What the planner needs beside the database. */
export interface PlannerOptions extends TroubleContextOptions {
  /** From 0 to 1, to spread the tries of many; chance when left out. */
  readonly random?: () => number;
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
  /** When monitors were asked to be looked at, ms since the epoch. */
  readonly #rechecked = new Map<string, number>();
  #pruned: PrunePosition = PRUNE_START;

  constructor(database: Database, options: PlannerOptions = {}) {
    this.#desk = openDesk(database, options);
    this.#gathering = new Gathering(this.#desk);
    this.#handOut = new HandOut(this.#desk);
    this.#settlement = new Settlement(this.#desk, options.random ?? Math.random);
    this.#maintenance = new MaintenanceWatch(this.#desk);
    this.#actions = new TroubleActions(this.#desk, this.#maintenance);
  }

  /**
   * Decides what is due at a moment (ms since the epoch), for a few milliseconds, and hands out what is to be sent now.
   * Throws `db_…`.
   */
  plan(now: number): PlanReport {
    const at = Math.floor(now);
    const due = new DueStep(this.#desk, this.#gathering);
    const { handed, more } = this.#write(() => {
      const more = this.#decide(due, at);
      return { handed: this.#handOut.take(at), more };
    });
    this.#handOut.accept(handed);
    const moments = [handed.nextAt, this.#desk.rows.nextDue(), this.#maintenance.nextAt].filter((one) => one !== null);
    return {
      ready: handed.ready,
      more: more || handed.more,
      nextAt: moments.length === 0 ? null : Math.min(...moments),
      rechecks: this.#news(due.rechecks, at),
    };
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
   * Removes some of what is older than a moment, ms since the epoch, and of no open incident, in a few milliseconds;
   * `false` when all of it was looked at.
   */
  prune(before: number): boolean {
    const next = this.#write(() => pruneTold(this.#desk.database, Math.floor(before), this.#pruned));
    this.#pruned = next ?? PRUNE_START;
    return next !== null;
  }

  /** True when there is more than one call may take. What is due is looked at only when all events are planned. */
  #decide(due: DueStep, now: number): boolean {
    const started = performance.now();
    const isTimeUp = (): boolean => performance.now() - started > CALL_MS;
    const { context, rows } = this.#desk;
    if (this.#maintenance.note(now)) return true;
    for (
      let events = context.unplanned(EVENTS_AT_ONCE);
      events.length > 0;
      events = context.unplanned(EVENTS_AT_ONCE)
    ) {
      for (const event of events) {
        if (isTimeUp()) return true;
        planEvent(this.#desk, event, { now, rechecks: due.rechecks });
      }
    }
    for (let found = rows.due(now, DUE_AT_ONCE); found.length > 0; found = rows.due(now, DUE_AT_ONCE)) {
      for (const { key } of found) {
        if (isTimeUp()) return true;
        // One of them may have been merged into another meanwhile.
        const row = rows.find(key);
        if (row?.state === 'waiting' && row.due_at <= now) due.decide(row, now);
      }
    }
    for (let gatherer = rows.dueGatherer(now); gatherer !== undefined; gatherer = rows.dueGatherer(now)) {
      if (isTimeUp()) return true;
      this.#gathering.tell(gatherer, now);
    }
    return false;
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
      throw databaseError(thrown, database.name);
    }
  }
}
