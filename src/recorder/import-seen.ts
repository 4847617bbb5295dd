import type { KeptResult } from '../core/history/kept-result.ts';
import { joinVerdicts, type Verdict } from '../core/status-machine.ts';
import type { HeadRow } from '../db/schema.ts';
import { newestVerdict } from './machine-heads.ts';

/** A verdict, and the result that gave it its status. */
export interface Seen extends Verdict {
  readonly statusCode: number | null;
  readonly durationUs: number | null;
}

/** What all locations said about each slot, from their results in order of slot. */
export function joined(results: readonly Seen[]): Seen[] {
  const seen: Seen[] = [];
  for (const each of results) {
    const last = seen.at(-1);
    if (last?.slot === each.slot) seen[seen.length - 1] = join(last, each);
    else seen.push(each);
  }
  return seen;
}

/** The result that gave the slot its status stands for it. */
export function join(one: Seen, other: Seen): Seen {
  const verdict = joinVerdicts(one, other);
  const { statusCode, durationUs } = verdict.status === one.status ? one : other;
  const { slot, interval, status, reason } = verdict;
  return { slot, interval, status, reason, statusCode, durationUs };
}

export function seenOf({ slot, intervalMs: interval, status, reason, statusCode, durationUs }: KeptResult): Seen {
  return { slot, interval, status, reason, statusCode, durationUs };
}

export function seenOfHead(head: HeadRow): Seen {
  const { status_code: statusCode, duration_us: durationUs } = head;
  return { ...newestVerdict(head), statusCode, durationUs };
}
