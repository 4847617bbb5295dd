import type { Milliseconds } from '../duration.ts';
import type { Span } from '../spans.ts';
import type { Status } from '../status.ts';

/** A status that results spoke for. */
export type SettledStatus = Exclude<Status, 'unknown'>;

/** Results in a row that do not say enough yet. */
export interface Row {
  /** The slot of the first of them, ms. */
  readonly first: number;
  readonly count: number;
  /** What is painted once they say enough: from the first of them on, in order, never empty. */
  readonly spans: readonly Span[];
}

/** Successes after `down`. */
export interface Recovery extends Row {
  /** What the monitor is once it has recovered. */
  readonly status: 'up' | 'degraded';
}

/** The rows under way. A failure ends the other two, a success ends the failures. */
export interface Rows {
  readonly failures: Row | null;
  readonly successes: Recovery | null;
  readonly degraded: Row | null;
}

/** What a machine knows that its status does not show. */
export interface MachineMemory extends Rows {
  /** What results last spoke for, also while the status is `unknown`; `null` before any did. */
  readonly settled: SettledStatus | null;
  /** Slots of the newest changes between `up` and not, ms, in order; only those that may still count. */
  readonly changes: readonly number[];
  readonly flapping: boolean;
}

/** Where the status of one monitor stands. Plain data: it is kept as JSON. */
export interface MachineState {
  readonly status: Status;
  /** Where the newest span begins, ms since the epoch; `null` before the first verdict. */
  readonly since: number | null;
  /** The newest verdict judged; `null` before the first. */
  readonly newest: { readonly slot: number; readonly interval: Milliseconds } | null;
  /** `null` while nothing is to be remembered, which is so for nearly every monitor nearly always. */
  readonly memory: MachineMemory | null;
}

/** No row under way. */
export const NO_ROWS: Rows = { failures: null, successes: null, degraded: null };

/** A machine that has judged nothing. */
export function beginMachine(): MachineState {
  return { status: 'unknown', since: null, newest: null, memory: null };
}

/** Whether failures were seen that are too few to call the monitor `down`. */
export function isConfirming(state: MachineState): boolean {
  return state.memory !== null && state.memory.failures !== null;
}

/** What the machine remembers, written out where nothing is kept. */
export function memoryOf(state: MachineState): MachineMemory {
  return state.memory ?? { ...NO_ROWS, settled: settledBy(state.status), changes: [], flapping: false };
}

/** What is to be kept of a memory beside the status; `null` when the status says it all. */
export function keptOf(memory: MachineMemory, status: Status): MachineMemory | null {
  const { failures, successes, degraded, settled, changes, flapping } = memory;
  const idle = failures === null && successes === null && degraded === null && changes.length === 0 && !flapping;
  return idle && settled === settledBy(status) ? null : memory;
}

/** Spans with others put over them from where those begin; neighbours of one status are joined. Keeps the objects. */
export function overlay(under: readonly Span[], over: readonly Span[]): Span[] {
  const from = over[0]?.start ?? Infinity;
  const spans = [...under.filter((span) => span.start < from), ...over];
  return spans.filter((span, index) => span.status !== spans[index - 1]?.status);
}

/** A row with one more result in it, or its first. */
export function grown(row: Row | null, result: Span): Row {
  if (row === null) return { first: result.start, count: 1, spans: [result] };
  return { ...row, count: row.count + 1, spans: overlay(row.spans, [result]) };
}

/** Rows across a stretch in which nothing was measured: it counts for none and ends none. */
export function acrossUnmeasured({ failures, successes, degraded }: Rows, unmeasured: Span): Rows {
  return {
    failures: failures && { ...failures, spans: overlay(failures.spans, [unmeasured]) },
    successes: successes && { ...successes, spans: overlay(successes.spans, [unmeasured]) },
    degraded: degraded && { ...degraded, spans: overlay(degraded.spans, [unmeasured]) },
  };
}

function settledBy(status: Status): SettledStatus | null {
  return status === 'unknown' ? null : status;
}
