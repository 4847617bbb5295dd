/**
 * The only way the program learns what time it is. Slots and history use the wall clock; every duration and timeout
 * uses the monotonic one, because the wall clock may be set back at any moment.
 */
export interface Clock {
  /** Wall-clock time, milliseconds since the epoch (whole or fractional). */
  now(): number;
  /** Monotonic time, milliseconds from an arbitrary start. Never goes back. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
