import type { Reason } from '../reasons.ts';
import { leavesGap, type Span } from '../spans.ts';
import type { Verdict } from '../status-machine.ts';
import type { Status } from '../status.ts';
import type { EventProof } from './event.ts';
import { flappingAfter } from './flapping.ts';
import {
  acrossUnmeasured,
  grown,
  keptOf,
  memoryOf,
  NO_ROWS,
  overlay,
  type MachineState,
  type Recovery,
  type Row,
  type Rows,
  type SettledStatus,
} from './machine-state.ts';
import type { TroubleRules } from './rules.ts';

/** What results settled: that trouble began, became another, or ended. */
export interface MachineTransition {
  /** What was settled before, also where the status was `unknown` meanwhile; `unknown` when nothing was yet. */
  readonly from: Status;
  readonly to: SettledStatus;
  /** Where the new status begins, ms: after the first success when that was still degraded and what settled it was not. */
  readonly since: number;
  /** `first` is the slot of the first result that spoke for it, `last` that of the verdict that settled it. */
  readonly proof: EventProof;
}

/** What one verdict does to a monitor. */
export interface MachineStep {
  readonly state: MachineState;
  /**
   * The spans of the monitor from the start of the first of these on: they replace all that begin there or later, and
   * join nothing before. Empty when the newest span just goes on.
   */
  readonly paint: readonly Span[];
  /** Never says that a status became `unknown` or ceased to be: that is in `paint` only. Nor that all is well at first. */
  readonly transition: MachineTransition | null;
  /** The check to run after `retryInterval`; the check of the first failure was attempt 1. */
  readonly recheck: { readonly attempt: number } | null;
  /** `ended` comes before the transition of the same step, `began` comes of it. */
  readonly flapping: 'began' | 'ended' | null;
  /** The changes that are flapping, with the step in which it began. */
  readonly flappingProof: EventProof | null;
}

/** Reasons for which no check was made; any other `unknown` means that checks cannot be trusted now. */
const UNMEASURED: ReadonlySet<Reason | null> = new Set<Reason>([
  'missed_overlap',
  'missed_late',
  'queue_unavailable',
  'definition_missing',
]);

/** Where a monitor stands while a verdict is judged. */
interface Standing {
  /** The newest span, and what is painted over it and after it. */
  readonly canvas: readonly Span[];
  readonly settled: SettledStatus | null;
  readonly rows: Rows;
}

interface Judged extends Standing {
  /** Of what was settled; it counts only when that is another status than before. */
  readonly proof: EventProof | null;
}

interface JudgedSuccess {
  readonly status: 'up' | 'degraded';
  readonly spans: readonly Span[];
  readonly degraded: Row | null;
  /** How many results spoke for the status, and the slot of the first of them. */
  readonly count: number;
  readonly first: number;
}

/**
 * Judges one verdict that is newer than all before it; late ones never come here. Pure: the same verdicts make the same
 * statuses, whenever and in however many runs of the program they are judged.
 * @throws {Error} when the verdict is not newer: a bug of ours.
 */
export function judgeVerdict(state: MachineState, rules: TroubleRules, verdict: Verdict): MachineStep {
  if (state.newest !== null && verdict.slot <= state.newest.slot) {
    throw new Error(`the verdict of slot ${verdict.slot} came after that of slot ${state.newest.slot}`);
  }
  const memory = memoryOf(state);
  const shown = state.since === null ? null : { start: state.since, status: state.status, reason: null };
  const before = { canvas: shown === null ? [] : [shown], settled: memory.settled, rows: memory };
  const judged = judge(acrossGap(before, state.newest, verdict), rules, verdict);
  const transition = transitionOf(memory.settled, judged);
  const { changes, flapping, turn, proof } = flappingAfter(memory, rules.flapping, {
    slot: verdict.slot,
    knows: verdict.status !== 'unknown',
    changed: transition !== null && transition.from !== 'unknown' && isUp(transition.from) !== isUp(transition.to),
  });

  const newest = judged.canvas.at(-1);
  const status = newest?.status ?? 'unknown';
  const { failures } = judged.rows;
  return {
    state: {
      status,
      since: newest?.start ?? null,
      newest: { slot: verdict.slot, interval: verdict.interval },
      memory: keptOf({ ...judged.rows, settled: judged.settled, changes, flapping }, status),
    },
    paint: judged.canvas.filter((span) => span !== shown),
    transition,
    recheck: verdict.status === 'down' && failures !== null ? { attempt: failures.count + 1 } : null,
    flapping: turn,
    flappingProof: proof,
  };
}

function judge(standing: Standing, rules: TroubleRules, verdict: Verdict): Judged {
  if (verdict.status === 'down') return judgeFailure(standing, rules, verdict);
  if (verdict.status !== 'unknown') return judgeSuccess(standing, rules, verdict);
  const unknown = spanOf(verdict);
  return {
    ...(UNMEASURED.has(verdict.reason) ? unmeasured(standing, unknown) : blinded(standing, unknown)),
    proof: null,
  };
}

