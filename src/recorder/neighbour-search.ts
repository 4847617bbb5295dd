import { HOUR_MS, hourOf } from '../core/history/history-key.ts';
import type { CheckResult } from '../core/outcome.ts';
import type { Verdict } from '../core/status-machine.ts';
import type { HeadRow } from '../db/schema.ts';
import type { JournalTable, Neighbours } from './journal-table.ts';
import type { LateBlocks } from './late-blocks.ts';
import { newestVerdict } from './machine-heads.ts';
import type { Seam } from './seam.ts';
import type { SpanTable } from './span-table.ts';

/** A verdict further away than so many intervals cannot touch the time between: see `leavesGap` of core/spans.ts. */
const REACH_INTERVALS = 1.5;

/** The most hours looked through in one direction: two months, for jobs that are due once a month. */
const MOST_HOURS = 24 * 62;

/** Where to look. */
export interface NeighbourSearchDeps {
  readonly journal: JournalTable;
  readonly spans: SpanTable;
  readonly seam: Seam;
}

/**
 * Finds what lies around a late result on both sides of the seam. Of folded hours only so much is looked through as can
 * matter to the time around the result; beyond it spans say what is needed.
 */
export class NeighbourSearch {
  readonly #deps: NeighbourSearchDeps;

  constructor(deps: NeighbourSearchDeps) {
    this.#deps = deps;
  }

  /** Of a slot that is not newer than the head, in the journal or in folded hours. */
  around(late: CheckResult, head: HeadRow, blocks: LateBlocks): Neighbours {
    return late.slot < this.#deps.seam.slot
      ? this.#aroundFolded(late, head, blocks)
      : this.#aroundFresh(late, head, blocks);
  }

  #aroundFresh({ slot }: CheckResult, head: HeadRow, blocks: LateBlocks): Neighbours {
    const { journal, seam } = this.#deps;
    const place = journal.neighbours(head.monitor, slot, { from: seam.slot, newest: head.slot });
    if (place.previous !== undefined) return place;
    const firstHour = Math.max(hourOf(place.previousSlot), seam.foldedUntil - MOST_HOURS);
    const previous = lastBefore(slot, { monitor: head.monitor, firstHour, lastHour: seam.foldedUntil - 1 }, blocks);
    return { ...place, previous };
  }

  #aroundFolded({ slot, interval }: CheckResult, head: HeadRow, blocks: LateBlocks): Neighbours {
    const { monitor } = head;
    const hour = hourOf(slot);
    const here = blocks.verdicts(hour, monitor);
    const same = here.find((verdict) => verdict.slot === slot);
    const reach = Math.min(MOST_HOURS * HOUR_MS, REACH_INTERVALS * Math.max(interval, head.interval_ms));
    const earlier = { monitor, firstHour: hourOf(slot - reach), lastHour: hour };
    const next = here.find((verdict) => verdict.slot > slot) ?? this.#nextOf({ slot, reach, head, blocks });
    return { previous: lastBefore(slot, earlier, blocks), same, next };
  }

  /** The verdict after a slot of a folded hour that has none after it. */
  #nextOf(from: {
    readonly slot: number;
    readonly reach: number;
    readonly head: HeadRow;
    readonly blocks: LateBlocks;
  }): Verdict | undefined {
    const { slot, reach, head, blocks } = from;
    if (head.slot <= slot) return undefined;
    const { journal, seam, spans } = this.#deps;
    const { monitor } = head;
    const until = hourOf(slot + reach);
    for (let hour = hourOf(slot) + 1; hour <= Math.min(until, seam.foldedUntil - 1); hour += 1) {
      const first = blocks.verdicts(hour, monitor)[0];
      if (first !== undefined) return first;
    }
    if (until >= seam.foldedUntil && head.slot >= seam.slot) {
      const { next } = journal.neighbours(monitor, seam.slot - 1, { from: seam.slot, newest: head.slot });
      if (next !== undefined) return next;
    }
    // Too far away to speak for the time up to it: only where its status begins matters.
    const span = spans.knownAfter(monitor, slot);
    if (span === undefined || span.start >= head.slot) return newestVerdict(head);
    return { slot: span.start, interval: head.interval_ms, status: span.status, reason: span.reason };
  }
}

/** The last verdict before a slot, in hours from the last one back. */
function lastBefore(
  slot: number,
  hours: { readonly monitor: number; readonly firstHour: number; readonly lastHour: number },
  blocks: LateBlocks,
): Verdict | undefined {
  for (let hour = hours.lastHour; hour >= hours.firstHour; hour -= 1) {
    const last = blocks.verdicts(hour, hours.monitor).findLast((verdict) => verdict.slot < slot);
    if (last !== undefined) return last;
  }
  return undefined;
}
