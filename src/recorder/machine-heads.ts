import type { Verdict } from '../core/status-machine.ts';
import type { Status } from '../core/status.ts';
import { beginMachine, keptOf, NO_ROWS, type MachineMemory, type MachineState } from '../core/trouble/machine-state.ts';
import type { HeadRow, JournalRow } from '../db/schema.ts';

/** Where the machine of a monitor stands by its head. */
export function machineOf(head: HeadRow | undefined): MachineState {
  if (head === undefined) return beginMachine();
  const { status, since, slot, interval_ms, machine } = head;
  const memory = machine === null ? null : (JSON.parse(machine) as MachineMemory);
  return { status, since, newest: { slot, interval: interval_ms }, memory };
}

/** The head that a result and the state of the machine after it make. */
export function headAfter(row: JournalRow, state: MachineState, since: number): HeadRow {
  const { monitor, slot, interval_ms, reason, status_code, duration_us } = row;
  return {
    monitor,
    slot,
    interval_ms,
    status: state.status,
    reason,
    since,
    status_code,
    duration_us,
    last_status: row.status === state.status ? null : row.status,
    machine: state.memory === null ? null : JSON.stringify(state.memory),
  };
}

/** What the newest result of a monitor said itself, whatever its status is. */
export function newestVerdict(
  head: Pick<HeadRow, 'slot' | 'interval_ms' | 'status' | 'reason' | 'last_status'>,
): Verdict {
  const { slot, interval_ms, status, reason, last_status } = head;
  return { slot, interval: interval_ms, status: last_status ?? status, reason };
}

/**
 * Whether a head lies one interval after another one and has the same interval: who knows where the one is can find the
 * other without being told.
 */
export function isNextOf(
  before: Pick<HeadRow, 'slot' | 'interval_ms'>,
  after: Pick<HeadRow, 'slot' | 'interval_ms'>,
): boolean {
  return after.slot - before.slot === before.interval_ms && after.interval_ms === before.interval_ms;
}

/**
 * What is remembered of a monitor that nobody watches: trouble ended with the watching, and begins anew with the first
 * results that speak for it once somebody does again.
 */
export function forgotten(status: Status): MachineMemory | null {
  const settled = status === 'up' ? status : null;
  return keptOf({ ...NO_ROWS, settled, changes: [], flapping: false }, status);
}
