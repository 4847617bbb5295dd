import { createHash } from 'node:crypto';
import type { PushMonitor } from '../core/monitor/push.ts';
import { ReportRate } from './report-rate.ts';

/** Whose token it is, and how often it may be used. */
export interface TokenHolder {
  readonly monitor: PushMonitor;
  readonly rate: ReportRate;
}

/**
 * The tokens of all monitors by their SHA-256: how long a look-up takes says nothing about how much of a guess is right,
 * and the tokens themselves need not be kept here.
 */
export class TokenTable {
  #holders = new Map<string, TokenHolder>();

  /** Takes over these monitors. `now` is monotonic, ms. */
  set(monitors: readonly PushMonitor[], now: number): void {
    const holders = new Map<string, TokenHolder>();
    for (const monitor of monitors) {
      const digest = digestOf(monitor.token);
      holders.set(digest, { monitor, rate: this.#holders.get(digest)?.rate ?? new ReportRate(now) });
    }
    this.#holders = holders;
  }

  find(token: string): TokenHolder | undefined {
    return this.#holders.get(digestOf(token));
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
