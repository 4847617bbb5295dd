import type { Milliseconds } from '../duration.ts';
import type { Policy } from './policy.ts';
import { GATHER_MS } from './quiet.ts';

type StormRule = NonNullable<Policy['storm']>;

const MINUTE_MS: Milliseconds = 60_000;
/** The first message of a storm is told so late at most. */
const LONGEST_GATHER_MS: Milliseconds = 3_000;
/** From one telling of a storm to the next: 1, 5 and 15 min after the first, then every 30 min. */
const GAPS_MS: readonly Milliseconds[] = [MINUTE_MS, 4 * MINUTE_MS, 10 * MINUTE_MS];
const LAST_GAP_MS: Milliseconds = 30 * MINUTE_MS;

/** What a channel is to be told, as far as it takes to know a storm. Moments are ms since the epoch, in order. */
export interface StormView {
  /**
   * When each message of the channel came about, told or not, those in storms and those that are gathered included: of the
   * rule's `within` before `last.at` (before now without one) until now.
   */
  readonly moments: readonly number[];
  /** When each of those came about that are to be told now and were not yet. */
  readonly gathered: readonly number[];
  /** The newest storm message of the channel: which of its storm it was, from 0 up, and when it was told. */
  readonly last: { readonly step: number; readonly at: number } | null;
}

/**
 * What to do with the messages of a channel that are gathered. `each`: there is no storm, each goes out by itself. `wait`:
 * look again then. `tell`: all of them in one storm message, which is number `step` of its storm.
 */
export type StormStep =
  | { readonly do: 'each' }
  | { readonly do: 'wait'; readonly until: number }
  | { readonly do: 'tell'; readonly step: number };

/**
 * Whether messages are a storm: more of them within the rule's time than it allows. A storm is told at most 3 s after its
 * first message; what comes while it goes on is told 1, 5 and 15 min later and then every 30 min, or when it ends, which
 * it does when no more than the allowed number came within the rule's time.
 */
export function stormStep(view: StormView, rule: StormRule, now: number): StormStep {
  const first = view.gathered[0];
  const newest = view.gathered.at(-1);
  if (first === undefined || newest === undefined) return { do: 'each' };
  const ends = stormEnd(view, rule, now);
  if (view.last !== null && ends !== null) {
    const until = Math.min(ends, view.last.at + gapAfter(view.last.step));
    return now < until ? { do: 'wait', until } : { do: 'tell', step: view.last.step + 1 };
  }
  // What a storm held back until it ended is many, however long ago it came about.
  const count = Math.max(view.gathered.length, countWithin(view.moments, now, rule.within));
  if (count <= rule.over) return { do: 'each' };
  const until = Math.min(first + LONGEST_GATHER_MS, newest + GATHER_MS);
  return now < until ? { do: 'wait', until } : { do: 'tell', step: 0 };
}

function gapAfter(step: number): Milliseconds {
  return GAPS_MS[step] ?? LAST_GAP_MS;
}

/** When the storm that was told last ends if nothing more comes; `null` when it is over, or there was none. */
function stormEnd({ moments, last }: StormView, { over, within }: StormRule, now: number): number | null {
  if (last === null) return null;
  let ends = last.at;
  for (const [index, moment] of moments.entries()) {
    // There are fewest just before another one comes: if they were few enough then, the storm had ended.
    if (moment > last.at && ends < moment) return null;
    const oldest = moments[index - over];
    ends = Math.max(last.at, oldest === undefined ? -Infinity : oldest + within);
  }
  return ends > now ? ends : null;
}

function countWithin(moments: readonly number[], now: number, within: Milliseconds): number {
  return moments.filter((moment) => moment > now - within).length;
}
