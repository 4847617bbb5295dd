import type { Milliseconds } from '../duration.ts';

/** What clocks are put right by all the time changes nothing. */
const SLACK_MS: Milliseconds = 2000;

/** Whether the clock was set back since something was noted at `moment`, both ms since the epoch. */
export function wasSetBack(moment: number, now: number): boolean {
  return moment - now > SLACK_MS;
}
