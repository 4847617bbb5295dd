import { isOneRun, type RunPart } from '../query/result-runs.ts';
import type { ResultAnswer } from '../query/results.ts';

/** The entries of two pages, one after the other; runs that the end of the first page had cut are whole again. */
export function joinRuns(first: readonly ResultAnswer[], second: readonly ResultAnswer[]): ResultAnswer[] {
  const joined = [...first];
  // The older part of a run is the first entry of its location that the second page has.
  const begun = new Set<string>();
  for (const entry of second) {
    const index = begun.has(entry.location) ? -1 : joined.findLastIndex(({ location }) => location === entry.location);
    begun.add(entry.location);
    const cut = joined[index];
    if (cut === undefined || entry.count === undefined || !isOneRun(partOf(entry), partOf(cut))) joined.push(entry);
    else joined[index] = { ...cut, count: (cut.count ?? 1) + entry.count, ...firstSlotOf(entry) };
  }
  return joined;
}

function firstSlotOf({ first_slot, slot }: ResultAnswer): Pick<ResultAnswer, 'first_slot'> {
  return { first_slot: first_slot ?? slot };
}

function partOf(entry: ResultAnswer): RunPart {
  const { status, reason, location, slot, interval_ms } = entry;
  return {
    status,
    reason,
    location,
    statusCode: entry.status_code,
    firstSlot: Date.parse(entry.first_slot ?? slot),
    lastSlot: Date.parse(entry.last_slot ?? slot),
    interval: interval_ms,
  };
}
