import { HOUR_MS } from '../../core/history/history-key.ts';
import { emptyRollup, type Rollup } from '../../core/history/rollup.ts';
import type { Status } from '../../core/status.ts';
import { foldedUntilOf } from '../../db/meta-values.ts';
import type { Database } from '../../db/native.ts';

/** Rows read in one statement: few enough to be gone before the memory for young objects is full. */
const ROWS_AT_A_TIME = 2000;

type Row = [slot: number, monitor: number, location: number, status: Status, late: number | null, us: number | null];

/**
 * What the results of all monitors in the journal come to between neighbouring moments, which are in order, by the key of
 * the monitor and by a moment of the stretch: what lies after the seam, in one go through it. Without phases. Within a
 * snapshot of the caller.
 */
export function journalRollups(database: Database, moments: readonly number[]): Map<number, Map<number, Rollup>> {
  const seam = foldedUntilOf(database) * HOUR_MS;
  const stretches = startsAfter(seam, moments).map((start) => ({ start, sums: new Map<number, Rollup>() }));
  const [first, end] = [stretches[0], moments.at(-1)];
  let [index, current] = [0, first];
  for (const rows of first === undefined || end === undefined ? [] : rowsBetween(database, first.start, end)) {
    for (const [slot, monitor, , status, late, us] of rows) {
      while (slot >= (stretches[index + 1]?.start ?? Infinity)) current = stretches[(index += 1)];
      if (current !== undefined) addRow(rollupAt(current.sums, monitor), { status, late, us });
    }
  }
  const byMonitor = new Map<number, Map<number, Rollup>>();
  for (const { start, sums } of stretches) {
    for (const [monitor, rollup] of sums) {
      byMonitor.set(monitor, (byMonitor.get(monitor) ?? new Map<number, Rollup>()).set(start, rollup));
    }
  }
  return byMonitor;
}

/** Where the stretches begin, as far as they lie after the seam. */
function startsAfter(seam: number, moments: readonly number[]): number[] {
  const starts: number[] = [];
  for (const [index, from] of moments.entries()) {
    const to = moments[index + 1] ?? from;
    if (to > from && to > seam) starts.push(Math.max(seam, from));
  }
  return starts;
}

function* rowsBetween(database: Database, from: number, to: number): Generator<Row[]> {
  const statement = database.prepare<[number, number, number, number, number]>(`
    SELECT slot, monitor, location, status, late_ms, duration_us FROM journal
    WHERE (slot, monitor, location) > (?, ?, ?) AND slot < ? ORDER BY slot, monitor, location LIMIT ?`);
  let place: readonly [number, number, number] = [from, -1, -1];
  for (;;) {
    const rows = statement.raw().all(...place, to, ROWS_AT_A_TIME) as Row[];
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_AT_A_TIME) return;
    place = [last[0], last[1], last[2]];
  }
}

function rollupAt(sums: Map<number, Rollup>, monitor: number): Rollup {
  let rollup = sums.get(monitor);
  if (rollup === undefined) sums.set(monitor, (rollup = emptyRollup()));
  return rollup;
}

function addRow(
  rollup: Rollup,
  { status, late, us }: { readonly status: Status; readonly late: number | null; readonly us: number | null },
): void {
  rollup.counts[status] += 1;
  if (late === null) rollup.missed += 1;
  else rollup.late.add(late);
  if (us !== null && (status === 'up' || status === 'degraded')) rollup.duration.add(us / 1000);
}
