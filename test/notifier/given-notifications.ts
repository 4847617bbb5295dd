import { parseChannel, type Channel } from '../../src/core/channel/channel.ts';
import type { DeliveryReport, Message, ReadyNotification } from '../../src/core/notify/message.ts';
import type { PlanReport } from '../../src/core/notify/plan-report.ts';
import { anyMessage } from './any-message.ts';

/** Messages that stand in a table of their own instead of the database: what is not settled is handed out again on request. */
export class GivenNotifications {
  readonly #rows = new Map<number, ReadyNotification>();
  readonly #handedOut = new Set<number>();
  readonly settled: DeliveryReport[] = [];
  plans = 0;
  /** Settling fails as long as this is true. */
  broken = false;

  /** Adds a message for a channel; the key grows. */
  add(channel: string, parts: Partial<Message> = {}, dueAt = Date.now()): ReadyNotification {
    const key = this.#rows.size + this.settled.length + 1;
    const message = anyMessage({ id: `m-${key}`, ...parts });
    const row: ReadyNotification = { key, channel, message, attempt: 1, dueAt };
    this.#rows.set(key, row);
    return row;
  }

  /** As after a restart: nothing counts as handed out. */
  forgetHandedOut(): void {
    this.#handedOut.clear();
  }

  readonly plan = (): Promise<PlanReport> => {
    this.plans += 1;
    const ready = [...this.#rows.values()].filter(({ key }) => !this.#handedOut.has(key)).slice(0, 200);
    for (const { key } of ready) this.#handedOut.add(key);
    return Promise.resolve({ ready, nextAt: null, more: ready.length === 200, rechecks: [] });
  };

  readonly settle = (reports: readonly DeliveryReport[]): Promise<void> => {
    if (this.broken) return Promise.reject(new Error('database is locked'));
    for (const report of reports) {
      this.settled.push(report);
      this.#rows.delete(report.notification);
    }
    return Promise.resolve();
  };
}

/** A channel that posts to an address. */
export function webhookTo(id: string, url: string): Channel {
  const checked = parseChannel({ type: 'webhook', id, url });
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}
