import type { ObservedSpans } from './spans.ts';
import { STATUSES, type Status } from './status.ts';
import type { TimeRange } from './uptime.ts';

/** What time can count as in a figure: how a monitor stood, or maintenance, however it stood meanwhile. */
export const COUNTED = [...STATUSES, 'maintenance'] as const;
export type Counted = (typeof COUNTED)[number];

/** A stretch of time that counts as one thing. It ends where the next one begins; neighbours may count as the same. */
export interface CountedSpan {
  /** Whole ms since the epoch, inclusive. */
  readonly start: number;
  readonly status: Counted;
}

/** What the time of a monitor counts as. */
export interface CountedSpans {
  /** In order. What lies before the first one is unknown. */
  readonly spans: readonly CountedSpan[];
  /** What lies after it is unknown, ms since the epoch. */
  readonly until: number;
}

/** What the time of a monitor counts as: maintenance where there was any, as its spans have it otherwise. */
export function countedSpans({ spans, until, maintenance = [] }: ObservedSpans): CountedSpans {
  if (maintenance.length === 0) return { spans, until };
  const stretches = [...spans.filter(({ start }) => start < until), { start: until, status: 'unknown' } as const];
  return { spans: overlaid<Status>(stretches, maintenance, 'unknown'), until: Infinity };
}

/**
 * Lays maintenance over stretches of anything else that end where the next one begins, both in order. `before`: what was
 * before the first stretch. Maintenance as {@link joinedRanges} gives it.
 */
export function overlaid<Kind>(
  stretches: readonly { readonly start: number; readonly status: Kind }[],
  maintenance: readonly TimeRange[],
  before: Kind,
): { readonly start: number; readonly status: Kind | 'maintenance' }[] {
  const found: { readonly start: number; readonly status: Kind | 'maintenance' }[] = [];
  let status = before;
  let index = 0;
  const pass = (moment: number, add: boolean): void => {
    for (let next = stretches[index]; next !== undefined && next.start < moment; next = stretches[index]) {
      if (add) found.push(next);
      ({ status } = next);
      index += 1;
    }
  };
  for (const { from, to } of maintenance) {
    pass(from, true);
    found.push({ start: from, status: 'maintenance' });
    pass(to, false);
    // What begins at the very end of it says for itself what comes then.
    if (stretches[index]?.start !== to) found.push({ start: to, status });
  }
  return found.concat(stretches.slice(index));
}

/** Ranges, by their beginnings, with those that overlap or touch as one and without empty ones. */
export function joinedRanges(ranges: readonly TimeRange[]): TimeRange[] {
  const joined: TimeRange[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (range.to <= range.from) continue;
    if (last !== undefined && range.from <= last.to) {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else joined.push(range);
  }
  return joined;
}

/** What of ranges lies within another one. */
export function rangesWithin(ranges: readonly TimeRange[], { from, to }: TimeRange): TimeRange[] {
  return ranges
    .map((range) => ({ from: Math.max(range.from, from), to: Math.min(range.to, to) }))
    .filter((range) => range.to > range.from);
}

/** How much of a range lies within others, of which no two overlap; ms. */
export function overlapOf(ranges: readonly TimeRange[], range: TimeRange): number {
  return rangesWithin(ranges, range).reduce((sum, { from, to }) => sum + to - from, 0);
}
