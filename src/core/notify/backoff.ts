import type { Milliseconds } from '../duration.ts';

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;
const JITTER = 0.2;
const GIVEN_UP_AFTER_MS = 86_400_000;

/** One message that a channel did not take. */
export interface FailedTry {
  /** How many attempts were made, from 1 up. */
  readonly attempts: number;
  /** When it should have been told, ms since the epoch. */
  readonly toldBy: number;
  /** How long the service asked to be left alone; `null` when it did not. */
  readonly retryAfter: Milliseconds | null;
  /** From 0 to 1: spreads the tries of many. One half is the middle. */
  readonly random: number;
}

/**
 * When to try again, ms since the epoch: after 5 s, doubling to an hour, each up to a fifth shorter or longer, and not
 * before the service wants it, which it may put off by an hour at most. `null` when that would be more than a day after
 * the message was due: it is given up.
 */
export function nextTry({ attempts, toldBy, retryAfter, random }: FailedTry, now: number): number | null {
  const wait = doubled(FIRST_WAIT_MS, attempts - 1) * (1 + JITTER * (2 * random - 1));
  const asked = retryAfter ?? 0;
  const at = now + Math.min(LONGEST_WAIT_MS, Math.max(Math.round(wait), asked));
  return at > toldBy + GIVEN_UP_AFTER_MS ? null : at;
}

/** An hour is enough for either use, and keeps the power within numbers. */
function doubled(wait: Milliseconds, times: number): Milliseconds {
  return Math.min(LONGEST_WAIT_MS, wait * 2 ** Math.min(times, 20));
}

/** Keeps a channel that fails from being tried with each message. */
export interface Breaker {
  /** Failures in a row. */
  readonly failures: number;
  /** Until when nothing is sent, ms since the epoch; then one message is tried. `null` while it is closed. */
  readonly openUntil: number | null;
}

/** Of a channel that works, or was never tried. */
export const CLOSED_BREAKER: Breaker = { failures: 0, openUntil: null };

const OPEN_AFTER = 5;
const FIRST_OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 900_000;

/** Whether nothing is to be sent at a moment. One that would be open for longer than it can is of a clock that was set back. */
export function isOpen({ openUntil }: Breaker, now: number): boolean {
  return openUntil !== null && now < openUntil && openUntil - now <= LONGEST_OPEN_MS;
}

/**
 * The breaker after one more failure: open for 30 s from the fifth in a row on, doubling to 15 min. A failure while it is
 * open is of an attempt that began before, and does not count.
 */
export function breakerAfterFailure(breaker: Breaker, now: number): Breaker {
  if (isOpen(breaker, now)) return breaker;
  const failures = breaker.failures + 1;
  if (failures < OPEN_AFTER) return { failures, openUntil: null };
  return { failures, openUntil: now + Math.min(LONGEST_OPEN_MS, doubled(FIRST_OPEN_MS, failures - OPEN_AFTER)) };
}
