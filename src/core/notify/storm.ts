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
 * What to do with the messages of a channel that are gathered. `each`: each goes out by itself. `wait`: look again then.
 * `tell`: all of them, two at least, in one storm message, which is number `step` of its storm.
 */
export type StormStep =
  | { readonly do: 'each' }
  | { readonly do: 'wait'; readonly until: number }
  | { readonly do: 'tell'; readonly step: number };

/**
 * Whether messages are a storm: more of them within the rule's time than it allows. A storm is told at most 3 s after its
 * first message; what comes while it goes on is told 1, 5 and 15 min later and then every 30 min, or when it ends, which
 * it does when no more than the allowed number came within the rule's time. One message alone is no storm; while a storm
 * goes on it waits a minute for another one.
 */
export function stormStep(view: StormView, rule: StormRule, now: number): StormStep {
  const { gathered } = view;
  const first = gathered[0];
  const newest = gathered.at(-1);
  if (first === undefined || newest === undefined) return { do: 'each' };
  const storm = toldStorm(view, rule, now) ?? slowStorm(view, rule, now);
  if (storm !== null) {
    const company = gathered.length > 1 ? now : Math.min(storm.ends, first + MINUTE_MS);
    const until = Math.max(storm.next, company);
    if (now < until) return { do: 'wait', until };
    return gathered.length > 1 ? { do: 'tell', step: storm.step } : { do: 'each' };
  }
  // What a storm held back until it ended is many, however long ago it came about.
  const count = Math.max(gathered.length, recent(view.moments, rule, now).length);
  if (count <= rule.over || gathered.length === 1) return { do: 'each' };
  const until = Math.min(first + LONGEST_GATHER_MS, newest + GATHER_MS);
  return now < until ? { do: 'wait', until } : { do: 'tell', step: 0 };
}

/** A storm that goes on. */
interface Storm {
  /** When it ends if nothing more comes, ms since the epoch. */
  readonly ends: number;
  /** When it is told next, if anything is gathered then, and which telling of it that is. */
  readonly next: number;
  readonly step: number;
}

/** The storm that was told last, if it goes on. */
function toldStorm({ moments, last }: StormView, { over, within }: StormRule, now: number): Storm | null {
  if (last === null) return null;
  let ends = last.at;
  for (const [index, moment] of moments.entries()) {
    // There are fewest just before another one comes: if they were few enough then, the storm had ended.
    if (moment > last.at && ends < moment) return null;
    const oldest = moments[index - over];
    ends = Math.max(last.at, oldest === undefined ? -Infinity : oldest + within);
  }
  if (ends <= now) return null;
  return { ends, next: Math.min(ends, last.at + (GAPS_MS[last.step] ?? LAST_GAP_MS)), step: last.step + 1 };
}

/** A storm whose messages came so far apart that each was told by itself until they were too many. */
function slowStorm(view: StormView, rule: StormRule, now: number): Storm | null {
  const came = recent(view.moments, rule, now);
  const told = came.slice(0, Math.max(0, came.length - recent(view.gathered, rule, now).length));
  const tooMany = told[rule.over];
  const oldest = came[came.length - 1 - rule.over];
  if (tooMany === undefined || oldest === undefined) return null;
  const ends = oldest + rule.within;
  return { ends, next: Math.min(ends, tooMany + MINUTE_MS), step: 0 };
}

function recent(moments: readonly number[], { within }: StormRule, now: number): readonly number[] {
  return moments.filter((moment) => moment > now - within);
}
