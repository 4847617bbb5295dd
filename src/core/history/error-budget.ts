import type { Milliseconds } from '../duration.ts';
import type { TimePerStatus } from '../uptime.ts';
import type { Objective } from './objective.ts';
import { timePerRange, type StatusShares } from './status-shares.ts';

/**
 * Error budgets as the Google SRE workbook has them, chapter 5, "Alerting on SLOs", with time in place of requests: the
 * budget is the time that may be bad in a window, `(1 - target) * window`; a burn rate is how fast it is used, where 1
 * uses exactly all of it within the window. Bad is time that is down. Time that was not observed is not bad, nor is time
 * in maintenance: both are left out of what was attained and take nothing from the budget.
 */

const HOUR: Milliseconds = 3_600_000;

/** The stretches of time before now whose burn rates are told: those the workbook alerts on, and a day. */
export const BURN_WINDOWS = { '1h': HOUR, '6h': 6 * HOUR, '24h': 24 * HOUR, '3d': 72 * HOUR } as const;
export type BurnWindow = keyof typeof BURN_WINDOWS;

/** The longest of {@link BURN_WINDOWS}. */
export const LONGEST_BURN_WINDOW: Milliseconds = BURN_WINDOWS['3d'];

/** How an objective stands at a moment. */
export interface ErrorBudget {
  /** The time of the window by status. */
  readonly time: TimePerStatus;
  /** Time up or degraded over time observed, 0 to 1; `null` when nothing was observed. */
  readonly attained: number | null;
  /** How long the target may be down in the window, ms. */
  readonly total: Milliseconds;
  /** What is left of it, ms; below zero when more was used. */
  readonly left: Milliseconds;
  /**
   * The share of the observed time that was down, over the share that may be; `null` when nothing was observed, or when
   * nothing may be down and something was.
   */
  readonly burnRates: Readonly<Record<BurnWindow, number | null>>;
  /**
   * When nothing is left of the budget, ms since the epoch, if things go on as in the last 24 h and while bad time leaves
   * the window at its other end. `null` when that never happens, nobody can tell, or nothing is left already.
   */
  readonly endsAt: number | null;
}

/** Works out how an objective stands at `now`, from how the target stood since the window, or 3 days before, began. */
export function errorBudget(shares: readonly StatusShares[], objective: Objective, now: number): ErrorBudget {
  const { window } = objective;
  const allowed = (100 - objective.target) / 100;
  const time = timeBefore(shares, window, now);
  const total = Math.round(allowed * window);
  const left = total - time.down;
  const rates = Object.entries(BURN_WINDOWS).map(([name, length]) => {
    return [name, burnRate(badShare(timeBefore(shares, length, now)), allowed)] as const;
  });
  const rate = badShare(timeBefore(shares, BURN_WINDOWS['24h'], now)) ?? 0;
  return {
    time,
    attained: goodShare(time),
    total,
    left,
    burnRates: Object.fromEntries(rates) as Record<BurnWindow, number | null>,
    endsAt: left <= 0 ? null : endOfBudget(shares, { window, left, rate, now }),
  };
}

function timeBefore(shares: readonly StatusShares[], length: Milliseconds, now: number): TimePerStatus {
  const [time] = timePerRange(shares, [{ from: now - length, to: now }]);
  return time ?? { up: 0, degraded: 0, down: 0, unknown: length, maintenance: 0 };
}

function goodShare({ up, degraded, down }: TimePerStatus): number | null {
  const observed = up + degraded + down;
  return observed === 0 ? null : (up + degraded) / observed;
}

function badShare({ up, degraded, down }: TimePerStatus): number | null {
  const observed = up + degraded + down;
  return observed === 0 ? null : down / observed;
}

function burnRate(bad: number | null, allowed: number): number | null {
  if (bad === null || bad === 0) return bad;
  return allowed <= 0 ? null : bad / allowed;
}

interface Course {
  readonly window: Milliseconds;
  readonly left: Milliseconds;
  /** How much of the time to come is bad, 0 to 1. */
  readonly rate: number;
  readonly now: number;
}

/** Moves the window on from `now`: bad time comes in at one end by the rate, and what was bad goes out at the other. */
function endOfBudget(shares: readonly StatusShares[], { window, left, rate, now }: Course): number | null {
  let [moment, rest] = [now, left];
  for (const { length, bad } of piecesOf(shares, now - window, now)) {
    const loss = rate - bad;
    if (loss * length >= rest) return Math.ceil(moment + rest / loss);
    rest -= loss * length;
    moment += length;
  }
  return null;
}

/** A stretch of time cut where the share of what is bad changes. */
function piecesOf(shares: readonly StatusShares[], from: number, to: number): { length: number; bad: number }[] {
  const pieces: { length: number; bad: number }[] = [];
  const first = Math.min(Math.max(shares[0]?.start ?? to, from), to);
  if (first > from) pieces.push({ length: first - from, bad: 0 });
  for (const [index, { start, down }] of shares.entries()) {
    const length = Math.min(shares[index + 1]?.start ?? to, to) - Math.max(start, from);
    if (length > 0) pieces.push({ length, bad: down });
  }
  return pieces;
}