function judgeFailure(standing: Standing, rules: TroubleRules, verdict: Verdict): Judged {
  const { canvas } = standing;
  const down = spanOf(verdict);
  if (standing.settled === 'down') {
    return { canvas: overlay(canvas, [down]), settled: 'down', rows: NO_ROWS, proof: null };
  }
  const failures = grown(standing.rows.failures, down);
  if (failures.count > rules.retries) {
    const proof = { rule: 'retries', count: failures.count, first: failures.first, last: verdict.slot };
    return { canvas: overlay(canvas, failures.spans), settled: 'down', rows: NO_ROWS, proof };
  }
  // The very first verdict of a monitor has nothing that could go on.
  const goesOn = canvas.length > 0 ? canvas : [{ start: verdict.slot, status: 'unknown' as const, reason: null }];
  return { ...standing, canvas: goesOn, rows: { ...NO_ROWS, failures }, proof: null };
}

function judgeSuccess(standing: Standing, rules: TroubleRules, verdict: Verdict): Judged {
  const { canvas, settled } = standing;
  if (settled === 'down') return judgeRecovery(standing, rules, verdict);
  const { status, spans, degraded, count, first } = gradeSuccess(settled, standing.rows.degraded, rules, verdict);
  const proof = { rule: 'degraded.after', count, first, last: verdict.slot };
  return { canvas: overlay(canvas, spans), settled: status, rows: { ...NO_ROWS, degraded }, proof };
}

function judgeRecovery(standing: Standing, rules: TroubleRules, verdict: Verdict): Judged {
  const { successes } = standing.rows;
  const success = gradeSuccess(successes?.status ?? null, standing.rows.degraded, rules, verdict);
  const { status, degraded } = success;
  const recovery: Recovery = {
    first: successes?.first ?? verdict.slot,
    count: (successes?.count ?? 0) + 1,
    spans: overlay(successes?.spans ?? [], success.spans),
    status,
  };
  if (recovery.count < rules.recoverAfter) {
    return { ...standing, rows: { failures: null, successes: recovery, degraded }, proof: null };
  }
  const proof = { rule: 'recover_after', count: recovery.count, first: recovery.first, last: verdict.slot };
  const canvas = overlay(standing.canvas, recovery.spans);
  return { canvas, settled: status, rows: { ...NO_ROWS, degraded }, proof };
}

/** Which of the two good statuses a success makes, after the one before it. Too few degraded results are `up`. */
function gradeSuccess(
  before: SettledStatus | null,
  row: Row | null,
  rules: TroubleRules,
  verdict: Verdict,
): JudgedSuccess {
  const span = spanOf(verdict);
  const single = { degraded: null, count: 1, first: verdict.slot };
  if (verdict.status !== 'degraded') return { ...single, status: 'up', spans: [span] };
  if (before === 'degraded') return { ...single, status: 'degraded', spans: [span] };
  const degraded = grown(row, span);
  if (degraded.count < rules.degradedAfter) {
    return { ...single, status: 'up', spans: [{ start: verdict.slot, status: 'up', reason: null }], degraded };
  }
  const { spans, count, first } = degraded;
  return { status: 'degraded', spans, degraded: null, count, first };
}

/** Checks that were not made, or not by anyone: what went on goes on after them. */
function unmeasured(standing: Standing, unknown: Span): Standing {
  const { canvas, rows } = standing;
  return { ...standing, canvas: overlay(canvas, [unknown]), rows: acrossUnmeasured(rows, unknown) };
}

/** The fault is our own now, and most likely was when the first unconfirmed failure was seen. */
function blinded(standing: Standing, unknown: Span): Standing {
  const { failures } = standing.rows;
  const shown = standing.canvas.at(-1);
  const start = failures?.first ?? unknown.start;
  const already = shown !== undefined && shown.status === 'unknown' && shown.start <= start;
  return {
    ...standing,
    canvas: already ? standing.canvas : overlay(standing.canvas, [{ ...unknown, start }]),
    rows: NO_ROWS,
  };
}

function acrossGap(standing: Standing, newest: MachineState['newest'], verdict: Verdict): Standing {
  if (newest === null || !leavesGap(newest, verdict.slot)) return standing;
  return unmeasured(standing, { start: newest.slot + newest.interval, status: 'unknown', reason: null });
}

function transitionOf(before: SettledStatus | null, { settled, proof, canvas }: Judged): MachineTransition | null {
  const isNews = settled !== null && settled !== before && !(before === null && settled === 'up');
  if (!isNews || proof === null) return null;
  return { from: before ?? 'unknown', to: settled, since: beginningOf(settled, canvas) ?? proof.first, proof };
}

/** Where the status begins that the spans end with; time that is unknown in between does not interrupt it. */
function beginningOf(status: SettledStatus, spans: readonly Span[]): number | undefined {
  const before = spans.findLastIndex((span) => span.status !== status && span.status !== 'unknown');
  return spans.slice(before + 1).find((span) => span.status === status)?.start;
}

/** Trouble is all that is not `up`: between `degraded` and `down` it goes on. */
function isUp(status: Status): boolean {
  return status === 'up';
}

function spanOf({ slot, status, reason }: Verdict): Span {
  return { start: slot, status, reason };
}
