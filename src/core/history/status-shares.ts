import { COUNTED, overlaid, rangesWithin, type Counted } from '../counted-spans.ts';
import type { ObservedSpans } from '../spans.ts';
import type { Status } from '../status.ts';
import type { TimePerStatus, TimeRange } from '../uptime.ts';
import type { GroupRule } from './objective.ts';

/**
 * How several monitors stand as a whole from a moment on, until the next one: which share of it counts as what. The
 * shares add up to 1; by most rules one of them is 1.
 */
export interface StatusShares extends Readonly<Record<Counted, number>> {
  /** ms since the epoch. */
  readonly start: number;
}

/** One of the monitors that are looked at as a whole. */
export interface Member extends ObservedSpans {
  /** Whether it is watched no longer: after `until` it is no part of the whole, instead of being unknown. */
  readonly left: boolean;
}

/** How many members count as what. */
type Counts = Record<Counted, number>;

/**
 * What members in these statuses come to by a rule, which says what can be said with certainty:
 * - `any_down`, all are needed: down as soon as one is, whatever the others are; else unknown as soon as one is, for it may
 *   be down; else degraded as soon as one is; else up.
 * - `all_down`, one is enough: up as soon as one is, whatever the others are; else degraded as soon as one is; else unknown
 *   as soon as one is, for it may be up; else down.
 * - `weighted`: each counts for its part.
 * A member in maintenance is left out by the first two rules, unless all are. No members at all: unknown.
 */
export function combined(counts: Readonly<Counts>, rule: GroupRule): Readonly<Counts> {
  const { up, degraded, down, unknown, maintenance } = counts;
  const members = up + degraded + down + unknown + maintenance;
  if (members === 0) return ALL_OF.unknown;
  if (rule === 'weighted') {
    return {
      up: up / members,
      degraded: degraded / members,
      down: down / members,
      unknown: unknown / members,
      maintenance: maintenance / members,
    };
  }
  if (maintenance === members) return ALL_OF.maintenance;
  const order = rule === 'any_down' ? WORST_FIRST : BEST_FIRST;
  return ALL_OF[order.find((status) => counts[status] > 0) ?? 'unknown'];
}

const WORST_FIRST: readonly Status[] = ['down', 'unknown', 'degraded', 'up'];
const BEST_FIRST: readonly Status[] = ['up', 'degraded', 'unknown', 'down'];
const NONE: Readonly<Counts> = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
const ALL_OF: Readonly<Record<Counted, Readonly<Counts>>> = {
  up: { ...NONE, up: 1 },
  degraded: { ...NONE, degraded: 1 },
  down: { ...NONE, down: 1 },
  unknown: { ...NONE, unknown: 1 },
  maintenance: { ...NONE, maintenance: 1 },
};

/** A change of one member: from what to what; `null` before it was first measured and after it left. */
interface Change {
  readonly at: number;
  readonly from: Counted | null;
  readonly to: Counted | null;
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

function changesOf(member: Member): Change[] {
  const changes: Change[] = [];
  let current: Counted | null = null;
  for (const { start, status } of stretchesOf(member)) {
    changes.push({ at: start, from: current, to: status });
    current = status;
  }
  return changes;
}

/** What a member counts as from when on; `null` for no part of the whole. */
function stretchesOf({ spans, until, left, maintenance }: Member): { start: number; status: Counted | null }[] {
  const [first] = spans;
  if (first === undefined || first.start >= until) return [];
  const stretches: { start: number; status: Status | null }[] = spans.filter(({ start }) => start < until);
  if (until !== Infinity) stretches.push({ start: until, status: left ? null : 'unknown' });
  if (maintenance === undefined || maintenance.length === 0) return stretches;
  // It takes somebody who is there to be in maintenance.
  return overlaid(stretches, rangesWithin(maintenance, { from: first.start, to: left ? until : Infinity }), null);
}

function isSame(one: Readonly<Counts>, other: Readonly<Counts>): boolean {
  return COUNTED.every((status) => one[status] === other[status]);
}

/** How much of each range counts as what, whole ms; ranges in order. What comes before all shares is unknown. */
export function timePerRange(shares: readonly StatusShares[], ranges: readonly TimeRange[]): TimePerStatus[] {
  let first = 0;
  return ranges.map(({ from, to }) => {
    while ((shares[first + 1]?.start ?? Infinity) <= from) first += 1;
    const sums = { up: 0, degraded: 0, down: 0, maintenance: 0 };
    for (let index = first; (shares[index]?.start ?? Infinity) < to; index += 1) {
      const { start = to, up = 0, degraded = 0, down = 0, maintenance = 0 } = shares[index] ?? {};
      const length = Math.min(shares[index + 1]?.start ?? to, to) - Math.max(start, from);
      sums.up += up * length;
      sums.degraded += degraded * length;
      sums.down += down * length;
      sums.maintenance += maintenance * length;
    }
    return wholeTimes(sums, Math.max(0, to - from));
  });
}

/** Whole ms that add up to the window: sums are rounded one after another, so that what one gains another loses. */
function wholeTimes(
  { up, degraded, down, maintenance }: Readonly<Record<Exclude<Counted, 'unknown'>, number>>,
  window: number,
): TimePerStatus {
  const bad = Math.round(down);
  const notUp = Math.round(down + degraded);
  const counted = Math.round(down + degraded + up);
  const known = Math.min(window, Math.round(down + degraded + up + maintenance));
  return {
    up: counted - notUp,
    degraded: notUp - bad,
    down: bad,
    unknown: window - known,
    maintenance: known - counted,
  };
}
