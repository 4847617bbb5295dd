import type { Milliseconds } from '../core/duration.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import { rulesOf } from '../core/monitor/rules.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';

/** Whether what was not `up` of a monitor may have changed its status, or was a failure that others must confirm. */
type Unwell = 'changed' | 'unconfirmed';

/**
 * Knows which results may decide something, so that they need not wait for company: a failure that confirms, the first
 * result of a monitor that is not `up`, and each that is of one that is `down` or whose status may have been another. A
 * failure that decides nothing before it is confirmed is not urgent, nor the success after it: of many targets one or
 * another always fails once, and nothing would ever wait. May be wrong without harm: what is taken for ordinary is only
 * written a little later.
 */
export class Urgency {
  readonly #unwell = new Map<string, Unwell>();
  readonly #down = new Set<string>();
  /** Monitors whose first failure decides nothing and is not looked at again before it would be written anyway. */
  #patient: ReadonlySet<string> = new Set();
  readonly #longestWait: Milliseconds;

  /** `longestWait`: how long a result may wait for company. */
  constructor(longestWait: Milliseconds) {
    this.#longestWait = longestWait;
  }

  /** Takes over by what rules results are judged. Of a monitor that it does not know every first failure is urgent. */
  setMonitors(monitors: readonly Monitor[]): void {
    const patient = monitors.filter((monitor) => {
      const { retries, retryInterval } = rulesOf(monitor);
      return retries > 0 && retryInterval >= this.#longestWait;
    });
    this.#patient = new Set(patient.map(({ id }) => id));
  }

  /** Whether one of these results decides something. They count as seen then. */
  isUrgent(results: readonly CheckResult[]): boolean {
    let urgent = false;
    for (const result of results) if (this.#decides(result)) urgent = true;
    return urgent;
  }

  /** Learns from what recording asks for which monitors are down. */
  learn(orders: readonly CheckOrder[]): void {
    for (const { monitor, down } of orders) {
      if (down) this.#down.add(monitor);
      else this.#down.delete(monitor);
    }
  }

  #decides({ monitor, status, attempt }: CheckResult): boolean {
    const before = this.#unwell.get(monitor);
    if (status === 'up') {
      if (before !== undefined) this.#unwell.delete(monitor);
      return before === 'changed' || this.#down.has(monitor);
    }
    if (status === 'down' && attempt <= 1 && before !== 'changed' && this.#patient.has(monitor)) {
      this.#unwell.set(monitor, 'unconfirmed');
      return false;
    }
    this.#unwell.set(monitor, 'changed');
    return before === undefined || attempt > 1;
  }
}
