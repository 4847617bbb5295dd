import type { CheckResult } from '../core/outcome.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import { isConfirming, memoryOf, type MachineState } from '../core/trouble/machine-state.ts';
import type { MachineStep } from '../core/trouble/machine.ts';
import type { TroubleRules } from '../core/trouble/rules.ts';

/** A result that was judged, and by which rules. */
export interface Ordering {
  readonly result: CheckResult;
  readonly before: MachineState;
  readonly step: MachineStep;
  readonly rules: TroubleRules;
  /** Wall-clock time, ms. */
  readonly now: number;
}

/** What a result asks of the scheduler; `undefined` when it is what was asked before. */
export function orderAfter({ result, before, step, rules, now }: Ordering): CheckOrder | undefined {
  const { monitor, location: avoid } = result;
  const after = step.state;
  const down = isDown(after);
  const goesOn = isConfirming(after);
  // A check that was asked for and could not be made is asked for again; a regular one that was not made says nothing.
  const isDue = step.recheck !== null || (goesOn && result.attempt > 1);
  if (isDue) {
    const attempt = step.recheck?.attempt ?? attemptAfter(after);
    return { monitor, recheck: { at: dueAt(result, rules, now), attempt, avoid }, down };
  }
  const isOver = isConfirming(before) && !goesOn;
  return isOver || down !== isDown(before) ? { monitor, recheck: null, down } : undefined;
}

/** What a monitor asks of the scheduler that knows nothing of it yet; `undefined` for one of which all is well. */
export function orderAtStart(monitor: string, state: MachineState, now: number): CheckOrder | undefined {
  const down = isDown(state);
  const attempt = attemptAfter(state);
  if (isConfirming(state)) return { monitor, recheck: { at: Math.ceil(now), attempt, avoid: null }, down };
  return down ? { monitor, recheck: null, down } : undefined;
}

function attemptAfter({ memory }: MachineState): number {
  return (memory?.failures?.count ?? 0) + 1;
}

/** From the end of the check that failed; a moment that is over is now. */
function dueAt({ slot, startedAt, durationMs }: CheckResult, { retryInterval }: TroubleRules, now: number): number {
  const ended = (startedAt ?? slot) + (durationMs ?? 0);
  return Math.max(Math.ceil(ended + retryInterval), Math.ceil(now), slot + 1);
}

function isDown(state: MachineState): boolean {
  return memoryOf(state).settled === 'down';
}
