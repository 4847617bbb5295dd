import type { Stroke } from '../core/history/paint-spans.ts';
import { leavesGap, type Span } from '../core/spans.ts';
import type { Verdict } from '../core/status-machine.ts';
import { beginMachine, NO_ROWS, type MachineState } from '../core/trouble/machine-state.ts';
import { judgeVerdict } from '../core/trouble/machine.ts';
import type { TroubleRules } from '../core/trouble/rules.ts';

/** Time of which nothing is said: results of it were there once. */
interface Hole {
  readonly from: number;
  readonly to: number;
}

/**
 * Judges results of one monitor in order, from some result in the midst of its history on, as they would have been had they
 * been recorded in time. Only for the spans: nothing opens, ends or is told by what is judged here.
 */
export class Rejudging {
  readonly #rules: TroubleRules;
  readonly #spans: Span[] = [];
  readonly #holes: Hole[] = [];
  #state: MachineState = beginMachine();

  constructor(rules: TroubleRules) {
    this.#rules = { ...rules, flapping: null };
  }

  get state(): MachineState {
    return this.#state;
  }

  /** Whether some results in a row do not say enough yet. */
  get isUnderWay(): boolean {
    const { memory } = this.#state;
    return memory !== null && (memory.failures !== null || memory.successes !== null || memory.degraded !== null);
  }

  /** Begins with a result that was judged already, and how its time was painted. */
  begin({ slot, interval, status, reason }: Verdict, shown: Span | undefined): void {
    const isShown = shown === undefined || shown.status === status;
    const span = isShown
      ? { start: slot, status, reason }
      : { start: slot, status: shown.status, reason: shown.reason };
    const failures = { first: slot, count: 1, spans: [{ start: slot, status, reason }] };
    const settled = span.status === 'unknown' ? null : span.status;
    const isUnconfirmed = status === 'down' && !isShown;
    this.#spans.push(span);
    this.#state = {
      status: span.status,
      since: slot,
      newest: { slot, interval },
      memory: isUnconfirmed ? { ...NO_ROWS, failures, settled, changes: [], flapping: false } : null,
    };
  }

  /** Takes the next result. `isGone`: there were others between, so that of a gap before it nothing is said. */
  take({ slot, interval, status, reason }: Verdict, isGone: boolean): void {
    const { newest, memory } = this.#state;
    const isGap = newest !== null && leavesGap(newest, slot);
    if (isGap && isGone) this.#holes.push({ from: newest.slot + newest.interval, to: slot });
    if (memory === null && newest !== null && !isGap && status === this.#state.status) {
      this.#state = { ...this.#state, newest: { slot, interval } };
      return;
    }
    const { state, paint } = judgeVerdict(this.#state, this.#rules, { slot, interval, status, reason });
    this.#state = state;
    const from = paint[0]?.start ?? Infinity;
    while ((this.#spans.at(-1)?.start ?? -Infinity) >= from) this.#spans.pop();
    for (const span of paint) if (this.#spans.at(-1)?.status !== span.status) this.#spans.push(span);
  }

  /** What to paint up to some moment, ms, or to the end of time. */
  strokesTo(end: number): Stroke[] {
    const strokes: Stroke[] = [];
    for (const [index, { start, status, reason }] of this.#spans.entries()) {
      const to = Math.min(this.#spans[index + 1]?.start ?? Infinity, end);
      let from = start;
      for (const hole of this.#holes) {
        if (hole.to <= from || hole.from >= to) continue;
        if (hole.from > from) strokes.push({ from, to: hole.from, status, reason });
        from = hole.to;
      }
      if (from < to) strokes.push({ from, to, status, reason });
    }
    return strokes;
  }
}
