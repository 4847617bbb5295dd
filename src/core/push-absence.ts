import type { Milliseconds } from './duration.ts';
import type { PushRule } from './push-rule.ts';
import { beginWatching, withoutLimit, type PushState, type PushStep } from './push-state.ts';

/**
 * What follows when reports could not be taken in, or when the clock or the rule changed. That a report is missing then
 * proves nothing, so the deadline moves and the time from the old one on is nobody's: `push_unobserved`.
 */

/** A report that is on time comes within so much of the moment it is due, or within the grace when that is shorter, ms. */
const ON_TIME: Milliseconds = 60_000;

/** A stretch of wall-clock time, ms since the epoch. */
interface Absence {
  readonly from: number;
  readonly to: number;
}

/**
 * Longwatch did not run, or the machine slept. When the deadline passed meanwhile, or a report that was on time may have
 * been turned away, the next deadline counts from the end of the absence; a run whose limit passed is not judged any more.
 */
export function afterAbsence(state: PushState, rule: PushRule, { from, to }: Absence): PushState {
  const near = Math.min(rule.grace, ON_TIME);
  const deadline = state.due + rule.grace;
  const early = rule.isRelative ? near : 0;
  const isLost = deadline <= to || (from <= state.due + near && to >= state.due - early);
  const moved = isLost ? { ...state, due: rule.due(to) } : state;
  return forgetLimits(moved, to);
}

/** No report counted for a while, because the monitor was switched off or not configured: everything begins anew. */
export function afterPause(state: PushState, rule: PushRule, now: number): PushState {
  const { lastReport, lastSlot } = state;
  return { ...beginWatching(rule, now), lastReport, lastSlot };
}

/**
 * The wall clock was set. How much time really passed since a report cannot be told, nor how long runs take; set back,
 * what is due may have been reported already.
 */
export function afterClockJump(state: PushState, rule: PushRule, { from, to }: Absence): PushState {
  const known = { ...state, runs: [] };
  if (to >= from) return rule.isRelative ? { ...known, due: rule.due(to) } : afterAbsence(known, rule, { from, to });
  const next = rule.due(to);
  return { ...known, due: Math.min(state.due, rule.isRelative ? next : rule.due(next)) };
}

/**
 * This process itself was stopped or busy for a while, and reports may still wait to be read: a deadline that passed
 * meanwhile waits for `patience` ms more.
 */
export function afterStall(state: PushState, rule: PushRule, now: number, patience: Milliseconds): PushState {
  const until = Math.ceil(now) + patience;
  const runs = state.runs.map((run) => (run.limitAt !== null && run.limitAt <= now ? { ...run, limitAt: until } : run));
  return state.due + rule.grace <= now ? { ...state, due: until - rule.grace, runs } : { ...state, runs };
}

/** The rule changed: nothing is judged by the new one in hindsight, and what stands goes on to the new deadline. */
export function followRule(state: PushState, rule: PushRule, now: number): PushStep {
  const at = Math.floor(now);
  const first = rule.due(Math.max(state.lastReport ?? 0, state.watchedSince));
  const due = first + rule.grace > at ? first : rule.due(at);
  const deadline = due + rule.grace;
  const runs = state.runs.map((run) => {
    const limit = rule.maxRuntime === null ? null : run.startedAt + rule.maxRuntime;
    return { ...run, limitAt: limit !== null && limit > at ? limit : null };
  });
  const moved = { ...state, due, runs };
  if (isSilent(state)) return { state: { ...moved, spokenUntil: deadline }, verdicts: [] };
  if (state.status === 'unknown' || state.spokenUntil >= deadline || state.spokenUntil <= at) {
    return { state: moved, verdicts: [] };
  }
  const slot = Math.max(at, (state.lastSlot ?? -1) + 1);
  const { status, reason } = state;
  const verdict = { slot, until: deadline, status, reason, message: null, reportedAt: null, runMs: null };
  return slot < deadline
    ? { state: { ...moved, lastSlot: slot, spokenUntil: deadline }, verdicts: [verdict] }
    : { state: moved, verdicts: [] };
}

/** Whether nothing was concluded since reports are waited for. */
function isSilent({ lastSlot, status, reason }: PushState): boolean {
  return lastSlot === null || (status === 'unknown' && reason === null);
}

/** A run whose limit passed while its end could not be reported: from the limit on nobody knows. */
function forgetLimits(state: PushState, to: number): PushState {
  const limits = state.runs.map(({ limitAt }) => limitAt).filter((limit) => limit !== null && limit <= to);
  if (limits.length === 0) return state;
  const first = Math.max(Math.min(...(limits as number[])), (state.lastSlot ?? -1) + 1);
  const runs = state.runs.map((run) => withoutLimit(run, to));
  return { ...state, runs, spokenUntil: Math.min(state.spokenUntil, first) };
}
