import type { CheckResult } from '../core/outcome.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';

/**
 * Knows which results may decide something, so that they need not wait for company: a check that confirms, the first result
 * of a monitor that is not `up`, and each that is of one that is `down` or whose newest one was not. May be wrong without
 * harm: what is taken for ordinary is only written a little later.
 */
export class Urgency {
  /** Monitors whose newest result was not `up`; the rest were well or are not known yet. */
  readonly #unwell = new Set<string>();
  readonly #down = new Set<string>();

  /** Whether one of these results decides something. They count as seen then. */
  isUrgent(results: readonly CheckResult[]): boolean {
    let urgent = false;
    for (const { monitor, status, attempt } of results) {
      if (this.#isNews(monitor, status) || attempt > 1) urgent = true;
    }
    return urgent;
  }

  /** Learns from what recording asks for which monitors are down. */
  learn(orders: readonly CheckOrder[]): void {
    for (const { monitor, down } of orders) {
      if (down) this.#down.add(monitor);
      else this.#down.delete(monitor);
    }
  }

  #isNews(monitor: string, status: CheckResult['status']): boolean {
    if (status === 'up') return this.#unwell.delete(monitor) || this.#down.has(monitor);
    const isFirst = !this.#unwell.has(monitor);
    if (isFirst) this.#unwell.add(monitor);
    return isFirst;
  }
}
