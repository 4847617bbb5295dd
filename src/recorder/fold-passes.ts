import { HOUR_MS } from '../core/history/history-key.ts';
import type { HeadRow } from '../db/schema.ts';
import type { Passes } from './hour-fold.ts';
import type { MonitorRange } from './hour-rows.ts';
import { SLICE_SPAN } from './journal-slices.ts';

/** A guess is filled only so far: a pass that turns out too large is begun anew with half of its monitors. */
const FILLED = 0.95;

/** Parts the monitors so that an hour of the results of each part has room in memory, by how often they are checked. */
export function passesOf(
  heads: Iterable<Pick<HeadRow, 'monitor' | 'slot' | 'interval_ms'>>,
  { hour, mostRows }: { readonly hour: number; readonly mostRows: number },
): Passes {
  const expected: number[] = [];
  for (const { monitor, slot, interval_ms } of heads) {
    if (slot >= hour * HOUR_MS) expected[monitor] = HOUR_MS / interval_ms;
  }
  const last = Math.max(1, expected.length - 1);
  const passes: MonitorRange[] = [];
  let first = 0;
  let rows = 0;
  for (let monitor = 0; monitor <= last; monitor += 1) {
    rows += expected[monitor] ?? 0;
    const isFull = rows > mostRows * FILLED || monitor - first >= SLICE_SPAN - 1;
    if (!isFull && monitor < last) continue;
    passes.push({ first, last: monitor });
    first = monitor + 1;
    rows = 0;
  }
  return passes;
}
