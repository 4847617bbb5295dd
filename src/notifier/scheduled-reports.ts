import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import type { Message, MessageReport } from '../core/notify/message.ts';
import { reportsDue } from '../core/notify/report-due.ts';
import type { ReportPlan } from '../core/notify/settings.ts';

const LOOK_EVERY_MS: Milliseconds = 30_000;
/** A report that fell due while nobody was there to send it is still sent, if it is not older than that. */
const LOOK_BACK_MS: Milliseconds = 86_400_000;

/** What scheduled reports need. */
export interface ScheduledReportsDeps {
  /** Makes the report of a plan about a period named as in `2026-11-22`; `null` when there is nothing to say of it. */
  readonly make: (plan: ReportPlan, period: string) => Promise<MessageReport | null>;
  /** Has a report sent; one whose message was noted before is not sent again. */
  readonly note: (report: { readonly channel: string; readonly message: Message }) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Sends summaries by plan. What was sent is known by the ids of its messages, so neither a restart nor a clock that is set
 * back sends one twice, and a failure is tried again with the next look.
 */
export class ScheduledReports {
  readonly #deps: ScheduledReportsDeps;
  #plans: readonly ReportPlan[] = [];
  /** Up to when each plan was looked at, ms since the epoch, by plan and when it is due. */
  #done = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: ScheduledReportsDeps) {
    this.#deps = deps;
  }

  setPlans(plans: readonly ReportPlan[]): void {
    this.#plans = plans;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    void this.look();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#plans = [];
    await this.#looking;
  }

  /** Sends what is due. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { clock, logger } = this.#deps;
    for (const plan of this.#plans) {
      const now = clock.now();
      const key = JSON.stringify(plan);
      const from = Math.min(this.#done.get(key) ?? now - LOOK_BACK_MS, now);
      try {
        for (const { at, period } of reportsDue(plan, from, now)) await this.#send(plan, at, period.label);
        this.#done.set(key, now);
      } catch (thrown) {
        logger.warn(`the report "${plan.id}" cannot be made: ${toError(thrown).message}`);
      }
    }
  }

  async #send(plan: ReportPlan, at: number, period: string): Promise<void> {
    const report = await this.#deps.make(plan, period);
    if (report === null) return;
    for (const channel of plan.tell) {
      const id = `report-${plan.id}-${period}-${channel}`;
      const isNew = await this.#deps.note({ channel, message: messageOf(report, id, at) });
      if (isNew) this.#deps.logger.info({ report: plan.id, period, channel }, `report for ${channel}`);
    }
  }
}

function messageOf(report: MessageReport, id: string, at: number): Message {
  return {
    id,
    kind: 'report',
    severity: 'info',
    resolved: false,
    at,
    monitor: null,
    incident: null,
    status: null,
    since: null,
    until: null,
    cause: null,
    proof: null,
    dependants: null,
    items: [],
    total: 0,
    about: null,
    report,
  };
}
