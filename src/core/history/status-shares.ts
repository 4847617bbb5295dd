import type { ObservedSpans } from '../spans.ts';
import { STATUSES, type Status } from '../status.ts';
import type { TimePerStatus, TimeRange } from '../uptime.ts';
import type { GroupRule } from './objective.ts';

/**
 * How several monitors stand as a whole from a moment on, until the next one: which share of it is in which status. The
 * shares add up to 1; by most rules one of them is 1.
 */
export interface StatusShares extends Readonly<Record<Status, number>> {
  /** ms since the epoch. */
  readonly start: number;
}

/** One of the monitors that are looked at as a whole. */
export interface Member extends ObservedSpans {
  /** Whether it is watched no longer: after `until` it is no part of the whole, instead of being unknown. */
  readonly left: boolean;
}

/** How many members are in each status. */
type Counts = Record<Status, number>;

/**
 * What members in these statuses come to by a rule, which says what can be said with certainty:
 * - `any_down`, all are needed: down as soon as one is, whatever the others are; else unknown as soon as one is, for it may
 *   be down; else degraded as soon as one is; else up.
 * - `all_down`, one is enough: up as soon as one is, whatever the others are; else degraded as soon as one is; else unknown
 *   as soon as one is, for it may be up; else down.
 * - `weighted`: each counts for its part.
 * No members at all: unknown.
 */
export function combined(counts: Readonly<Counts>, rule: GroupRule): Readonly<Counts> {
  const members = counts.up + counts.degraded + counts.down + counts.unknown;
  if (members === 0) return ALL_OF.unknown;
  if (rule === 'weighted') {
    const { up, degraded, down, unknown } = counts;
    return { up: up / members, degraded: degraded / members, down: down / members, unknown: unknown / members };
  }
  const order = rule === 'any_down' ? WORST_FIRST : BEST_FIRST;
  return ALL_OF[order.find((status) => counts[status] > 0) ?? 'unknown'];
}

const WORST_FIRST: readonly Status[] = ['down', 'unknown', 'degraded', 'up'];
const BEST_FIRST: readonly Status[] = ['up', 'degraded', 'unknown', 'down'];
const NONE: Readonly<Counts> = { up: 0, degraded: 0, down: 0, unknown: 0 };
const ALL_OF: Readonly<Record<Status, Readonly<Counts>>> = {
  up: { ...NONE, up: 1 },
  degraded: { ...NONE, degraded: 1 },
  down: { ...NONE, down: 1 },
  unknown: { ...NONE, unknown: 1 },
};

/** A change of one member: from what to what; `null` before it was first measured and after it left. */
interface Change {
  readonly at: number;
  readonly from: Status | null;
  readonly to: Status | null;
}

/**
 * How members stand as a whole over time, in order. A member counts from its first span on, so that one that is added does
 * not make the time before it unknown. Takes time by the number of spans, whatever the length of time.
 */
export function combineSpans(members: readonly Member[], rule: GroupRule): StatusShares[] {
  const changes = members.flatMap(changesOf).sort((one, other) => one.at - other.at);
  const counts: Counts = { ...NONE };
  const stretches: StatusShares[] = [];
  for (const [index, { at, from, to }] of changes.entries()) {
    if (from !== null) counts[from] -= 1;
    if (to !== null) counts[to] += 1;
    if (changes[index + 1]?.at === at) continue;
    const shares = combined(counts, rule);
    const last = stretches.at(-1);
    if (last === undefined || !isSame(last, shares)) stretches.push({ start: at, ...shares });
  }
  return stretches;
}

function changesOf({ spans, until, left }: Member): Change[] {
  const changes: Change[] = [];
  let current: Status | null = null;
  for (const { start, status } of spans) {
    if (start >= until) break;
    changes.push({ at: start, from: current, to: status });
    current = status;
  }
  if (current !== null && until !== Infinity) changes.push({ at: until, from: current, to: left ? null : 'unknown' });
  return changes;
}

function isSame(one: Readonly<Counts>, other: Readonly<Counts>): boolean {
  return STATUSES.every((status) => one[status] === other[status]);
}

/** How much of each range was spent in each status, whole ms; ranges in order. What comes before all shares is unknown. */
export function timePerRange(shares: readonly StatusShares[], ranges: readonly TimeRange[]): TimePerStatus[] {
  let first = 0;
  return ranges.map(({ from, to }) => {
    while ((shares[first + 1]?.start ?? Infinity) <= from) first += 1;
    const sums = { up: 0, degraded: 0, down: 0 };
    for (let index = first; (shares[index]?.start ?? Infinity) < to; index += 1) {
      const { start = to, up = 0, degraded = 0, down = 0 } = shares[index] ?? {};
      const length = Math.min(shares[index + 1]?.start ?? to, to) - Math.max(start, from);
      sums.up += up * length;
      sums.degraded += degraded * length;
      sums.down += down * length;
    }
    const [up, degraded, down] = [Math.round(sums.up), Math.round(sums.degraded), Math.round(sums.down)];
    return { up, degraded, down, unknown: Math.max(0, to - from - up - degraded - down) };
  });
}
